"""Where an installation keeps its rows, its files and its secret.

Files go by names such as `pictures/ab/<id>.png`, in a folder as in a store.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.studio.db.tasks import DATABASE_FILE
from components.studio.images.object_store import (
    DiskStore,
    ObjectStore,
    StoreUnavailable,
    open_objects,
)
from components.studio.images.store import ImageStore
from components.studio.settings import Settings
from components.studio.storage import SECRET_FILE

FILE_FOLDERS: Final = ("pictures", "originals", "thumbnails")
"""Analyses are left out: each is made again when it is needed."""

_FILE_NAME = re.compile(
    r"(?:pictures|originals)/[0-9a-f]{2}/[0-9a-f]{32}\.[a-z]{3,4}"
    r"|thumbnails/[0-9a-f]{2}/[0-9a-f]{32}(?:-768)?\.jpeg"
)


class AdminError(Exception):
    """The command cannot be done. The message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """An installation's rows, files and folder."""

    database_url: str
    files: ObjectStore
    data_dir: Path

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        scheme, _, path = self.database_url.partition(":///")
        return Path(path) if scheme == "sqlite" else None

    @property
    def secret_file(self) -> Path:
        """The file that signs the identity cookies, which need not exist."""
        return self.data_dir / SECRET_FILE


def configured_place(settings: Settings) -> Place:
    """Where the app with these settings keeps what it has. Raises AdminError."""
    try:
        files = open_objects(settings)
    except StoreUnavailable as error:
        raise AdminError(str(error)) from error
    url = settings.database_url or folder_place(settings.data_dir).database_url
    return Place(database_url=url, files=files, data_dir=settings.data_dir)


def folder_place(folder: Path) -> Place:
    """A data folder with all that it holds."""
    return Place(
        database_url=f"sqlite:///{folder / DATABASE_FILE}",
        files=DiskStore(folder),
        data_dir=folder,
    )


def is_file_name(name: str) -> bool:
    """Whether the name is one that the studio gives to a picture, an original or a thumbnail."""
    return _FILE_NAME.fullmatch(name) is not None


def link_file(source: Path, target: Path) -> bool:
    """Make the target the same file as the source; False where the disk, or the rights, forbid it.

    Files of the studio are replaced and never changed, so both stay as they are. Raises OSError
    when the source is missing or the disk is full.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOSPC, errno.EDQUOT}:
            raise
        return False
    return True


def copy_file(source: Path, target: Path) -> None:
    """Copy a file with its time and rights, whole or not at all. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    try:
        shutil.copy2(source, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def image_store(place: Place) -> ImageStore:
    """The studio's own way to its files, which makes thumbnails."""
    return ImageStore(place.data_dir, place.files)
