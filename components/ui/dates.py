"""Days of a user's time zone. A zone of None is the server's; times are epoch seconds."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from datetime import time as clock_time


def day_of(moment: float, zone: tzinfo | None) -> date:
    """The day of a moment."""
    return datetime.fromtimestamp(moment, zone).date()


def midnight(day: date, zone: tzinfo | None) -> float:
    """The first moment of a day."""
    return datetime.combine(day, clock_time.min, zone).timestamp()


def day_label(moment: float, now: float, zone: tzinfo | None) -> str:
    """The heading of a moment's day: Today, Yesterday, or the date."""
    day = day_of(moment, zone)
    match (day_of(now, zone) - day).days:
        case 0:
            return "Today"
        case 1:
            return "Yesterday"
        case _:
            return f"{day:%A}, {day.day} {day:%B %Y}"
