"""What images cost, and the credit balance, fetched in the background: no page waits for it."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from components.kie import KieError, Model
from components.studio.settings import Settings
from components.studio.tasks.models import FailureReason
from components.studio.tasks.transitions import failure_from_error

log = logging.getLogger("kontext.credits")

MAX_AGE_SECONDS = 30.0
MIN_INTERVAL_SECONDS = 2.0  # between two requests, however often the balance changes


def price_of(settings: Settings, model: Model, variants: int = 1) -> Decimal:
    """Credits that these images are expected to cost: what the operator says a model costs."""
    per_image = settings.credits_max if model is Model.MAX else settings.credits_pro
    return per_image * variants


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
