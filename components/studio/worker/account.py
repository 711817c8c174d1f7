"""The account: what all tasks of one key share, and what an answer to one means for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from components.kie import (
    AuthenticationError,
    InsufficientCreditsError,
    KieError,
    MaintenanceError,
    RateLimitError,
    UnknownOutcomeError,
)
from components.studio.tasks.models import FailureReason
from components.studio.tasks.transitions import Accepted, StepFailed, TaskEvent
from components.studio.worker.circuit_breaker import CircuitBreaker
from components.studio.worker.rate_limiter import RateLimiter

CREATE_WINDOW_SECONDS = 10.0  # contract.md §4
QUERY_WINDOW_SECONDS = 1.0  # contract.md §4
MAINTENANCE_PAUSE_SECONDS = 5.0


class CreditsClient(Protocol):
    """What tells the balance."""

    def credits(self) -> Decimal: ...


@dataclass(frozen=True)
class AccountLimits:
    """The paces of one key and its gate. Not thread-safe: the engine guards it.

    `now` is always in seconds of a clock that never goes back.
    """

    creates: RateLimiter
    queries: RateLimiter
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)

    @classmethod
    def with_limits(cls, *, creates_per_10s: int, queries_per_second: int) -> AccountLimits:
        """An account with the limits of contract.md §4, or other ones."""
        return cls(
            RateLimiter(creates_per_10s, CREATE_WINDOW_SECONDS),
            RateLimiter(queries_per_second, QUERY_WINDOW_SECONDS),
        )

    def resume(self, recent_creates: int, now: float) -> None:
        """Count what an earlier process may have sent within the windows that are still open."""
        self.creates.consume(recent_creates, now)
        self.queries.consume(self.queries.limit, now)

    def on_create_result(self, report: TaskEvent | None, now: float) -> None:
        """What the end of one create means for the next ones."""
        match report:
            case Accepted():
                self.breaker.record_success()
            case UnknownOutcomeError():
                self.breaker.record_unknown()
            case RateLimitError(retry_after_seconds=pause):
                self.creates.slow_down(now, pause)
            case MaintenanceError():
                self.creates.slow_down(now, MAINTENANCE_PAUSE_SECONDS)
            case InsufficientCreditsError():
                self.breaker.open(FailureReason.CREDITS, now)
            case AuthenticationError():
                self.breaker.open(FailureReason.AUTH, now)
            case StepFailed(failure) if failure.reason is FailureReason.AUTH:
                self.breaker.open(FailureReason.AUTH, now)

    def on_query_result(self, report: TaskEvent | None, now: float) -> None:
        """What the answer to one query means for the next ones."""
        match report:
            case RateLimitError(retry_after_seconds=pause):
                self.queries.slow_down(now, pause)
            case MaintenanceError():
                self.queries.slow_down(now, MAINTENANCE_PAUSE_SECONDS)
            case AuthenticationError():
                self.queries.slow_down(now, MAINTENANCE_PAUSE_SECONDS)
                self.breaker.open(FailureReason.AUTH, now)


def check_account(
    client: CreditsClient, prices: Sequence[Decimal], previous: FailureReason | None
) -> FailureReason | None:
    """What keeps pictures of these prices in credits from being sent.

    An account that cannot be asked is as it was before.
    """
    try:
        balance = client.credits()
    except AuthenticationError:
        return FailureReason.AUTH
    except KieError:
        return previous
    return FailureReason.CREDITS if prices and balance < min(prices) else None
