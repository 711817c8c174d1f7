"""The time budget that one fetch has for everything: lookup, redirects, headers and body."""

from __future__ import annotations

import time

from components.studio.safe_fetch.errors import too_slow


class Deadline:
    """The end of one fetch's time budget."""

    def __init__(self, budget_seconds: float) -> None:
        self._end = time.monotonic() + budget_seconds

    def remaining_seconds(self) -> float:
        """What is left, always above zero. Raises FetchRefused (TOO_SLOW) if nothing is."""
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise too_slow()
        return remaining
