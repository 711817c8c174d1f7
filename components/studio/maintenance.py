"""Upkeep: what is done once a day, whether or not anybody is looking."""

from __future__ import annotations

import logging
import threading

from components.studio.db.database import DatabaseError
from components.studio.db.gallery import GalleryRepository

log = logging.getLogger("kontext.upkeep")

INTERVAL_SECONDS = 24 * 3600.0


class TrashPurger:
    """Empties the trash of what has been in it for 14 days, at the start and then daily."""

    def __init__(self, gallery: GalleryRepository) -> None:
        self._gallery = gallery
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the sweep that is under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                removed = self._gallery.purge_expired()
                log.info("trash swept", extra={"removed": removed})
            except (DatabaseError, OSError):
                log.exception("the trash could not be swept")
            self._stopping.wait(INTERVAL_SECONDS)
