"""Stores the text of unsent forms; a page never waits for the disk."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from components.studio.db.database import DatabaseError
from components.studio.db.prompts import PromptHistory

log = logging.getLogger("kontext.drafts")


class DraftStore:
    """Drafts by user and form, written by one thread in order."""

    def __init__(self, history: PromptHistory) -> None:
        self._history = history
        self._lock = Lock()
        self._unsaved: dict[tuple[str, str], str] = {}
        self._queued: set[tuple[str, str]] = set()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="drafts")

    def save(self, user_id: str, name: str, text: str) -> None:
        """Store the text of a form. Returns at once."""
        key = (user_id, name)
        # Half of a surrogate pair can stand in a text box, but not in the database.
        storable = text.encode(errors="replace").decode()
        with self._lock:
            self._unsaved[key] = storable
            if key in self._queued:
                return
            self._queued.add(key)
        self._writer.submit(self._write, key)

    def load(self, user_id: str, name: str) -> str:
        """The last text of a form. Raises DatabaseError."""
        with self._lock:
            unsaved = self._unsaved.get((user_id, name))
        return self._history.load_draft(user_id, name) if unsaved is None else unsaved

    def close(self) -> None:
        """Write what is left, then stop."""
        self._writer.shutdown()

    def _write(self, key: tuple[str, str]) -> None:
        with self._lock:
            self._queued.discard(key)
            text = self._unsaved[key]
        try:
            self._history.save_draft(*key, text)
        except DatabaseError:
            log.exception("draft kept in memory only")
            return
        with self._lock:
            if key not in self._queued:
                del self._unsaved[key]
