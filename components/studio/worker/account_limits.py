"""Limits that all tasks of one key share, and what one answer means for the other tasks.

The monotonic clock is an argument, in seconds.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol, TypeVar

from components.kie import (
    AuthenticationError,
    ConnectError,
    InsufficientCreditsError,
    KieError,
    MaintenanceError,
    RateLimitError,
    UnavailableError,
    UnknownOutcomeError,
)
from components.studio.tasks.models import FailureReason
from components.studio.tasks.transitions import (
    Accepted,
    StepFailed,
    TaskEvent,
    failure_from_error,
)

FIRST_PROBE_DELAY_S = 10.0
MAX_PROBE_DELAY_S = 120.0
PROBE_BACKOFF_FACTOR = 1.5
MAX_UNKNOWN_OUTCOMES = 4  # creates without a clear answer in a row

CREATE_WINDOW_S = 10.0  # docs/kie-api.md, Codes
QUERY_WINDOW_S = 1.0  # docs/kie-api.md, Codes
MAINTENANCE_PAUSE_S = 5.0  # pause of all calls after a 455
RECONNECT_DELAY_S = 2.0  # the first check after a connection failed: most failures are short
LONG_PAUSE_S = 60.0  # a pause that the provider asks for is announced if it is longer

CLOCK_MARGIN_S = 0.02  # the provider's clock may run slower than ours
REJECTION_DELAY_S = 2.0  # pause after a 429 without a Retry-After header
MAX_PAUSE_S = 300.0  # a paid result is asked for at least this often
SLOWDOWN_HALF_LIFE_S = 30.0  # time until a slowed-down limiter is twice as fast again
MAX_SLOWDOWN = 16.0  # the limit is divided by at most this

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


class CircuitBreaker:
    """Whether creates may be sent with this key, and when to check again.

    Opened by a rejected key, an empty balance, a provider that cannot be reached or one that asks
    for a long pause, so that one task fails and not ten.

    It is closed, open, or half-open: one create at a time until one is accepted.

    Half-open after a check that succeeded: a good balance may still not pay for the next image.
    Half-open, too, after several unknown outcomes: each may be a paid image that nobody sees.
    """

    def __init__(self) -> None:
        self.reason: FailureReason | None = None
        self._next_probe_at = 0.0
        self._probe_delay = FIRST_PROBE_DELAY_S
        self._is_half_open = False
        self._unknown_outcomes = 0

    def open(self, reason: FailureReason, now: float, first_delay: float | None = None) -> None:
        """Send nothing until a check of the account succeeds.

        `first_delay`: seconds until the first check, unless one succeeded in vain.
        """
        if self.reason is None:
            if self._is_half_open:
                self._probe_delay = min(self._probe_delay * PROBE_BACKOFF_FACTOR, MAX_PROBE_DELAY_S)
            delays = [first_delay or 0.0]
            if first_delay is None or self._is_half_open:
                delays.append(self._probe_delay)
            self._next_probe_at = now + max(delays)
        elif first_delay is not None:
            self._next_probe_at = max(self._next_probe_at, now + first_delay)
        self.reason = reason

    def half_open(self) -> None:
        """A check of the account succeeded."""
        if self.reason is not None:
            self.reason = None
            self._is_half_open = True

    def record_unknown(self) -> None:
        """Count a create without a clear answer."""
        self._unknown_outcomes += 1
        if self._unknown_outcomes >= MAX_UNKNOWN_OUTCOMES:
            self._is_half_open = True

    def record_success(self) -> None:
        """Record a successful create and reset the breaker."""
        self._is_half_open = False
        self._unknown_outcomes = 0
        self._probe_delay = FIRST_PROBE_DELAY_S

    def may_send(self, sending: int) -> bool:
        """Whether one more create may be sent beside those in flight."""
        return self.reason is None and not (self._is_half_open and sending)

    def take_probe(self, now: float) -> bool:
        """Whether the account should be checked now; then not again until after the delay."""
        if self.reason is None or now < self._next_probe_at:
            return False
        self._next_probe_at = now + self._probe_delay
        return True

    def probe_failed(self, reason: FailureReason, now: float) -> None:
        """The account is still not usable: check again, later each time."""
        if self.reason is not None:
            self.reason = reason
            self._probe_delay = min(self._probe_delay * PROBE_BACKOFF_FACTOR, MAX_PROBE_DELAY_S)
            self._next_probe_at = now + self._probe_delay

    def probe_now(self, now: float) -> None:
        """Check at the next opportunity: the user says that key or credits are fixed."""
        self._next_probe_at = now

    def seconds_until_probe(self, now: float) -> float | None:
        """Seconds until the next check; None while the breaker is closed."""
        return None if self.reason is None else self._next_probe_at - now


_UNREACHABLE = {FailureReason.UNREACHABLE, FailureReason.CERTIFICATE}


class CreditsClient(Protocol):
    """The call that reads the credit balance."""

    def credits(self) -> Decimal: ...


@dataclass(frozen=True)
class AccountLimits:
    """Rate limiters and circuit breaker of one key. Not thread-safe: the worker guards it.

    `now` is always monotonic, in seconds.
    """

    creates: RateLimiter
    queries: RateLimiter
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)

    @classmethod
    def with_limits(cls, *, creates_per_10s: int, queries_per_second: int) -> AccountLimits:
        """Limits of one key; those of kie.ai are in docs/kie-api.md, Codes."""
        return cls(
            RateLimiter(creates_per_10s, CREATE_WINDOW_S),
            RateLimiter(queries_per_second, QUERY_WINDOW_S),
        )

    def resume(self, recent_creates: int, now: float, *, was_querying: bool) -> None:
        """Count what an earlier process may have sent within the open windows.

        `was_querying`: it left tasks whose state it may have asked for.
        """
        self.creates.consume(recent_creates, now)
        if was_querying:
            self.queries.consume(self.queries.limit, now)

    def on_create_result(self, event: TaskEvent | None, now: float) -> None:
        """Apply the result of a create to the limits."""
        match event:
            case Accepted():
                self.breaker.record_success()
            case UnknownOutcomeError():
                self.breaker.record_unknown()
            case RateLimitError(retry_after_seconds=float(pause)) if pause > LONG_PAUSE_S:
                self.breaker.open(FailureReason.RATE_LIMITED, now, pause)
            case RateLimitError(retry_after_seconds=pause):
                self.creates.slow_down(now, pause)
            case MaintenanceError():
                self.creates.slow_down(now, MAINTENANCE_PAUSE_S)
            case ConnectError():
                self.breaker.open(failure_from_error(event).reason, now, RECONNECT_DELAY_S)
            case InsufficientCreditsError():
                self.breaker.open(FailureReason.CREDITS, now)
            case AuthenticationError():
                self.breaker.open(FailureReason.AUTH, now)
            case StepFailed(failure) if failure.reason is FailureReason.AUTH:
                self.breaker.open(FailureReason.AUTH, now)

    def on_query_result(self, event: TaskEvent | None, now: float) -> None:
        """Apply the answer to a query to the limits."""
        match event:
            case RateLimitError(retry_after_seconds=pause):
                self.queries.slow_down(now, pause)
            case MaintenanceError():
                self.queries.slow_down(now, MAINTENANCE_PAUSE_S)
            case AuthenticationError():
                self.queries.slow_down(now, MAINTENANCE_PAUSE_S)
                self.breaker.open(FailureReason.AUTH, now)


def check_account(
    client: CreditsClient, prices: Sequence[Decimal], previous: FailureReason | None
) -> FailureReason | None:
    """Why images of these prices cannot be submitted; None if they can.

    `previous` stays when kie.ai gives no clear answer. Any answer shows that it can be reached.
    """
    try:
        balance = client.credits()
    except (AuthenticationError, ConnectError) as error:
        return failure_from_error(error).reason
    except KieError as error:
        # An answer of a gateway or none at all: a create would get no clear answer either.
        is_silent = isinstance(error, UnavailableError) and (error.code or 500) >= 500
        return previous if is_silent or previous not in _UNREACHABLE else None
    return FailureReason.CREDITS if prices and balance < min(prices) else None
