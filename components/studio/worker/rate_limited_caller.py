"""Calls beside the agenda's own, held to the same pace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from components.kie import KontextError, ServiceUnavailable
from components.studio.worker.rate_limiter import Pace

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Metered:
    """Lets a call of the service go when the account's pace of queries has room for it.

    Safe to use from any thread.
    """

    turn: threading.Condition
    """Guards the pace."""
    queries: Pace
    heed: Callable[[KontextError], None]
    """Lets an error slow or stop other calls."""
    steady: Callable[[], float]
    """Seconds that never go back."""
    stopping: threading.Event

    def call(self, ask: Callable[[], T]) -> T:
        """The answer, once it could be asked for.

        Raises KontextError as `ask` does, and ServiceUnavailable when the studio closes before.
        """
        self._wait()
        try:
            return ask()
        except KontextError as error:
            self.heed(error)
            raise
        finally:
            with self.turn:
                self.queries.give_back(self.steady())
                self.turn.notify_all()

    def _wait(self) -> None:
        with self.turn:
            while not self.queries.take(self.steady()):
                if self.stopping.is_set():
                    raise ServiceUnavailable("the studio closes")
                self.turn.wait(self.queries.seconds_until_free(self.steady()))
