"""The data folder: whether more can be paid for and stored, what takes room, and its cleaning.

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
from dataclasses import dataclass
from decimal import Decimal
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
SECRET_FILE = "cookie_secret"  # noqa: S105 - a file name
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


# --- Room for more pictures ---

_GIGABYTE = 1000**3


class QuotaExceeded(Exception):
    """A picture does not fit into what its owner's pictures may take."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Quota:
    """How much of the disk a user's pictures take, and how much they may."""

    used_bytes: int
    allowed_bytes: int

    @property
    def label(self) -> str:
        """Such as "1.2 of 2 GB used"."""
        used, allowed = self.used_bytes / _GIGABYTE, self.allowed_bytes / _GIGABYTE
        return f"{round(used, 2):g} of {allowed:g} GB used"


@dataclass(frozen=True)
class DiskUsage:
    """Bytes that files of each kind take, the trash included, and what is free.

    None: nobody knows, as the files lie in an S3-compatible store.
    """

    images: int
    originals: int
    hidden_images: int
    """The part of `images` that no page shows: raw answers beside their kept versions."""
    thumbnails: int | None
    analyses: int | None
    free: int | None


@dataclass(kw_only=True)
class Storage:
    """What pictures take, and whether more can be stored. Every method raises DatabaseError."""

    data_folder: DataFolder
    gallery: GalleryRepository
    max_gb_per_person: Decimal | None

    def check(self) -> None:
        """Raise DatabaseError if a new picture could not be kept."""
        problem = self.data_folder.problem()
        if problem is not None:
            raise problem

    def check_quota(self, user_id: str, new_bytes: int) -> None:
        """Raise QuotaExceeded if so many bytes more are not allowed to this user."""
        quota = self.quota(user_id)
        if quota is not None and quota.used_bytes + new_bytes > quota.allowed_bytes:
            raise QuotaExceeded(
                f"There is no room for this picture: {quota.label}. "
                "Delete pictures in the gallery and empty the trash."
            )

    def check_room(self, user_id: str, new_bytes: int = 0) -> None:
        """Both checks."""
        self.check()
        self.check_quota(user_id, new_bytes)

    def room_problem(self, user_id: str, new_bytes: int = 0) -> str | None:
        """Why so many bytes more of this user cannot be stored."""
        try:
            self.check_room(user_id, new_bytes)
        except (DatabaseError, QuotaExceeded) as problem:
            return str(problem)
        return None

    def quota(self, user_id: str) -> Quota | None:
        """How much this user's pictures take, with the trash; None where there is no limit."""
        if self.max_gb_per_person is None:
            return None
        images, originals, _ = self.gallery.stored_bytes(user_id)
        return Quota(images + originals, int(self.max_gb_per_person * _GIGABYTE))

    def usage(self) -> DiskUsage:
        """What the files take, wherever they lie."""
        return DiskUsage(*self.gallery.stored_bytes(), *self.data_folder.derived_and_free_bytes())


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
