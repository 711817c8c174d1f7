"""Days begin at midnight in the user's time zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from components.ui.dates import day_label, day_of, midnight, moment_label

BERLIN = ZoneInfo("Europe/Berlin")
AUCKLAND = ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize(
    ("moment", "heading"),
    [
        ("2026-03-10 09:00", "Today"),
        ("2026-03-10 00:00", "Today"),
        ("2026-03-09 23:59", "Yesterday"),
        ("2026-03-08 12:00", "Sunday, 8 March 2026"),
        ("2025-12-31 12:00", "Wednesday, 31 December 2025"),
    ],
)
def test_day_label_changes_at_local_midnight(moment: str, heading: str) -> None:
    now = datetime(2026, 3, 10, 9, 30, tzinfo=BERLIN).timestamp()
    moment_s = datetime.fromisoformat(moment).replace(tzinfo=BERLIN).timestamp()

    assert day_label(moment_s, now, BERLIN) == heading


@pytest.mark.parametrize(
    ("moment", "label"),
    [
        ("2026-03-10 08:00", "in a moment"),
        ("2026-03-10 09:30:59", "in a moment"),
        ("2026-03-10 09:31", "at 09:31"),
        ("2026-03-10 23:59", "at 23:59"),
        ("2026-03-11 00:00", "tomorrow at 00:00"),
        ("2026-03-11 23:59", "tomorrow at 23:59"),
        ("2026-03-12 08:05", "on 12 March at 08:05"),
    ],
)
def test_moment_to_come_is_told_in_local_words(moment: str, label: str) -> None:
    now = datetime(2026, 3, 10, 9, 30, tzinfo=BERLIN).timestamp()
    moment_s = datetime.fromisoformat(moment).replace(tzinfo=BERLIN).timestamp()

    assert moment_label(moment_s, now, BERLIN) == label


def test_day_starts_at_local_midnight() -> None:
    now = datetime(2026, 3, 1, 0, 30, tzinfo=AUCKLAND).timestamp()

    assert day_of(now, AUCKLAND) == date(2026, 3, 1)
    assert midnight(date(2026, 3, 1), AUCKLAND) == now - 1800
