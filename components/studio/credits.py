"""What images cost, what a user has spent as far as the database knows, and the credit balance.

The provider names no price and does not say whether failures are charged
(docs/kie-api.md, Codes). So expected prices are added up, and possible charges apart.
The balance is fetched in the background: no page waits for it.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from components.kie import KieError, Model
from components.studio.db.budgets import ChargeGroup, ChargeState, charge_groups
from components.studio.db.database import Database
from components.studio.settings import Settings
from components.studio.tasks.models import NOT_CHARGED, FailureReason, TaskState
from components.studio.tasks.transitions import failure_from_error

log = logging.getLogger("kontext.credits")

DOLLARS_PER_CREDIT = Decimal("0.005")  # docs/kie-api.md, Codes
MAX_AGE_SECONDS = 30.0
MIN_INTERVAL_SECONDS = 2.0  # between two requests, however often the balance changes


def price_of(settings: Settings, model: Model, variants: int = 1) -> Decimal:
    """Credits that these images are expected to cost: what the operator says a model costs."""
    per_image = settings.credits_max if model is Model.MAX else settings.credits_pro
    return per_image * variants


# --- Spending ---

_STATES_WITHOUT_IMAGE = {
    TaskState.FAILED,
    TaskState.REFUSED,
    TaskState.UNCONFIRMED,
    TaskState.STILL_RUNNING,
}


@dataclass(frozen=True)
class Spending:
    """Credits at the expected prices, and how many images they paid for."""

    credits: Decimal = Decimal(0)
    images: int = 0
    unconfirmed_credits: Decimal = Decimal(0)
    """Of tasks that ended without an image or are unconfirmed: they may have been charged."""
    unconfirmed_tasks: int = 0


def spending_for_user(database: Database, user_id: str, *, since: float = 0.0) -> Spending:
    """A user's spending since a moment in epoch seconds. Raises DatabaseError."""
    return summarize(charge_groups(database, user_id, since=since))


def summarize(charges: Iterable[ChargeGroup]) -> Spending:
    """Add up the charges; running tasks are not counted."""
    total = Spending()
    for charge in charges:
        price = charge.price * charge.count
        if charge.state is TaskState.DONE:
            total = replace(
                total,
                credits=total.credits + price,
                images=total.images + charge.count,
            )
        elif charge.decision is not None:
            if charge.decision is ChargeState.SPENT:
                total = replace(total, credits=total.credits + price)
        elif _may_be_charged(charge):
            total = replace(
                total,
                unconfirmed_credits=total.unconfirmed_credits + price,
                unconfirmed_tasks=total.unconfirmed_tasks + charge.count,
            )
    return total


def _may_be_charged(charge: ChargeGroup) -> bool:
    return (
        charge.state in _STATES_WITHOUT_IMAGE
        and charge.was_sent
        and charge.failure_reason not in NOT_CHARGED
    )


# --- Balance ---


@dataclass(frozen=True)
class CreditBalance:
    """The credits left, or the reason why they could not be fetched."""

    credits: Decimal | None
    failure_reason: FailureReason | None = None


class CreditBalanceCache:
    """Caches the balance. `fetch` blocks and raises KieError."""

    def __init__(
        self, fetch: Callable[[], Decimal], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._cached: CreditBalance | None = None
        self._last_read_at = -math.inf
        self._fetched_at = -math.inf
        self._is_refreshing = False
        self._is_stale = False

    def get(self) -> CreditBalance | None:
        """The cached balance, None before the first answer; a stale one is refreshed."""
        with self._lock:
            self._last_read_at = now = self._monotonic()
            cached = self._cached
            if now - self._fetched_at >= MAX_AGE_SECONDS:
                self._refresh_in_background()
        return cached

    def invalidate(self) -> None:
        """The balance may have changed: refresh it if a page read it lately."""
        with self._lock:
            if self._is_refreshing:
                # The running request may have been answered before the change.
                self._is_stale = True
            elif self._monotonic() - self._last_read_at < MAX_AGE_SECONDS:
                self._refresh_in_background()

    def close(self) -> None:
        """Make no more requests."""
        self._closing.set()

    def _refresh_in_background(self) -> None:
        """Start a refresh thread if none runs; the lock is held."""
        self._fetched_at = self._monotonic()
        if not self._is_refreshing:
            self._is_refreshing = True
            threading.Thread(target=self._refresh, name="credits", daemon=True).start()

    def _refresh(self) -> None:
        while True:
            try:
                balance = CreditBalance(self._fetch())
            except KieError as error:
                balance = CreditBalance(None, failure_from_error(error).reason)
                log.info("balance not available", extra={"reason": balance.failure_reason})
            with self._lock:
                self._cached = balance
                self._is_refreshing = self._is_stale
                self._is_stale = False
                if not self._is_refreshing:
                    return
            if self._closing.wait(MIN_INTERVAL_SECONDS):
                return
