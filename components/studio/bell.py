"""The bell: tells whoever watches that something of a designer's has changed.

It carries no content. Whoever hears it reads the ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from threading import Lock


class Bell:
    """Listeners by designer. They are called on the ringing thread and must return at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: dict[str, set[Callable[[], None]]] = defaultdict(set)

    def listen(self, designer: str, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at each change; returns what ends that."""
        with self._lock:
            self._listeners[designer].add(listener)

        def stop() -> None:
            with self._lock:
                self._listeners[designer].discard(listener)
                if not self._listeners[designer]:
                    del self._listeners[designer]

        return stop

    def ring(self, designer: str) -> None:
        """Something of this designer's has changed."""
        with self._lock:
            listeners = tuple(self._listeners.get(designer, ()))
        for listener in listeners:
            listener()

    def ring_all(self) -> None:
        """Something that concerns everybody has changed, such as the queue being held."""
        with self._lock:
            designers = tuple(self._listeners)
        for designer in designers:
            self.ring(designer)
