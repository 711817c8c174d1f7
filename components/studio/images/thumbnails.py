"""Thumbnails: their sizes, quality and names, how they are made, and their average color."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from components.studio.images.color import Color, flatten, to_8bit, to_srgb
from components.studio.images.decode import decode, decode_slot, parse_container, turn_upright
from components.studio.images.errors import damaged_error

SMALL_PX: Final = 384
LARGE_PX: Final = 768
THUMBNAIL_SIDES_PX: Final = (SMALL_PX, LARGE_PX)
"""The longer side of each thumbnail. Smaller images are not enlarged."""

_JPEG_QUALITY: Final = 80
_GROUND: Final[Color] = (128, 128, 128)  # behind transparent parts: visible on any page


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
