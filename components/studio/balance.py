"""The account's balance, read in the background so that no page waits for the service."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from components.kontext import KontextError
from components.studio.tasks.obstacles import obstacle_of
from components.studio.tasks.task import Trouble

log = logging.getLogger("kontext.balance")

FRESH_SECONDS = 30.0


@dataclass(frozen=True)
class Balance:
    """The credits left, or what kept them from being read."""

    credits: Decimal | None
    trouble: Trouble | None = None


class BalanceWatch:
    """The last balance that was read. `ask` takes its time and raises KontextError."""

    def __init__(
        self, ask: Callable[[], Decimal], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._steady = steady
        self._lock = threading.Lock()
        self._last: Balance | None = None
        self._asked_at: float | None = None

    def look(self) -> Balance | None:
        """What is known now, None before the first answer; asks anew when that is stale."""
        now = self._steady()
        with self._lock:
            is_fresh = self._asked_at is not None and now - self._asked_at < FRESH_SECONDS
            if not is_fresh:
                self._asked_at = now
            known = self._last
        if not is_fresh:
            threading.Thread(target=self._read, name="balance", daemon=True).start()
        return known

    def _read(self) -> None:
        try:
            found = Balance(self._ask())
        except KontextError as error:
            found = Balance(None, obstacle_of(error).trouble)
            log.info("the balance cannot be read", extra={"why": found.trouble})
        with self._lock:
            self._last = found
