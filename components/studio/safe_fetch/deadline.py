"""The time budget that one fetch has for everything: lookup, redirects, headers and body."""

from __future__ import annotations

import time

from components.studio.safe_fetch.errors import timeout_error


class Deadline:
    """The end of one fetch's time budget."""

    def __init__(self, budget_seconds: float) -> None:
        self._end = time.monotonic() + budget_seconds

    def remaining_seconds(self) -> float:
        """What is left, always above zero. Raises FetchError (TIMEOUT) if nothing is."""
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise timeout_error()
        return remaining
