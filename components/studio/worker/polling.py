"""When a task is polled next."""

from __future__ import annotations

from statistics import median


class DurationEstimator:
    """Estimates how long one kind of image takes, from the latest ones."""

    def __init__(self, seconds: list[float] | None = None, *, newest: int = 20) -> None:
        self._newest = newest
        self._seconds = [taken for taken in seconds or [] if taken > 0][:newest]

    def add(self, seconds: float) -> None:
        """Add one duration; a negative one comes from a clock that was set back."""
        if seconds > 0:
            self._seconds = [seconds, *self._seconds][: self._newest]

    @property
    def seconds(self) -> float | None:
        """The median, or None before the first image."""
        return median(self._seconds) if self._seconds else None


def next_poll_delay(elapsed: float, typical: float | None) -> float:
    """Seconds until the next query of a task that has run for `elapsed` seconds.

    Seldom before the usual end, often around it, seldom after it.
    """
    if typical is None:
        return _clamp(1.0, 0.2 * elapsed, 15.0)
    if elapsed < 0.7 * typical:
        longest = _clamp(5.0, 0.35 * typical, 30.0)  # a rejection comes early
        return _clamp(1.0, 0.7 * typical - elapsed, longest)
    if elapsed < 1.5 * typical:
        return _clamp(0.7, 0.08 * typical, 5.0)
    return _clamp(1.0, 0.25 * (elapsed - typical), 30.0)


def slow_poll_delay(elapsed: float) -> float:
    """The same for a task that runs longer than the poll timeout: 1 to 10 minutes."""
    return _clamp(60.0, 0.1 * elapsed, 600.0)


def empty_result_delay(times: int) -> float:
    """The minimum after answers without a result: 1, 2, 3, 4 seconds."""
    return _clamp(0.0, float(times), 4.0)


def _clamp(minimum: float, value: float, maximum: float) -> float:
    return max(minimum, min(value, maximum))
