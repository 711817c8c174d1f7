"""Calls beside the agenda's own, held to the same pace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from components.kie import KieError, UnavailableError
from components.studio.worker.rate_limiter import RateLimiter

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class RateLimitedCaller:
    """Lets a call of the service go when the account's pace of queries has room for it.

    Safe to use from any thread.
    """

    condition: threading.Condition
    """Guards the pace."""
    queries: RateLimiter
    on_error: Callable[[KieError], None]
    """Lets an error slow or stop other calls."""
    monotonic: Callable[[], float]
    """Seconds that never go back."""
    stopping: threading.Event

    def call(self, request: Callable[[], T]) -> T:
        """The answer, once it could be asked for.

        Raises KontextError as `ask` does, and ServiceUnavailable when the studio closes before.
        """
        self._wait()
        try:
            return request()
        except KieError as error:
            self.on_error(error)
            raise
        finally:
            with self.condition:
                self.queries.release(self.monotonic())
                self.condition.notify_all()

    def _wait(self) -> None:
        with self.condition:
            while not self.queries.acquire(self.monotonic()):
                if self.stopping.is_set():
                    raise UnavailableError("the studio closes")
                self.condition.wait(self.queries.seconds_until_free(self.monotonic()))
