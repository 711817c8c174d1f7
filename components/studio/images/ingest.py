"""Validates and normalizes images: uploads, downloads by URL, and results of kie.ai.

For any bytes, these functions return an image or raise InvalidImageError, and nothing else.
Memory is bounded: two images are decoded at a time, a large one alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Final, Literal

from PIL import Image

from components.studio.images.color import Color, flatten, to_8bit, to_srgb
from components.studio.images.decode import (
    MAX_BYTES,
    decode,
    decode_slot,
    has_surplus_scan_data,
    parse_container,
    turn_upright,
)
from components.studio.images.file_type import (
    FileType,
    ImageErrorCode,
    InvalidImageError,
    damaged_error,
)
from components.studio.images.generation_metadata import read_metadata
from components.studio.images.original import OriginalImage, keep_original
from components.studio.images.strip_metadata import ImageContainer, has_no_trailing_data

__all__ = [
    "MAX_BYTES",
    "WHITE",
    "ImageErrorCode",
    "ImageInfo",
    "InvalidImageError",
    "NormalizedImage",
    "OriginalImage",
    "ingest_image",
    "verify_result",
]

WHITE: Final[Color] = (255, 255, 255)
GREY: Final[Color] = (128, 128, 128)
BLACK: Final[Color] = (0, 0, 0)

MAX_OUTPUT_BYTES: Final = 20_000_000
"""The upstream limit is "20 MB" (docs/kie-api.md, Create). The smaller meaning is taken."""

_MAX_OUTPUT_PX: Final = 20_000_000
"""The upstream limit of 20 megapixels (docs/kie-api.md, Create)."""

_MIN_SIDE_PX: Final = 16
"""Below that there is nothing to edit. This app's choice: kie.ai documents no minimum."""

_MAX_RATIO: Final = 20
"""Long side to short side. The model's own sizes end at 2.34 (docs/kie-api.md, Sizes)."""

MAX_KEPT_BYTES: Final = 500_000_000
"""Of a kept picture, which is stored without loss: 80 megapixels of 16 bits."""

_JPEG_QUALITIES: Final = (95, 88, 80)
_SCALE_STEP: Final = 0.8  # of each side, about a third fewer bytes


@dataclass(frozen=True)
class NormalizedImage:
    """A normalized image: upright, opaque, sRGB, 8-bit RGB, no metadata.

    At most 20 megapixels and 20 MB. `notes` are short sentences on what was changed.
    """

    data: bytes
    format: Literal["jpeg", "png"]
    width_px: int
    height_px: int
    notes: tuple[str, ...]
    original: OriginalImage | None = None
    """None if `data` has the pixels of the original, or if that could not be stripped."""


@dataclass(frozen=True)
class ImageInfo:
    """What an image's bytes are. `format` in lower case; the size as displayed, upright."""

    format: str
    width_px: int
    height_px: int


def ingest_image(data: bytes, *, ground: Color = WHITE) -> NormalizedImage:
    """Normalize an image. `ground` is what shows through it. Raises InvalidImageError.

    A JPEG or PNG that needs no change keeps its compressed pixels, if nothing can hide in them.
    """
    container = parse_container(data)
    _check_dimensions(container)
    holds_record = read_metadata(data) is not None
    with decode_slot(container):
        try:
            return _normalize(data, container, ground, holds_record=holds_record)
        except (MemoryError, OSError, ValueError) as error:
            raise damaged_error(container.file_type) from error


def verify_result(data: bytes) -> ImageInfo:
    """Decode a whole result image and return its real format and size.

    The caller keeps the bytes as they came. Raises InvalidImageError.
    """
    container = parse_container(data)
    with decode_slot(container):
        width, height = decode(container).size
    if container.exif.orientation >= 5:
        width, height = height, width
    return ImageInfo(container.file_type.lower(), width, height)


def encode_jpeg(data: bytes) -> bytes:
    """A kept picture as a JPEG of quality 95 in 4:4:4, in its own color profile.

    16 bits become 8, and transparent parts white. Raises OSError if it cannot be read.
    """
    try:
        container = parse_container(data, max_bytes=MAX_KEPT_BYTES)
        with decode_slot(container):
            image = flatten(to_8bit(decode(container)).convert("RGBA"), WHITE)
            image = turn_upright(image, container.exif.orientation)
    except InvalidImageError as error:
        raise OSError(error.message) from error
    out = BytesIO()
    profile = container.icc_profile
    image.save(out, "JPEG", quality=_JPEG_QUALITIES[0], subsampling=0, icc_profile=profile)
    return out.getvalue()


def derive_copy(image: Image.Image, profile: bytes | None, *, ground: Color) -> NormalizedImage:
    """A copy of an upright 8-bit RGB or RGBA image, as it is sent: opaque, sRGB, a JPEG."""
    target = _output_size(*image.size)
    if target != image.size:
        image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image, _ = to_srgb(image, profile)
    return _encode(flatten(image, ground), [], lossless=False)


def _normalize(
    data: bytes, container: ImageContainer, ground: Color, *, holds_record: bool
) -> NormalizedImage:
    orientation = container.exif.orientation
    stored = (container.width_px, container.height_px)
    target = _output_size(*stored)
    decoded = decode(container, min_size_px=None if target == stored else target)
    image = to_8bit(decoded, is_hdr=container.is_hdr)
    if target != stored:
        image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image, color_notes = to_srgb(image, container.icc_profile)
    has_transparency = image.mode == "RGBA"
    if has_transparency:
        image = flatten(image, ground)
        color_notes = (*color_notes, f"Transparent parts filled with {_name(ground)}.")
    image = turn_upright(image, orientation)
    keeps_pixels = image is decoded and _can_keep_pixels(container)
    original = None
    if not keeps_pixels or container.is_animated:
        original = keep_original(data, container, has_transparency=has_transparency)
    notes = [*_container_notes(container, holds_record=holds_record), *color_notes]
    # With an original, both formats and sizes are known.
    if original is None and container.file_type in {FileType.HEIC, FileType.AVIF}:
        notes.append(f"Converted from {container.file_type}.")
    if original is None and target != stored:
        width, height = stored if orientation < 5 else stored[::-1]
        notes.append(f"Scaled down from {width}×{height} to {image.width}×{image.height}.")
    if keeps_pixels:
        kept: Literal["jpeg", "png"] = "png" if container.file_type is FileType.PNG else "jpeg"
        size = image.size
        return NormalizedImage(container.pixels, kept, *size, tuple(notes), original)
    return replace(_encode(image, notes, lossless=container.is_lossless), original=original)


def _container_notes(container: ImageContainer, *, holds_record: bool) -> list[str]:
    exif, notes = container.exif, []
    if container.is_hdr:
        notes.append("Used without HDR: the brightest parts look flatter.")
    if container.is_animated:
        notes.append("Animated: only its first frame is used.")
    if exif.orientation != 1:
        notes.append("Turned upright.")
    if exif.has_location:
        notes.append(f"Location{' and camera data' if exif.has_camera else ''} removed.")
    elif exif.has_camera:
        notes.append("Camera data removed.")
    elif holds_record:
        notes.append("The prompt and settings in the file are not sent.")
    elif exif.has_text or container.has_text:
        notes.append("Notes hidden in the file removed.")
    return notes


def _name(color: Color) -> str:
    """A color as users read it: "white", "grey", "black" or a hex code."""
    return {WHITE: "white", GREY: "grey", BLACK: "black"}.get(color, f"#{bytes(color).hex()}")


def _can_keep_pixels(container: ImageContainer) -> bool:
    """Whether an RGB file that needed no change can be sent without re-encoding."""
    if len(container.pixels) > MAX_OUTPUT_BYTES or container.may_hide_bytes:
        return False
    if container.file_type is FileType.JPEG:
        return not has_surplus_scan_data(container)
    return container.file_type is FileType.PNG and has_no_trailing_data(container.pixels)


def _output_size(width_px: int, height_px: int) -> tuple[int, int]:
    factor = math.sqrt(_MAX_OUTPUT_PX / (width_px * height_px))
    if factor >= 1:
        return width_px, height_px
    return int(width_px * factor), int(height_px * factor)


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


# --- Encoding as kie.ai accepts it ---


def _encode(image: Image.Image, notes: list[str], *, lossless: bool) -> NormalizedImage:
    """Encode an RGB image in at most MAX_OUTPUT_BYTES, without metadata.

    PNG if `lossless` and it fits, else JPEG in 4:4:4. To fit, JPEG quality is reduced first and
    size last.
    """
    image.info.clear()  # Pillow writes profile and comment from there
    original = image.size
    if lossless:
        data = _save(image, "PNG")
        if len(data) <= MAX_OUTPUT_BYTES:
            return NormalizedImage(data, "png", *image.size, tuple(notes))
        notes.append("Saved as JPEG, as a PNG would be over 20 MB.")
    while True:
        for quality in _JPEG_QUALITIES:
            data = _save(image, "JPEG", quality=quality, subsampling=0)
            if len(data) <= MAX_OUTPUT_BYTES:
                if image.size != original:
                    size = f"{image.width}×{image.height}"
                    notes.append(f"Scaled down to {size} to stay under 20 MB.")
                return NormalizedImage(data, "jpeg", *image.size, tuple(notes))
        width, height = (max(1, int(side * _SCALE_STEP)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)


def _save(image: Image.Image, file_format: str, **options: int) -> bytes:
    out = BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()
