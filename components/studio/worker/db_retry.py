"""Insistence: ledger work that must not be given up, because the service's word hangs on it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from components.studio.db.database import DatabaseError

log = logging.getLogger("kontext.insistence")

FIRST_DELAY_S = 0.5
MAX_DELAY_S = 30.0
T = TypeVar("T")


class DbRetry:
    """Does ledger work as often as it takes. Safe to use from any thread."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def is_retrying(self) -> bool:
        """Whether something could not be written or read, and is being tried again."""
        with self._lock:
            return self._waiting > 0

    def run(self, work: Callable[[], T]) -> T | None:
        """The result of the work; None when the studio closes before it could be done."""
        try:
            return work()
        except DatabaseError:
            self._count(1)
        try:
            return self._retry(work)
        finally:
            self._count(-1)

    def _retry(self, work: Callable[[], T]) -> T | None:
        pause = FIRST_DELAY_S
        while not self._stopping.wait(pause):
            try:
                return work()
            except DatabaseError:
                pause = min(pause * 2, MAX_DELAY_S)
                log.exception("the ledger does not answer", extra={"again_in_seconds": pause})
        return None

    def _count(self, more: int) -> None:
        with self._lock:
            self._waiting += more
