"""The one way in for pictures: uploads, links, pasted pictures and results of the service.

Whatever bytes arrive, callers get a clean picture or an InvalidImageError with a sentence for a
designer, and nothing else is ever raised. No other module opens pictures. Memory is bounded:
two pictures are decoded at a time, a heavy one alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image

from components.studio.images.color import to_8bit, to_srgb
from components.studio.images.container import ImageContainer
from components.studio.images.decode import MAX_BYTES, decode, parse_container
from components.studio.images.decode_limit import DecodeLimiter
from components.studio.images.encode import MAX_OUTPUT_BYTES, encode, encode_jpeg
from components.studio.images.errors import ImageErrorCode, InvalidImageError, damaged_error
from components.studio.images.file_type import FileType
from components.studio.images.png import has_no_trailing_data

__all__ = [
    "MAX_BYTES",
    "MAX_OUTPUT_PX",
    "MAX_RATIO",
    "MIN_SIDE_PX",
    "ImageErrorCode",
    "ImageInfo",
    "InvalidImageError",
    "NormalizedImage",
    "ingest_image",
    "make_thumbnail",
    "verify_result",
]

MAX_OUTPUT_PX: Final = 20_000_000
"""The upstream's limit of 20 megapixels (contract.md §2)."""

MIN_SIDE_PX: Final = 16
"""Below that there is nothing to edit. This app's choice: the service names no least size."""

MAX_RATIO: Final = 20
"""Long side over short side. The model's own sizes end at 2.34 (contract.md §8)."""

_HEAVY_PX: Final = 30_000_000
_NEUTRAL: Final = (128, 128, 128)  # behind a thumbnail's see-through parts, light or dark page
_DECODE_LIMITER: Final = DecodeLimiter(slots=2, wait_seconds=30.0)

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class NormalizedImage:
    """A clean picture: upright, sRGB, 8 bit, RGB or (PNG only) RGBA, no metadata.

    At most 20 megapixels and 20 MB. `notes` are short sentences that say what was changed.
    """

    data: bytes
    format: Literal["jpeg", "png"]
    width_px: int
    height_px: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ImageInfo:
    """What a result's bytes really are; `format` in lower case, sizes as shown, upright."""

    format: str
    width_px: int
    height_px: int


def ingest_image(data: bytes) -> NormalizedImage:
    """Make a clean picture of any bytes.

    A JPEG or PNG that needs no change keeps its pixels untouched. Raises InvalidImageError.
    """
    container = parse_container(data)
    _check_shape(container)
    with _DECODE_LIMITER.slot(heavy=_is_heavy(container)):
        try:
            return _clean(container)
        except (MemoryError, OSError, ValueError) as error:
            raise damaged_error(container.file_type) from error


def verify_result(data: bytes) -> ImageInfo:
    """Decode the whole of a picture that the service made, and say what it is.

    The bytes are for the caller to keep as they came. Raises InvalidImageError.
    """
    container = parse_container(data)
    with _DECODE_LIMITER.slot(heavy=_is_heavy(container)):
        width, height = decode(container).size
    if container.exif.orientation >= 5:
        width, height = height, width
    return ImageInfo(container.file_type.lower(), width, height)


def make_thumbnail(data: bytes, *, side_px: int = 384) -> bytes:
    """A JPEG (RGB, quality 80) whose longer side is at most `side_px`. Raises InvalidImageError.

    See-through parts lie on a neutral grey. Measures: design.md §3.
    """
    container = parse_container(data)
    with _DECODE_LIMITER.slot(heavy=_is_heavy(container)):
        try:
            small = to_8bit(decode(container, enough_px=(side_px, side_px)))
            small.thumbnail((side_px, side_px), Image.Resampling.BICUBIC, reducing_gap=2.0)
            small, _ = to_srgb(small, container.icc_profile)
            small = _upright(small, container.exif.orientation)
            if small.mode == "RGBA":
                ground = Image.new("RGB", small.size, _NEUTRAL)
                ground.paste(small, mask=small.getchannel("A"))
                small = ground
            return encode_jpeg(small, quality=80, subsampling=2)
        except (MemoryError, OSError, ValueError) as error:
            raise damaged_error(container.file_type) from error


def _clean(container: ImageContainer) -> NormalizedImage:
    camera = container.exif
    stored = (container.width_px, container.height_px)
    target = _size_to_send(*stored)
    decoded = decode(container, enough_px=None if target == stored else target)
    image = to_8bit(decoded)
    if target != stored:
        image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image, colour_notes = to_srgb(image, container.icc_profile)
    image = _upright(image, camera.orientation)
    notes = [*_container_notes(container), *colour_notes]
    if target != stored:
        wide, high = stored if camera.orientation < 5 else stored[::-1]
        notes.append(f"Scaled down from {wide}×{high} to {image.width}×{image.height}.")
    if image is decoded and _may_be_kept(container):
        kept: Literal["jpeg", "png"] = "png" if container.file_type is FileType.PNG else "jpeg"
        return NormalizedImage(container.pixels, kept, image.width, image.height, tuple(notes))
    written = encode(image, lossless=container.lossless)
    notes.extend(written.notes)
    return NormalizedImage(
        written.data, written.format, written.width_px, written.height_px, tuple(notes)
    )


def _container_notes(container: ImageContainer) -> list[str]:
    camera, notes = container.exif, []
    if container.file_type in {FileType.HEIC, FileType.AVIF}:
        notes.append(f"Converted from {container.file_type}.")
    if container.animated:
        notes.append("Only the first frame is used.")
    if camera.orientation != 1:
        notes.append("Turned upright.")
    if camera.has_location:
        notes.append("Location and camera data removed.")
    elif camera.present:
        notes.append("Camera data removed.")
    elif container.hidden_text:
        notes.append("Notes hidden in the file removed.")
    return notes


def _may_be_kept(container: ImageContainer) -> bool:
    """Whether a decoded RGB or RGBA file that needed no change can be sent without re-encoding."""
    if len(container.pixels) > MAX_OUTPUT_BYTES:
        return False
    return container.file_type is FileType.JPEG or (
        container.file_type is FileType.PNG and has_no_trailing_data(container.pixels)
    )


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    """Undo one of the eight EXIF orientations."""
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _size_to_send(width_px: int, height_px: int) -> tuple[int, int]:
    factor = math.sqrt(MAX_OUTPUT_PX / (width_px * height_px))
    if factor >= 1:
        return width_px, height_px
    return int(width_px * factor), int(height_px * factor)


def _is_heavy(container: ImageContainer) -> bool:
    return container.width_px * container.height_px > _HEAVY_PX


def _check_shape(container: ImageContainer) -> None:
    short, long = sorted((container.width_px, container.height_px))
    if short < MIN_SIDE_PX:
        raise InvalidImageError(
            ImageErrorCode.TOO_SMALL,
            f"This picture is only {container.width_px}×{container.height_px} pixels. "
            f"Choose one with at least {MIN_SIDE_PX} pixels on each side.",
        )
    if long > MAX_RATIO * short:
        raise InvalidImageError(
            ImageErrorCode.TOO_NARROW,
            f"This picture is {container.width_px}×{container.height_px}, too long and narrow to "
            f"edit. Crop it until its long side is at most {MAX_RATIO} times the short one.",
        )
