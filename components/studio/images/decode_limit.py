"""Lets few pictures be decoded at a time, so that memory stays bounded when many arrive."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from components.studio.images.errors import ImageErrorCode, InvalidImageError


class DecodeLimiter:
    """Slots shared by all threads of one process. A heavy picture takes every slot."""

    def __init__(self, *, slots: int, wait_seconds: float) -> None:
        self._slots = slots
        self._free = slots
        self._wait_seconds = wait_seconds
        self._changed = threading.Condition()

    @contextmanager
    def slot(self, *, heavy: bool) -> Iterator[None]:
        """Hold one slot, or all of them. Raises InvalidImageError (BUSY) after the longest wait."""
        wanted = self._slots if heavy else 1
        deadline = time.monotonic() + self._wait_seconds
        with self._changed:
            while self._free < wanted:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise InvalidImageError(
                        ImageErrorCode.BUSY,
                        "Many pictures are being read at this moment. "
                        "Wait a few seconds and add this one again.",
                    )
                self._changed.wait(remaining)
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()
