"""Event bus: tells listeners that something of a user has changed.

An event has no content. A listener reads the database. Listeners of other replicas are told, too.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from threading import Lock
from typing import Final

log = logging.getLogger("kontext.events")


EVERYBODY: Final = ""
"""In place of a user id: all of them."""


class EventBus:
    """Listeners by user. They run on the publishing thread and must return at once.

    A listener that raises is removed: its browser tab is gone.
    """

    def __init__(self) -> None:
        self.is_closed = False
        self._lock = Lock()
        self.relay: Callable[[str], object] = lambda _user_id: None
        """Tells the other replicas of a change, `EVERYBODY`'s too; set where there are any."""
        self._listeners: dict[str, set[Callable[[], None]]] = defaultdict(set)

    def subscribe(self, user_id: str, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at each change; returns what ends that."""
        with self._lock:
            self._listeners[user_id].add(listener)

        return lambda: self._unsubscribe(user_id, listener)

    def publish(self, user_id: str) -> None:
        """Something of this user has changed."""
        self.ring(user_id)
        self.relay(user_id)

    def publish_to_everybody(self) -> None:
        """Something that concerns everybody has changed, also at the other replicas."""
        self.publish_all()
        self.relay(EVERYBODY)

    def ring(self, user_id: str) -> None:
        """The same as `publish`, for this process alone: the others know."""
        if user_id == EVERYBODY:
            self.publish_all()
            return
        with self._lock:
            listeners = tuple(self._listeners.get(user_id, ()))
        for listener in listeners:
            try:
                listener()
            except Exception:
                # The publisher is about to pay for an image, or has just paid: it must go on.
                log.exception("listener failed")
                self._unsubscribe(user_id, listener)

    def publish_all(self) -> None:
        """Something that concerns everybody at this process has changed, such as a paused queue."""
        with self._lock:
            user_ids = tuple(self._listeners)
        for user_id in user_ids:
            self.ring(user_id)

    def count_listeners(self) -> dict[str, int]:
        """How many listeners each user has at this process."""
        with self._lock:
            return {user_id: len(found) for user_id, found in self._listeners.items()}

    def close(self) -> None:
        """Call every listener for the last time. A listener finds `is_closed` true."""
        self.is_closed = True
        self.publish_all()

    def _unsubscribe(self, user_id: str, listener: Callable[[], None]) -> None:
        with self._lock:
            self._listeners[user_id].discard(listener)
            if not self._listeners[user_id]:
                del self._listeners[user_id]
