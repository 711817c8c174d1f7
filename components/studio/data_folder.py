"""The data folder: whether it can still be paid into, what takes room in it, and its cleaning.

Files that are deleted while they are open can be written for hours: all is gone at the restart.
A thread cleans every hour and checks the storage, independent of open pages.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from components.studio.db.administration import DAY_S, Retention
from components.studio.db.database import (
    DatabaseError,
    DatabaseErrorKind,
    file_identity,
    missing_files_error,
)
from components.studio.db.gallery import GalleryRepository
from components.studio.db.prompts import PromptHistory
from components.studio.db.tasks import DATABASE_FILE
from components.studio.images.object_store import ObjectStore

log = logging.getLogger("kontext.maintenance")

LOCK_FILE = "studio.lock"
COUNT_SECONDS = 600.0  # a hundred thousand thumbnails take about a second
# A hundred tasks run at once, and a result with its thumbnail takes about 2 MB.
MIN_FREE_BYTES = 200 * 1024**2


def _read_only_error(path: Path) -> DatabaseError:
    return DatabaseError(
        f"{path} is read-only for the studio, so nothing can be saved. "
        "Make it writable again: nothing is sent or paid for until then."
    )


class DataFolder:
    """The data folder as this process opened it, and the store of its files. Thread-safe."""

    def __init__(self, folder: Path, objects: ObjectStore) -> None:
        """Remember which files are open; call it when they are."""
        self._folder = folder
        self._objects = objects
        self._derived_bytes = (0, 0)
        self._count_derived_at = 0.0
        opened = {name: file_identity(folder / name) for name in (DATABASE_FILE, LOCK_FILE)}
        self._opened = {name: identity for name, identity in opened.items() if identity}

    def derived_and_free_bytes(self) -> tuple[int | None, int | None, int | None]:
        """Bytes of the thumbnails and of the analyses, and free bytes of the disk.

        The first two are counted every ten minutes at most. All are unknown where the files lie
        in an S3-compatible store. Raises DatabaseError when the folder is gone.
        """
        if self._objects.folder is None:
            return None, None, None
        now = time.monotonic()
        if now >= self._count_derived_at:
            self._derived_bytes = (
                sum(map(_size_bytes, (self._folder / "thumbnails").glob("*/*.jpeg"))),
                sum(map(_size_bytes, (self._folder / "analyses").glob("*/*.npz"))),
            )
            self._count_derived_at = now + COUNT_SECONDS
        try:
            return *self._derived_bytes, shutil.disk_usage(self._folder).free
        except OSError as error:
            raise missing_files_error(self._folder) from error

    def problem(self) -> DatabaseError | None:
        """Why nothing should be paid for now.

        Files are gone or read-only, the disk is full, or the store of the images is away.
        """
        if (store_problem := self._objects.problem) is not None:
            kind = DatabaseErrorKind.FULL if store_problem.is_full else DatabaseErrorKind.REFUSED
            return DatabaseError(str(store_problem), kind)
        for name, identity in self._opened.items():
            if file_identity(self._folder / name) != identity:
                return missing_files_error(self._folder)
            if not os.access(self._folder / name, os.W_OK):
                return _read_only_error(self._folder / name)
        if not os.access(self._folder, os.W_OK):
            return _read_only_error(self._folder)
        try:
            free_bytes = shutil.disk_usage(self._folder).free
        except OSError:
            return missing_files_error(self._folder)
        if free_bytes >= MIN_FREE_BYTES:
            return None
        return DatabaseError(
            f"The disk is almost full: fewer than {MIN_FREE_BYTES // 1024**2} MB are free on the "
            f"disk of {self._folder}. Make room there: nothing is sent or paid for until then.",
            DatabaseErrorKind.FULL,
        )


def _size_bytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # deleted meanwhile
        return 0


# --- Maintenance ---

INTERVAL_SECONDS = 3600.0
CHECK_SECONDS = 2.0


class MaintenanceThread:
    """Deletes what has been kept for long enough, at start and then hourly.

    That are the trash, drafts, raw answers, old pictures where an admin wants it, and analyses
    that nobody has used for a week. Every two seconds it calls `check_storage`. Of several
    replicas only the one that leads may clean.
    """

    def __init__(
        self,
        gallery: GalleryRepository,
        prompts: PromptHistory,
        check_storage: Callable[[], object],
        forget_raw_answers: Callable[[int | None], object] = lambda _days: None,
        may_clean: Callable[[], bool] = lambda: True,
        retention: Callable[[], Retention] = Retention,
    ) -> None:
        self._gallery = gallery
        self._forget_raw_answers = forget_raw_answers
        self._may_clean = may_clean
        self._retention = retention
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
            if time.monotonic() >= clean_at and self._may_clean():
                self._clean()
                clean_at = time.monotonic() + INTERVAL_SECONDS
            self._stopping.wait(CHECK_SECONDS)

    def _clean(self) -> None:
        try:
            retention = self._retention()
        except DatabaseError:
            log.exception("nothing cleaned")
            return
        try:
            removed = self._gallery.purge_expired(retention.trash * DAY_S)
            if retention.pictures is not None:
                removed += self._gallery.delete_old_pictures(retention.pictures)
            if removed:
                log.info("trash purged", extra={"removed": removed})
        except (DatabaseError, OSError):
            log.exception("trash not purged")
        try:
            self._prompts.delete_expired_drafts(self._gallery.clock(), retention.drafts * DAY_S)
        except DatabaseError:
            log.exception("drafts not deleted")
        try:
            self._forget_raw_answers(retention.raw_answers)
        except (DatabaseError, OSError):
            log.exception("raw answers not deleted")
