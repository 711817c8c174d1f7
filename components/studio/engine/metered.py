"""Calls beside the agenda's own, held to the same pace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from components.kontext import KontextError, RateLimited, ServiceUnavailable
from components.studio.engine.account import Account
from components.studio.engine.tally import Tally

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Metered:
    """Lets a call of the service go when the account's pace of queries has room for it.

    Safe to use from any thread.
    """

    turn: threading.Condition
    """Guards the account."""
    account: Account
    steady: Callable[[], float]
    """Seconds that never go back."""
    stopping: threading.Event
    tally: Tally

    def call(self, ask: Callable[[], T]) -> T:
        """The answer, once it could be asked for.

        Raises KontextError as `ask` does, and ServiceUnavailable when the studio closes before.
        """
        self._wait()
        try:
            return ask()
        except KontextError as error:
            if isinstance(error, RateLimited):
                self.tally.rejection()
            with self.turn:
                self.account.heed_query(error, self.steady())
            raise
        finally:
            with self.turn:
                self.account.queries.give_back(self.steady())
                self.turn.notify_all()

    def _wait(self) -> None:
        queries = self.account.queries
        with self.turn:
            while not queries.take(self.steady()):
                if self.stopping.is_set():
                    raise ServiceUnavailable("the studio closes")
                self.turn.wait(queries.seconds_until_free(self.steady()))
