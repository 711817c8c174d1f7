"""Stores images, originals and thumbnails, and makes the thumbnails.

Each file is written whole or not at all. File names consist of our own ids and known formats,
never of a user's text.
"""

from __future__ import annotations

import re
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
from components.studio.images.object_store import DiskStore, ObjectStore, StoredFile
from components.studio.images.original import OriginalImage

SMALL_PX: Final = 384
LARGE_PX: Final = 768
THUMBNAIL_SIDES_PX: Final = (SMALL_PX, LARGE_PX)
"""The longer side of each thumbnail. Smaller images are not enlarged."""

_JPEG_QUALITY: Final = 80
_GROUND: Final[Color] = (128, 128, 128)  # behind transparent parts: visible on any page

_FOLDERS: Final = ("pictures", "originals", "thumbnails", "analyses")
_ID = re.compile(r"[0-9a-f]{32}")
_ANALYSIS = re.compile(r"analyses/[0-9a-f]{2}/[0-9a-f]{32}\.npz")
_FORMATS = frozenset({"jpeg", "png", "webp", "gif"})
_ORIGINAL_FORMATS = _FORMATS | {"heic", "avif"}


class ImageStore:
    """Image files by id. Methods that read or write raise OSError when the disk fails.

    It is StoreUnavailable where an S3-compatible store does.
    """

    def __init__(self, folder: Path, objects: ObjectStore | None = None) -> None:
        """`folder` holds what is unfinished; without `objects` it holds the files, too."""
        self.folder = folder
        self.objects = DiskStore(folder) if objects is None else objects

    def save(
        self, image_id: str, file_format: str, data: bytes, original: OriginalImage | None = None
    ) -> str:
        """Store an image's bytes unchanged, its original, and thumbnails.

        Returns the average color. Raises InvalidImageError, too. The image comes last: where it
        is, all is.
        """
        thumbnails = make_thumbnails(data)
        for side_px, thumbnail in thumbnails.items():
            self.thumbnail_file(image_id, side_px).write(thumbnail)
        if original is not None:
            self.original_file(image_id, original.format).write(original.data)
        self.image_file(image_id, file_format).write(data)
        return average_color(thumbnails[SMALL_PX])

    def make_missing_thumbnail(self, image_id: str, file_format: str, side_px: int) -> None:
        """Make one thumbnail of an image that was stored before this size existed.

        Raises OSError or InvalidImageError.
        """
        thumbnail = make_thumbnails(self.read(image_id, file_format), (side_px,))[side_px]
        file = self.thumbnail_file(image_id, side_px)
        file.write(thumbnail)
        if not self.image_file(image_id, file_format).exists():  # deleted meanwhile
            file.delete()

    def remove_partial_files(self) -> None:
        """Delete the temporary files that a killed process left on this machine."""
        for name in _FOLDERS:
            for partial in (self.folder / name).glob("*/.*.part"):
                partial.unlink(missing_ok=True)
        for unfinished in self.folder.glob(".keep-*"):
            shutil.rmtree(unfinished, ignore_errors=True)  # a process may still write into it

    def remove(self, image_id: str, file_format: str, original_format: str | None = None) -> None:
        """Delete an image, its original and its thumbnails. Missing files are no error."""
        files = [self.image_file(image_id, file_format)]
        if original_format is not None:
            files.append(self.original_file(image_id, original_format))
        files.append(self.analysis_file(image_id))
        files += [self.thumbnail_file(image_id, side_px) for side_px in THUMBNAIL_SIDES_PX]
        self.objects.delete([file.name for file in files])

    def read(self, image_id: str, file_format: str) -> bytes:
        """The bytes of an image. Raises FileNotFoundError when the file is missing."""
        return self.image_file(image_id, file_format).read()

    def average_color(self, image_id: str) -> str | None:
        """The average color of a stored image; None if its thumbnail cannot be read."""
        try:
            return _stored_color(self.thumbnail_file(image_id))
        except (OSError, SyntaxError):
            return None

    def image_file(self, image_id: str, file_format: str) -> StoredFile:
        """The file of an image. Raises ValueError for an invalid id or format."""
        if file_format not in _FORMATS:
            raise ValueError("invalid image format")
        return self._file("pictures", image_id, f".{file_format}")

    def original_file(self, image_id: str, file_format: str) -> StoredFile:
        """The file of an original. Raises ValueError for an invalid id or format."""
        if file_format not in _ORIGINAL_FORMATS:
            raise ValueError("invalid image format")
        return self._file("originals", image_id, f".{file_format}")

    def analysis_file(self, image_id: str) -> StoredFile:
        """The file of what was found out about an edit's raw answer. Raises ValueError."""
        return self._file("analyses", image_id, ".npz")

    def thumbnail_file(self, image_id: str, side_px: int = SMALL_PX) -> StoredFile:
        """The file of an image's thumbnail. Raises ValueError for an invalid id or size."""
        if side_px not in THUMBNAIL_SIDES_PX:
            raise ValueError("no such thumbnail size")
        end = ".jpeg" if side_px == SMALL_PX else f"-{side_px}.jpeg"
        return self._file("thumbnails", image_id, end)

    def _file(self, folder: str, image_id: str, end: str) -> StoredFile:
        if not _ID.fullmatch(image_id):
            raise ValueError("invalid image id")
        return StoredFile(self.objects, f"{folder}/{image_id[:2]}/{image_id}{end}")

    def remove_old_analyses(self, until: float) -> None:
        """Delete analyses that were made before then; each can be made again. Raises OSError."""
        names = self.objects.names_before("analyses", until)
        if old := [name for name in names if _ANALYSIS.fullmatch(name)]:
            self.objects.delete(old)


# --- Thumbnails ---


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


def average_color(thumbnail: bytes) -> str:
    """The average color of a thumbnail as "#rrggbb". Raises OSError or SyntaxError if broken."""
    image = JpegImageFile(BytesIO(thumbnail))
    image.draft("RGB", (1, 1))  # an eighth of each side, for a fraction of the time
    return f"#{image.convert('RGB').resize((1, 1), Image.Resampling.BOX).tobytes().hex()}"


@lru_cache(maxsize=20_000)  # thumbnails never change
def _stored_color(thumbnail: StoredFile) -> str:
    return average_color(thumbnail.read())
