"""The time: a clock that does not jump, and the zone that a browser names."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MAX_CORRECTION = 0.1  # of the time that has passed
# Unlike `time.monotonic`, this one goes on while a machine sleeps.
_UNINTERRUPTED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _uninterrupted_seconds() -> float:
    return time.clock_gettime(_UNINTERRUPTED)


class SteadyClock:
    """Epoch seconds that begin with the system's clock and then follow it slowly. Thread-safe.

    When the system's clock is set forward or back, this one goes up to 10 % faster or slower until
    both agree. So ten minutes last between nine and eleven, whatever happens to the clock.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        ticks: Callable[[], float] = _uninterrupted_seconds,
    ) -> None:
        """`wall` is in epoch seconds and may jump; `ticks` is in seconds and never does."""
        self._wall = wall
        self._ticks = ticks
        self._lock = threading.Lock()
        self._last_ticks = ticks()
        self._now = wall()

    def __call__(self) -> float:
        """The time now, in epoch seconds; never less than at an earlier call."""
        with self._lock:
            ticks = self._ticks()
            passed = ticks - self._last_ticks
            self._last_ticks = ticks
            most = _MAX_CORRECTION * passed
            error = self._wall() - (self._now + passed)
            self._now += passed + max(-most, min(error, most))
            return self._now


def time_zone(name: str | None) -> tzinfo | None:
    """The zone of a name such as "Europe/Berlin"; None for a missing or unknown one."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones
        return None
