"""Stores the text of unsent forms; a page never waits for the disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from components.studio.db.database import DatabaseError
from components.studio.db.prompts import Draft, PromptHistory
from components.studio.db.tables import MAX_DRAFT_BYTES

log = logging.getLogger("kontext.drafts")

_Key = tuple[str, str, str]
"""User, form and tab."""


class DraftStore:
    """Drafts by user, form and tab, written by one thread in order.

    So a tab never overwrites what was typed in another one. Of one user and form the newest five
    stay.
    """

    def __init__(self, history: PromptHistory, *, clock: Callable[[], float] = time.time) -> None:
        self._history = history
        self._clock = clock
        self._lock = Lock()
        self._unsaved: dict[_Key, str] = {}
        self._queued: set[_Key] = set()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="drafts")

    def save(self, user_id: str, name: str, text: str, *, tab: str = "") -> None:
        """Store the text of a form, at most 24,000 bytes of it. Returns at once."""
        key = (user_id, name, tab)
        # Half of a surrogate pair can stand in a text box, but not in the database.
        storable = text.encode(errors="replace")[:MAX_DRAFT_BYTES].decode(errors="ignore")
        with self._lock:
            self._unsaved.pop(key, None)  # so that the newest is the last
            self._unsaved[key] = storable
            if key in self._queued:
                return
            self._queued.add(key)
        self._writer.submit(self._write, key)

    def load(self, user_id: str, name: str, *, open_tabs: Collection[str] = ()) -> Draft:
        """The newest text that no open tab shows, else the newest one. Raises DatabaseError."""
        with self._lock:
            unsaved = {
                tab: Draft(tab, text)
                for (owner, form, tab), text in self._unsaved.items()
                if (owner, form) == (user_id, name)
            }
        stored = self._history.load_drafts(user_id, name)
        newest_first = [
            *reversed(unsaved.values()),
            *(draft for draft in stored if draft.tab not in unsaved),
        ]
        drafts = sorted(
            (draft for draft in newest_first if draft.text),
            key=lambda draft: draft.tab in open_tabs,
        )
        return drafts[0] if drafts else Draft("", "")

    def take_over(self, user_id: str, name: str, *, tab: str, open_tabs: Collection[str]) -> str:
        """What `load` finds; a closed tab's draft becomes this tab's. Raises DatabaseError."""
        draft = self.load(user_id, name, open_tabs=open_tabs)
        if draft.text and draft.tab != tab and draft.tab not in open_tabs:
            self.save(user_id, name, draft.text, tab=tab)
            self.save(user_id, name, "", tab=draft.tab)
        return draft.text

    def close(self) -> None:
        """Write what is left, then stop."""
        self._writer.shutdown()

    def _write(self, key: _Key) -> None:
        user_id, name, tab = key
        with self._lock:
            self._queued.discard(key)
            text = self._unsaved[key]
        try:
            self._history.save_draft(user_id, name, Draft(tab, text), self._clock())
        except DatabaseError:
            log.exception("draft kept in memory only")
            return
        with self._lock:
            if key not in self._queued:
                del self._unsaved[key]
