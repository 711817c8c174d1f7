"""Hourly maintenance, independent of open pages."""

from __future__ import annotations

import logging
import threading

from components.studio.db.database import DatabaseError
from components.studio.db.gallery import GalleryRepository

log = logging.getLogger("kontext.maintenance")

INTERVAL_SECONDS = 3600.0


class TrashPurger:
    """Purges images that have been in the trash for 14 days, at start and then hourly."""

    def __init__(self, gallery: GalleryRepository) -> None:
        self._gallery = gallery
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
        while not self._stopping.is_set():
            try:
                removed = self._gallery.purge_expired()
                if removed:
                    log.info("trash purged", extra={"removed": removed})
            except (DatabaseError, OSError):
                log.exception("trash not purged")
            self._stopping.wait(INTERVAL_SECONDS)
