"""Validates and normalizes images: uploads, downloads by URL, and results of kie.ai.

For any bytes, these functions return an image or raise InvalidImageError, and nothing else.
Memory is bounded: two images are decoded at a time, a large one alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image

from components.studio.images.color import to_8bit, to_srgb
from components.studio.images.decode import MAX_BYTES, DecodeLimiter, decode, parse_container
from components.studio.images.encode import MAX_OUTPUT_BYTES, encode, encode_jpeg
from components.studio.images.errors import ImageErrorCode, InvalidImageError, damaged_error
from components.studio.images.file_type import FileType
from components.studio.images.strip_metadata import ImageContainer, has_no_trailing_data

__all__ = [
    "MAX_BYTES",
    "ImageErrorCode",
    "ImageInfo",
    "InvalidImageError",
    "NormalizedImage",
    "ingest_image",
    "make_thumbnail",
    "verify_result",
]

_MAX_OUTPUT_PX: Final = 20_000_000
"""The upstream limit of 20 megapixels (docs/kie-api.md, Create)."""

_MIN_SIDE_PX: Final = 16
"""Below that there is nothing to edit. This app's choice: kie.ai documents no minimum."""

_MAX_RATIO: Final = 20
"""Long side to short side. The model's own sizes end at 2.34 (docs/kie-api.md, Sizes)."""

_LARGE_PX: Final = 30_000_000
_THUMBNAIL_BACKGROUND: Final = (128, 128, 128)  # visible on a light and on a dark page
_DECODE_LIMITER: Final = DecodeLimiter(slots=2, wait_seconds=30.0)

_TRANSPOSE_BY_ORIENTATION: Final = {
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
    """A normalized image: upright, sRGB, 8 bit, RGB or (PNG only) RGBA, no metadata.

    At most 20 megapixels and 20 MB. `notes` are short sentences on what was changed.
    """

    data: bytes
    format: Literal["jpeg", "png"]
    width_px: int
    height_px: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ImageInfo:
    """What an image's bytes are. `format` in lower case; the size as displayed, upright."""

    format: str
    width_px: int
    height_px: int


def ingest_image(data: bytes) -> NormalizedImage:
    """Normalize an image. Raises InvalidImageError.

    A JPEG or PNG that needs no change keeps its compressed pixels.
    """
    container = parse_container(data)
    _check_dimensions(container)
    with _DECODE_LIMITER.slot(is_large=_is_large(container)):
        try:
            return _normalize(container)
        except (MemoryError, OSError, ValueError) as error:
            raise damaged_error(container.file_type) from error


def verify_result(data: bytes) -> ImageInfo:
    """Decode a whole result image and return its real format and size.

    The caller keeps the bytes as they came. Raises InvalidImageError.
    """
    container = parse_container(data)
    with _DECODE_LIMITER.slot(is_large=_is_large(container)):
        width, height = decode(container).size
    if container.exif.orientation >= 5:
        width, height = height, width
    return ImageInfo(container.file_type.lower(), width, height)


def make_thumbnail(data: bytes, *, side_px: int = 384) -> bytes:
    """A JPEG (RGB, quality 80) whose longer side is at most `side_px`. Raises InvalidImageError.

    Transparent parts become neutral grey. Speed: docs/architecture.md.
    """
    container = parse_container(data)
    with _DECODE_LIMITER.slot(is_large=_is_large(container)):
        try:
            small = to_8bit(decode(container, min_size_px=(side_px, side_px)))
            small.thumbnail((side_px, side_px), Image.Resampling.BICUBIC, reducing_gap=2.0)
            small, _ = to_srgb(small, container.icc_profile)
            small = _apply_orientation(small, container.exif.orientation)
            if small.mode == "RGBA":
                background = Image.new("RGB", small.size, _THUMBNAIL_BACKGROUND)
                background.paste(small, mask=small.getchannel("A"))
                small = background
            return encode_jpeg(small, quality=80, subsampling=2)
        except (MemoryError, OSError, ValueError) as error:
            raise damaged_error(container.file_type) from error


def _normalize(container: ImageContainer) -> NormalizedImage:
    orientation = container.exif.orientation
    stored = (container.width_px, container.height_px)
    target = _output_size(*stored)
    decoded = decode(container, min_size_px=None if target == stored else target)
    image = to_8bit(decoded)
    if target != stored:
        image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image, color_notes = to_srgb(image, container.icc_profile)
    image = _apply_orientation(image, orientation)
    notes = [*_container_notes(container), *color_notes]
    if target != stored:
        width, height = stored if orientation < 5 else stored[::-1]
        notes.append(f"Scaled down from {width}×{height} to {image.width}×{image.height}.")
    if image is decoded and _can_keep_pixels(container):
        kept: Literal["jpeg", "png"] = "png" if container.file_type is FileType.PNG else "jpeg"
        return NormalizedImage(container.pixels, kept, image.width, image.height, tuple(notes))
    encoded = encode(image, lossless=container.is_lossless)
    notes.extend(encoded.notes)
    return NormalizedImage(
        encoded.data, encoded.format, encoded.width_px, encoded.height_px, tuple(notes)
    )


def _container_notes(container: ImageContainer) -> list[str]:
    exif, notes = container.exif, []
    if container.file_type in {FileType.HEIC, FileType.AVIF}:
        notes.append(f"Converted from {container.file_type}.")
    if container.is_animated:
        notes.append("Only the first frame is used.")
    if exif.orientation != 1:
        notes.append("Turned upright.")
    if exif.has_location:
        notes.append("Location and camera data removed.")
    elif exif.present:
        notes.append("Camera data removed.")
    elif container.has_text:
        notes.append("Notes hidden in the file removed.")
    return notes


def _can_keep_pixels(container: ImageContainer) -> bool:
    """Whether an RGB or RGBA file that needed no change can be sent without re-encoding."""
    if len(container.pixels) > MAX_OUTPUT_BYTES:
        return False
    return container.file_type is FileType.JPEG or (
        container.file_type is FileType.PNG and has_no_trailing_data(container.pixels)
    )


def _apply_orientation(image: Image.Image, orientation: int) -> Image.Image:
    """Turn an image upright by its EXIF orientation, 1 to 8."""
    transpose = _TRANSPOSE_BY_ORIENTATION.get(orientation)
    return image if transpose is None else image.transpose(transpose)


def _output_size(width_px: int, height_px: int) -> tuple[int, int]:
    factor = math.sqrt(_MAX_OUTPUT_PX / (width_px * height_px))
    if factor >= 1:
        return width_px, height_px
    return int(width_px * factor), int(height_px * factor)


def _is_large(container: ImageContainer) -> bool:
    return container.width_px * container.height_px > _LARGE_PX


def _check_dimensions(container: ImageContainer) -> None:
    short, long = sorted((container.width_px, container.height_px))
    if short < _MIN_SIDE_PX:
        raise InvalidImageError(
            ImageErrorCode.TOO_SMALL,
            f"This picture is only {container.width_px}×{container.height_px} pixels. "
            f"Choose one with at least {_MIN_SIDE_PX} pixels on each side.",
        )
    if long > _MAX_RATIO * short:
        raise InvalidImageError(
            ImageErrorCode.TOO_NARROW,
            f"This picture is {container.width_px}×{container.height_px}, too long and narrow to "
            f"edit. Crop it until its long side is at most {_MAX_RATIO} times the short one.",
        )
