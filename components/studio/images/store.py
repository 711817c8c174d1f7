"""The shelf: picture files and thumbnails in the data folder, written whole or not at all.

File names are made of our own ids and known formats; nothing that a person typed is in them.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from components.studio.images.ingest import make_thumbnail

_ID = re.compile(r"[0-9a-f]{32}")
_FORMATS = frozenset({"jpeg", "png", "webp", "gif"})


class ImageStore:
    """Picture files by id. Methods that write raise OSError when the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self._images = folder / "pictures"
        self._thumbnails = folder / "thumbnails"

    def save(self, image_id: str, file_format: str, data: bytes) -> None:
        """Store a picture's bytes as they are, and its thumbnail. Raises InvalidImageError, too."""
        atomic_write(self.thumbnail_path(image_id), make_thumbnail(data))
        atomic_write(self.image_path(image_id, file_format), data)

    def remove_partial_files(self) -> None:
        """Delete what a process that was killed had half written."""
        for folder in (self._images, self._thumbnails):
            for partial in folder.glob("*/.*.part"):
                partial.unlink(missing_ok=True)

    def remove(self, image_id: str, file_format: str) -> None:
        """Delete a picture and its thumbnail, whichever of them is there."""
        self.image_path(image_id, file_format).unlink(missing_ok=True)
        self.thumbnail_path(image_id).unlink(missing_ok=True)

    def read(self, image_id: str, file_format: str) -> bytes:
        """The bytes of a picture. Raises FileNotFoundError when the file is gone."""
        return self.image_path(image_id, file_format).read_bytes()

    def image_path(self, image_id: str, file_format: str) -> Path:
        """Where a picture lies. Raises ValueError for anything but an id and a format of ours."""
        if not _ID.fullmatch(image_id) or file_format not in _FORMATS:
            raise ValueError("not the name of a picture")
        return self._images / image_id[:2] / f"{image_id}.{file_format}"

    def thumbnail_path(self, image_id: str) -> Path:
        """Where a picture's JPEG thumbnail lies, 384 px on its longer side."""
        if not _ID.fullmatch(image_id):
            raise ValueError("not the name of a picture")
        return self._thumbnails / image_id[:2] / f"{image_id}.jpeg"


def atomic_write(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old one, or the new one, but never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own: two threads that write the same picture must not share a half-done file.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
