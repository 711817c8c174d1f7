"""The account's balance, read in the background so that no page waits for the service."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from components.kie import KieError
from components.studio.tasks.models import FailureReason
from components.studio.tasks.transitions import failure_from_error

log = logging.getLogger("kontext.balance")

MAX_AGE_SECONDS = 30.0
MIN_INTERVAL_SECONDS = 2.0  # between two questions, however often the balance moves


@dataclass(frozen=True)
class CreditBalance:
    """The credits left, or what kept them from being read."""

    credits: Decimal | None
    failure_reason: FailureReason | None = None


class CreditBalanceCache:
    """The last balance that was read. `ask` takes its time and raises KontextError."""

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
        """What is known now, None before the first answer; asks anew when that is stale."""
        with self._lock:
            self._last_read_at = now = self._monotonic()
            known = self._cached
            if now - self._fetched_at >= MAX_AGE_SECONDS:
                self._refresh_in_background()
        return known

    def invalidate(self) -> None:
        """The balance may have changed: asks anew, if anybody has looked at it lately."""
        with self._lock:
            if self._is_refreshing:
                self._is_stale = True  # what is being read may be from before
            elif self._monotonic() - self._last_read_at < MAX_AGE_SECONDS:
                self._refresh_in_background()

    def close(self) -> None:
        """Ask no more."""
        self._closing.set()

    def _refresh_in_background(self) -> None:
        """Read on a thread of its own, if none is at it; the lock is held."""
        self._fetched_at = self._monotonic()
        if not self._is_refreshing:
            self._is_refreshing = True
            threading.Thread(target=self._refresh, name="balance", daemon=True).start()

    def _refresh(self) -> None:
        while True:
            try:
                found = CreditBalance(self._fetch())
            except KieError as error:
                found = CreditBalance(None, failure_from_error(error).reason)
                log.info("the balance cannot be read", extra={"why": found.failure_reason})
            with self._lock:
                self._cached = found
                self._is_refreshing = self._is_stale
                self._is_stale = False
                if not self._is_refreshing:
                    return
            if self._closing.wait(MIN_INTERVAL_SECONDS):
                return
