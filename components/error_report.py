"""Reports an exception that nobody expected: under a number that a user can pass on."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Iterator

log = logging.getLogger("kontext.errors")


def report_unknown_error(error: BaseException) -> str:
    """Log an exception once; returns the number that stands beside it, such as "482913".

    The log has where it was raised and of which class it is, but not its text: that may quote a
    prompt or the key.
    """
    number = f"{secrets.randbelow(1_000_000):06}"
    log.error("unknown error", extra={"number": number, "trace": format_trace(error)})
    return number


def format_trace(error: BaseException) -> str:
    """Where an exception was raised and of which class it is, without its text."""
    return "".join(_format_chain(error))


def _format_chain(error: BaseException) -> Iterator[str]:
    """The exception's cause first, as Python prints it."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _format_chain(cause)
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"
