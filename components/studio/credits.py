"""The account's balance, read in the background so that no page waits for the service."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from components.kie import KontextError
from components.studio.tasks.failures import obstacle_of
from components.studio.tasks.models import Trouble

log = logging.getLogger("kontext.balance")

FRESH_SECONDS = 30.0
PAUSE_SECONDS = 2.0  # between two questions, however often the balance moves


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
        self._closing = threading.Event()
        self._last: Balance | None = None
        self._looked_at = -math.inf
        self._asked_at = -math.inf
        self._is_reading = False
        self._is_stirred = False

    def look(self) -> Balance | None:
        """What is known now, None before the first answer; asks anew when that is stale."""
        with self._lock:
            self._looked_at = now = self._steady()
            known = self._last
            if now - self._asked_at >= FRESH_SECONDS:
                self._read_behind()
        return known

    def stir(self) -> None:
        """The balance may have changed: asks anew, if anybody has looked at it lately."""
        with self._lock:
            if self._is_reading:
                self._is_stirred = True  # what is being read may be from before
            elif self._steady() - self._looked_at < FRESH_SECONDS:
                self._read_behind()

    def close(self) -> None:
        """Ask no more."""
        self._closing.set()

    def _read_behind(self) -> None:
        """Read on a thread of its own, if none is at it; the lock is held."""
        self._asked_at = self._steady()
        if not self._is_reading:
            self._is_reading = True
            threading.Thread(target=self._read, name="balance", daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                found = Balance(self._ask())
            except KontextError as error:
                found = Balance(None, obstacle_of(error).trouble)
                log.info("the balance cannot be read", extra={"why": found.trouble})
            with self._lock:
                self._last = found
                self._is_reading = self._is_stirred
                self._is_stirred = False
                if not self._is_reading:
                    return
            if self._closing.wait(PAUSE_SECONDS):
                return
