"""How fast the account may be used, and when an answer is worth asking for.

Pure arithmetic with the clock as an argument (monotonic seconds).
"""

from __future__ import annotations

from statistics import median


class Pace:
    """At most `limit` calls in any window, however the network bunches them.

    A token bucket whose burst and refill together stay within the limit: the service counts a
    sliding window and rejects what is over it (contract.md §4), so a bucket that may be emptied
    and refilled within one window would run into it.
    """

    def __init__(self, limit: int, window_seconds: float) -> None:
        self._burst = max(1, limit // 4)
        self._per_second = max(limit - self._burst, limit / 2) / window_seconds
        self._tokens = float(self._burst)
        self._at: float | None = None
        self._closed_until = 0.0
        self._slowness = 1.0

    def take(self, now: float) -> bool:
        """Take one call if there is one to take."""
        if self.seconds_until_free(now) > 0:
            return False
        self._tokens -= 1
        return True

    def seconds_until_free(self, now: float) -> float:
        """Seconds until a call can be taken; 0 when one can be taken now."""
        self._refill(now)
        if now < self._closed_until:
            return self._closed_until - now
        missing = 1 - self._tokens
        # Under a nanosecond is rounding, and would make a caller wait in a tight circle.
        return missing * self._slowness / self._per_second if missing > 1e-9 else 0.0

    def slow_down(self, now: float, pause_seconds: float | None = None) -> None:
        """The service said 429: stop for a moment, then go at half the speed for a while."""
        self._refill(now)
        self._tokens = min(self._tokens, 0.0)
        self._slowness = min(self._slowness * 2, 16.0)
        self._closed_until = max(self._closed_until, now + (pause_seconds or 2.0))

    def _refill(self, now: float) -> None:
        passed = max(0.0, now - self._at) if self._at is not None else 0.0
        self._at = now
        self._tokens = min(self._burst, self._tokens + passed * self._per_second / self._slowness)
        self._slowness = max(1.0, self._slowness * 0.97**passed)  # half as slow after 23 s


class Typical:
    """How long pictures of one model usually take, learned from the latest ones."""

    def __init__(self, seconds: list[float] | None = None, *, newest: int = 20) -> None:
        self._newest = newest
        self._seconds = list(seconds or [])[:newest]

    def learn(self, seconds: float) -> None:
        """One more picture took this long."""
        self._seconds = [seconds, *self._seconds][: self._newest]

    @property
    def seconds(self) -> float | None:
        """The median, or None before the first picture."""
        return median(self._seconds) if self._seconds else None


def pause_before_asking(elapsed: float, typical: float | None) -> float:
    """Seconds from now to the next query of a task that has run for `elapsed` seconds.

    Seldom before the usual moment, often around it, seldom after it.
    """
    if typical is None:
        return _between(1.0, 0.2 * elapsed, 15.0)
    if elapsed < 0.7 * typical:
        return _between(1.0, 0.7 * typical - elapsed, 10.0)
    if elapsed < 1.5 * typical:
        return _between(0.7, 0.1 * typical, 5.0)
    return _between(1.0, 0.25 * (elapsed - typical), 30.0)


def pause_after_patience(elapsed: float) -> float:
    """The same, once the task is only looked at from time to time: 1 to 10 minutes."""
    return _between(60.0, 0.1 * elapsed, 600.0)


def _between(least: float, value: float, most: float) -> float:
    return max(least, min(value, most))
