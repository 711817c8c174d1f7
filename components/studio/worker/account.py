"""The account: what all tasks of one key share, and what an answer to one means for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from components.kie import (
    KeyRejected,
    KontextError,
    Maintenance,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
)
from components.studio.tasks.models import Trouble
from components.studio.tasks.transitions import Accepted, Hindered, Report
from components.studio.worker.circuit_breaker import Gate
from components.studio.worker.rate_limiter import Pace

CREATE_WINDOW_SECONDS = 10.0  # contract.md §4
QUERY_WINDOW_SECONDS = 1.0  # contract.md §4
MAINTENANCE_PAUSE_SECONDS = 5.0


class Till(Protocol):
    """What tells the balance."""

    def credits(self) -> Decimal: ...


@dataclass(frozen=True)
class Account:
    """The paces of one key and its gate. Not thread-safe: the engine guards it.

    `now` is always in seconds of a clock that never goes back.
    """

    creates: Pace
    queries: Pace
    gate: Gate = field(default_factory=Gate)

    @classmethod
    def with_limits(cls, *, creates_per_10s: int, queries_per_second: int) -> Account:
        """An account with the limits of contract.md §4, or other ones."""
        return cls(
            Pace(creates_per_10s, CREATE_WINDOW_SECONDS),
            Pace(queries_per_second, QUERY_WINDOW_SECONDS),
        )

    def resume(self, recent_creates: int, now: float) -> None:
        """Count what an earlier process may have sent within the windows that are still open."""
        self.creates.spend(recent_creates, now)
        self.queries.spend(self.queries.limit, now)

    def heed_create(self, report: Report | None, now: float) -> None:
        """What the end of one create means for the next ones."""
        match report:
            case Accepted():
                self.gate.proved()
            case OutcomeUnknown():
                self.gate.doubted()
            case RateLimited(retry_after_seconds=pause):
                self.creates.slow_down(now, pause)
            case Maintenance():
                self.creates.slow_down(now, MAINTENANCE_PAUSE_SECONDS)
            case OutOfCredit():
                self.gate.close(Trouble.CREDIT, now)
            case KeyRejected():
                self.gate.close(Trouble.KEY, now)
            case Hindered(obstacle) if obstacle.trouble is Trouble.KEY:
                self.gate.close(Trouble.KEY, now)

    def heed_query(self, report: Report | None, now: float) -> None:
        """What the answer to one query means for the next ones."""
        match report:
            case RateLimited(retry_after_seconds=pause):
                self.queries.slow_down(now, pause)
            case Maintenance():
                self.queries.slow_down(now, MAINTENANCE_PAUSE_SECONDS)
            case KeyRejected():
                self.queries.slow_down(now, MAINTENANCE_PAUSE_SECONDS)
                self.gate.close(Trouble.KEY, now)


def trouble_of(till: Till, prices: Sequence[Decimal], before: Trouble | None) -> Trouble | None:
    """What keeps pictures of these prices in credits from being sent.

    An account that cannot be asked is as it was before.
    """
    try:
        balance = till.credits()
    except KeyRejected:
        return Trouble.KEY
    except KontextError:
        return before
    return Trouble.CREDIT if prices and balance < min(prices) else None
