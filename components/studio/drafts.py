"""Keeps what is being typed, so that a reload finds it; a page never waits for the disk."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from components.studio.db.prompts import Notebook
from components.studio.db.tasks import LedgerUnavailable

log = logging.getLogger("kontext.drafts")


class Drafts:
    """What stands in the pages' boxes, written by one thread in the order it came."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._lock = Lock()
        self._unwritten: dict[tuple[str, str], str] = {}
        self._waiting: set[tuple[str, str]] = set()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="drafts")

    def keep(self, designer: str, name: str, text: str) -> None:
        """Remember what stands in a box. Returns at once."""
        box = (designer, name)
        # Half of an emoji can stand in a box, and in no database.
        storable = text.encode(errors="replace").decode()
        with self._lock:
            self._unwritten[box] = storable
            if box in self._waiting:
                return
            self._waiting.add(box)
        self._writer.submit(self._write, box)

    def of(self, designer: str, name: str) -> str:
        """What stood in a box last. Raises LedgerUnavailable."""
        with self._lock:
            unwritten = self._unwritten.get((designer, name))
        return self._notebook.draft(designer, name) if unwritten is None else unwritten

    def close(self) -> None:
        """Write what is left, then end."""
        self._writer.shutdown()

    def _write(self, box: tuple[str, str]) -> None:
        with self._lock:
            self._waiting.discard(box)
            text = self._unwritten[box]
        try:
            self._notebook.keep_draft(*box, text)
        except LedgerUnavailable:
            log.exception("a draft is kept in memory only")
            return
        with self._lock:
            if box not in self._waiting:
                del self._unwritten[box]
