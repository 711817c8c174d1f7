"""Maintenance every hour, and checks of the storage, independent of open pages."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from components.studio.db.database import DatabaseError
from components.studio.db.gallery import GalleryRepository
from components.studio.db.prompts import PromptHistory

log = logging.getLogger("kontext.maintenance")

INTERVAL_SECONDS = 3600.0
TRASH_RETENTION_DAYS = 14
TRASH_RETENTION_S = TRASH_RETENTION_DAYS * 24 * 3600.0
CHECK_SECONDS = 2.0


class MaintenanceThread:
    """Purges images that have been in the trash for 14 days, at start and then hourly.

    Drafts and raw answers that have expired go, too, and analyses that nobody has used for a
    week. Every two seconds it calls `check_storage`.
    """

    def __init__(
        self,
        gallery: GalleryRepository,
        prompts: PromptHistory,
        check_storage: Callable[[], object],
        forget_raw_answers: Callable[[], object] = lambda: None,
    ) -> None:
        self._gallery = gallery
        self._forget_raw_answers = forget_raw_answers
        self._prompts = prompts
        self._check_storage = check_storage
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="maintenance", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the purge that is running."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        clean_at = time.monotonic()
        while not self._stopping.is_set():
            self._check_storage()
            if time.monotonic() >= clean_at:
                self._clean()
                clean_at = time.monotonic() + INTERVAL_SECONDS
            self._stopping.wait(CHECK_SECONDS)

    def _clean(self) -> None:
        try:
            removed = self._gallery.purge_expired(TRASH_RETENTION_S)
            if removed:
                log.info("trash purged", extra={"removed": removed})
        except (DatabaseError, OSError):
            log.exception("trash not purged")
        try:
            self._prompts.delete_expired_drafts(self._gallery.clock())
        except DatabaseError:
            log.exception("drafts not deleted")
        try:
            self._forget_raw_answers()
        except (DatabaseError, OSError):
            log.exception("raw answers not deleted")
