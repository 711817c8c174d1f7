"""Rate limiter: how fast a key may be used, and how often a result host that fails is asked.

The monotonic clock is an argument, in seconds.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from components.kie import KieError, UnavailableError

CLOCK_MARGIN_S = 0.02  # the provider's clock may run slower than ours
REJECTION_DELAY_S = 2.0  # pause after a 429 without a Retry-After header
MAX_PAUSE_S = 300.0  # a paid result is asked for at least this often
SLOWDOWN_HALF_LIFE_S = 30.0  # time until a slowed-down limiter is twice as fast again
MAX_SLOWDOWN = 16.0  # the limit is divided by at most this
MAX_HOST_PAUSE_S = 60.0  # one result whose host fails for it alone delays others by at most this

T = TypeVar("T")


class RateLimiter:
    """`limit` tokens; each returns one window after its call was answered.

    The provider counts the calls that arrive in any window (docs/kie-api.md, Codes). A call arrives
    at some moment between sending and answer. So a token that is out for that time and one window
    more keeps the limit, however the network bunches calls.
    """

    def __init__(self, limit: int, window_seconds: float) -> None:
        self.limit = limit
        self._window_seconds = window_seconds + CLOCK_MARGIN_S
        self._in_flight = 0
        self._returns_at: deque[float] = deque()
        self._paused_until = -math.inf
        self._slowdown = 1.0
        self._slowed_at = 0.0

    def acquire(self, now: float) -> bool:
        """Take a token for one call, if there is one; `release` must follow."""
        if self.seconds_until_free(now) > 0:
            return False
        self._in_flight += 1
        return True

    def release(self, now: float) -> None:
        """The call of a token was answered or given up."""
        self._in_flight -= 1
        self._returns_at.append(now + self._window_seconds)

    def consume(self, calls: int, now: float) -> None:
        """Count calls that were made before this limiter existed."""
        self._returns_at.extend([now + self._window_seconds] * calls)

    def seconds_until_free(self, now: float) -> float:
        """Seconds until a call may be made if no other is made before; 0 when one may now."""
        if now < self._paused_until:
            return self._paused_until - now
        while self._returns_at and self._returns_at[0] <= now:
            self._returns_at.popleft()
        excess = self._in_flight + len(self._returns_at) - self._current_limit(now)
        if excess < 0:
            return 0.0
        if excess >= len(self._returns_at):
            return self._window_seconds  # at the earliest: no call has been answered yet
        return self._returns_at[excess] - now

    def slow_down(self, now: float, pause_seconds: float | None = None) -> None:
        """The provider answered 429: pause, then go at half the speed for a while.

        Calls in flight at the first 429 are mostly rejected too: the speed is halved once for all.
        """
        if now >= self._paused_until:
            self._slowdown = min(self._slowdown_at(now) * 2, MAX_SLOWDOWN)
            self._slowed_at = now
        pause = REJECTION_DELAY_S if pause_seconds is None else pause_seconds
        pause = min(pause, MAX_PAUSE_S)
        self._paused_until = max(self._paused_until, now + pause)

    def _current_limit(self, now: float) -> int:
        return max(1, int(self.limit / self._slowdown_at(now)))

    def _slowdown_at(self, now: float) -> float:
        halvings = (now - self._slowed_at) / SLOWDOWN_HALF_LIFE_S
        return max(1.0, self._slowdown * math.exp2(-halvings))


@dataclass(frozen=True, kw_only=True)
class RateLimitedCaller:
    """Makes a call when the query limiter allows it. Thread-safe."""

    condition: threading.Condition
    """Guards the limiter."""
    queries: RateLimiter
    on_error: Callable[[KieError], None]
    """Called with an error, which may slow down or stop other calls."""
    monotonic: Callable[[], float]
    """Monotonic seconds."""
    stopping: threading.Event

    def call(self, request: Callable[[], T]) -> T:
        """The answer, once it could be requested.

        Raises KieError as `request` does, and UnavailableError at shutdown.
        """
        self._wait()
        try:
            return request()
        except KieError as error:
            self.on_error(error)
            raise
        finally:
            with self.condition:
                self.queries.release(self.monotonic())
                self.condition.notify_all()

    def _wait(self) -> None:
        with self.condition:
            while not self.queries.acquire(self.monotonic()):
                if self.stopping.is_set():
                    raise UnavailableError("The app is shutting down.")
                self.condition.wait(self.queries.seconds_until_free(self.monotonic()))


@dataclass
class HostPauses:
    """Result hosts that fail: one task asks for all of them, later each time. Thread-safe."""

    monotonic: Callable[[], float]
    """Monotonic seconds."""
    on_answer: Callable[[str], None]
    """Called with a host that answers again."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._failing: dict[str, tuple[int, float]] = {}  # how often asked, and when again

    def seconds_to_wait(self, host: str) -> float:
        """0.0 lets this task ask the host, and no other one until the next pause is over."""
        with self._lock:
            asked, ask_at = self._failing.get(host, (0, 0.0))
            now = self.monotonic()
            if asked and now < ask_at:
                return ask_at - now
            if asked:
                pause = min(2.0 ** min(asked, 6), MAX_HOST_PAUSE_S)
                self._failing[host] = (asked + 1, now + pause)
            return 0.0

    def record(self, host: str, *, answers: bool) -> None:
        """The host was asked."""
        with self._lock:
            was_failing = host in self._failing
            if answers:
                self._failing.pop(host, None)
            else:
                self._failing.setdefault(host, (1, self.monotonic() + 1.0))
        if answers and was_failing:
            self.on_answer(host)
