"""What is logged of an error that nobody expected."""

from __future__ import annotations

import logging
import re

import pytest

from components.error_report import report_unknown_error

SECRET = "a very private fox"


def fail() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise KeyError(SECRET) from error


def reported(caplog: pytest.LogCaptureFixture) -> tuple[str, list[logging.LogRecord]]:
    try:
        fail()
    except KeyError as error:
        return report_unknown_error(error), caplog.records
    raise AssertionError("nothing was raised")


def test_report_has_number_places_and_classes(caplog: pytest.LogCaptureFixture) -> None:
    number, [record] = reported(caplog)
    fields = vars(record)

    assert re.fullmatch(r"\d{6}", number)
    assert (fields["number"], record.levelname) == (number, "ERROR")
    assert fields["trace"].count("test_error_report.py") == 3
    assert re.findall(r"^\w+\.\w+$", fields["trace"], re.MULTILINE) == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]


def test_report_does_not_quote_the_error(caplog: pytest.LogCaptureFixture) -> None:
    _, [record] = reported(caplog)

    assert SECRET not in str(vars(record))
