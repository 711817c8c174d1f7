"""Stores images, originals and thumbnails in the data folder, and makes the thumbnails.

Each file is written atomically. File names consist of our own ids and known formats, never of a
user's text.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Collection
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from components.studio.images.color import Color, flatten, to_8bit, to_srgb
from components.studio.images.decode import decode, decode_slot, parse_container, turn_upright
from components.studio.images.file_type import damaged_error
from components.studio.images.original import OriginalImage

SMALL_PX: Final = 384
LARGE_PX: Final = 768
THUMBNAIL_SIDES_PX: Final = (SMALL_PX, LARGE_PX)
"""The longer side of each thumbnail. Smaller images are not enlarged."""

_JPEG_QUALITY: Final = 80
_GROUND: Final[Color] = (128, 128, 128)  # behind transparent parts: visible on any page

_ID = re.compile(r"[0-9a-f]{32}")
_FORMATS = frozenset({"jpeg", "png", "webp", "gif"})
_ORIGINAL_FORMATS = _FORMATS | {"heic", "avif"}


class ImageStore:
    """Image files by id. Methods that write raise OSError when the disk fails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._images = folder / "pictures"
        self._originals = folder / "originals"
        self._thumbnails = folder / "thumbnails"
        self._analyses = folder / "analyses"

    def save(
        self, image_id: str, file_format: str, data: bytes, original: OriginalImage | None = None
    ) -> None:
        """Store an image's bytes unchanged, its original, and thumbnails.

        Raises InvalidImageError, too. The image comes last: where it is, all is.
        """
        for side_px, thumbnail in make_thumbnails(data).items():
            atomic_write(self.thumbnail_path(image_id, side_px), thumbnail)
        if original is not None:
            atomic_write(self.original_path(image_id, original.format), original.data)
        atomic_write(self.image_path(image_id, file_format), data)

    def make_missing_thumbnail(self, image_id: str, file_format: str, side_px: int) -> None:
        """Make one thumbnail of an image that was stored before this size existed.

        Raises OSError or InvalidImageError.
        """
        thumbnail = make_thumbnails(self.read(image_id, file_format), (side_px,))[side_px]
        path = self.thumbnail_path(image_id, side_px)
        atomic_write(path, thumbnail)
        if not self.image_path(image_id, file_format).exists():  # deleted meanwhile
            path.unlink(missing_ok=True)

    def remove_partial_files(self) -> None:
        """Delete the temporary files that a killed process left."""
        for folder in (self._images, self._originals, self._thumbnails, self._analyses):
            for partial in folder.glob("*/.*.part"):
                partial.unlink(missing_ok=True)
        for unfinished in self.folder.glob(".keep-*"):
            shutil.rmtree(unfinished, ignore_errors=True)  # a process may still write into it

    def remove(self, image_id: str, file_format: str, original_format: str | None = None) -> None:
        """Delete an image, its original and its thumbnails. Missing files are no error."""
        self.image_path(image_id, file_format).unlink(missing_ok=True)
        if original_format is not None:
            self.original_path(image_id, original_format).unlink(missing_ok=True)
        self.analysis_path(image_id).unlink(missing_ok=True)
        for side_px in THUMBNAIL_SIDES_PX:
            self.thumbnail_path(image_id, side_px).unlink(missing_ok=True)

    def read(self, image_id: str, file_format: str) -> bytes:
        """The bytes of an image. Raises FileNotFoundError when the file is missing."""
        return self.image_path(image_id, file_format).read_bytes()

    def image_path(self, image_id: str, file_format: str) -> Path:
        """The path of an image file. Raises ValueError for an invalid id or format."""
        if not _ID.fullmatch(image_id) or file_format not in _FORMATS:
            raise ValueError("invalid image id or format")
        return self._images / image_id[:2] / f"{image_id}.{file_format}"

    def original_path(self, image_id: str, file_format: str) -> Path:
        """The path of an original. Raises ValueError for an invalid id or format."""
        if not _ID.fullmatch(image_id) or file_format not in _ORIGINAL_FORMATS:
            raise ValueError("invalid image id or format")
        return self._originals / image_id[:2] / f"{image_id}.{file_format}"

    def analysis_path(self, image_id: str) -> Path:
        """The path of what was found out about an edit's raw answer. Raises ValueError."""
        if not _ID.fullmatch(image_id):
            raise ValueError("invalid image id")
        return self._analyses / image_id[:2] / f"{image_id}.npz"

    def remove_old_analyses(self, until: float) -> None:
        """Delete analyses that were made before then; each can be made again. Raises OSError."""
        for path in self._analyses.glob("*/*.npz"):
            if path.stat().st_mtime < until:
                path.unlink(missing_ok=True)

    def thumbnail_path(self, image_id: str, side_px: int = SMALL_PX) -> Path:
        """The path of an image's thumbnail. Raises ValueError for an invalid id or size."""
        if not _ID.fullmatch(image_id):
            raise ValueError("invalid image id")
        return self._thumbnails / image_id[:2] / thumbnail_file_name(image_id, side_px)


def atomic_write(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two threads that write the same image must not share a temporary file.
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


# --- Thumbnails ---


def thumbnail_file_name(image_id: str, side_px: int) -> str:
    """The name of a thumbnail's file. Raises ValueError for a size that does not exist."""
    if side_px not in THUMBNAIL_SIDES_PX:
        raise ValueError("no such thumbnail size")
    return f"{image_id}.jpeg" if side_px == SMALL_PX else f"{image_id}-{side_px}.jpeg"


def make_thumbnails(
    data: bytes, sides_px: Collection[int] = THUMBNAIL_SIDES_PX
) -> dict[int, bytes]:
    """A JPEG in sRGB for each size, the image decoded once. Raises InvalidImageError.

    Transparent parts become neutral grey.
    """
    container = parse_container(data)
    largest = max(sides_px)
    with decode_slot(container):
        try:
            decoded = decode(container, min_size_px=(largest, largest))
            image = to_8bit(decoded, is_hdr=container.is_hdr)
            image.thumbnail((largest, largest), Image.Resampling.BICUBIC, reducing_gap=2.0)
            image, _ = to_srgb(image, container.icc_profile)
            image = turn_upright(flatten(image, _GROUND), container.exif.orientation)
            thumbnails = {}
            for side in sorted(sides_px, reverse=True):
                image.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
                thumbnails[side] = _encode(image)
        except (MemoryError, OSError, ValueError) as error:
            raise damaged_error(container.file_type) from error
    return thumbnails


def _encode(image: Image.Image) -> bytes:
    image.info.clear()  # Pillow writes profile and comment from there
    out = BytesIO()
    image.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()


def average_color(thumbnail: Path) -> str | None:
    """The average color of a stored thumbnail as "#rrggbb"; None if it cannot be read."""
    try:
        return _read_average_color(thumbnail)
    except (OSError, SyntaxError):
        return None


@lru_cache(maxsize=20_000)  # thumbnails never change
def _read_average_color(thumbnail: Path) -> str:
    with thumbnail.open("rb") as file:
        image = JpegImageFile(file)
        image.draft("RGB", (1, 1))  # an eighth of each side, for a fraction of the time
        return f"#{image.convert('RGB').resize((1, 1), Image.Resampling.BOX).tobytes().hex()}"
