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


def moment_label(moment: float, now: float, zone: tzinfo | None) -> str:
    """When something to come happens, such as "at 14:05" or "tomorrow at 08:05"."""
    if moment < now + 60:
        return "in a moment"
    day, time = day_of(moment, zone), f"at {datetime.fromtimestamp(moment, zone):%H:%M}"
    match (day - day_of(now, zone)).days:
        case 0:
            return time
        case 1:
            return f"tomorrow {time}"
        case _:
            return f"on {day.day} {day:%B} {time}"
