"""Limits that all tasks of one key share, and what one answer means for the other tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

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
from components.studio.worker.rate_limiter import RateLimiter

FIRST_PROBE_DELAY_S = 10.0
MAX_PROBE_DELAY_S = 120.0
PROBE_BACKOFF_FACTOR = 1.5
MAX_UNKNOWN_OUTCOMES = 4  # creates without a clear answer in a row

CREATE_WINDOW_S = 10.0  # docs/kie-api.md, Codes
QUERY_WINDOW_S = 1.0  # docs/kie-api.md, Codes
MAINTENANCE_PAUSE_S = 5.0  # pause of all calls after a 455
RECONNECT_DELAY_S = 2.0  # the first check after a connection failed: most failures are short
LONG_PAUSE_S = 60.0  # a pause that the provider asks for is announced if it is longer


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
