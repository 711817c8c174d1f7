"""Opens and decodes picture files: every caller's bytes pass its limits first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Final

import pillow_heif
from PIL import Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from components.studio.images.container import ImageContainer
from components.studio.images.errors import (
    ImageErrorCode,
    InvalidImageError,
    damaged_error,
    too_many_pixels_error,
    truncated_error,
)
from components.studio.images.file_type import IMAGE_TYPES, READABLE_TYPES, FileType, detect
from components.studio.images.gif import parse_gif
from components.studio.images.heif import parse_avif, parse_heic
from components.studio.images.jpeg import parse_jpeg
from components.studio.images.png import parse_png
from components.studio.images.webp import parse_webp

MAX_BYTES: Final = 20 * 1024 * 1024

MAX_JPEG_PX: Final = 110_000_000
"""The largest phone cameras make 108 megapixels; a large JPEG is decoded at a fraction of it."""

MAX_PX: Final = 80_000_000
"""For formats that must be decoded whole. Below 89.5 million, where Pillow begins to warn, so
that its process-wide `Image.MAX_IMAGE_PIXELS` stays as it is and is never reached."""

_MAX_SCANNED_PX: Final = 1_500_000_000
"""Pixels times scans of a JPEG: 15 scans of the largest, 75 of a 20-megapixel one."""

_PARSERS: Final[Mapping[FileType, Callable[[bytes], ImageContainer]]] = MappingProxyType(
    {
        FileType.JPEG: parse_jpeg,
        FileType.PNG: parse_png,
        FileType.GIF: parse_gif,
        FileType.WEBP: parse_webp,
        FileType.HEIC: parse_heic,
        FileType.AVIF: parse_avif,
    }
)

# The decoders are called by class: Image.open would try others and check its own pixel limit.
_DECODERS: Final[Mapping[FileType, type[ImageFile.ImageFile]]] = MappingProxyType(
    {
        FileType.JPEG: JpegImageFile,
        FileType.PNG: PngImageFile,
        FileType.GIF: GifImageFile,
        FileType.WEBP: WebPImageFile,
        FileType.AVIF: AvifImageFile,
    }
)


def parse_container(data: bytes) -> ImageContainer:
    """Take a picture file apart and check its size, without decoding it.

    Raises InvalidImageError: empty, over MAX_BYTES, not a picture, a format that is not read,
    cut or damaged_error, or over the pixel limits.
    """
    if not data:
        raise InvalidImageError(
            ImageErrorCode.EMPTY, "This file is empty. Choose the picture again and try once more."
        )
    if len(data) > MAX_BYTES:
        raise InvalidImageError(
            ImageErrorCode.TOO_LARGE,
            f"This file is larger than {MAX_BYTES // 1024 // 1024} MB. "
            "Save a smaller copy, or a JPEG, and try again.",
        )
    kind = detect(data)
    if kind not in READABLE_TYPES:
        raise _unreadable(kind)
    container = _PARSERS[kind](data)
    limit = MAX_JPEG_PX if kind is FileType.JPEG else MAX_PX
    pixels = container.width_px * container.height_px
    if pixels > limit:
        raise too_many_pixels_error(container.width_px, container.height_px, limit)
    if container.scans > 1 and pixels * container.scans > _MAX_SCANNED_PX:
        raise damaged_error(kind)
    return container


def decode(container: ImageContainer, *, enough_px: tuple[int, int] | None = None) -> Image.Image:
    """Decode every pixel, in the file's own colour mode and orientation.

    With `enough_px` a JPEG may come back smaller than it is, but not smaller than that.
    Raises InvalidImageError if the pixels are cut or damaged_error.
    """
    try:
        if container.file_type is FileType.HEIC:
            heif = pillow_heif.open_heif(container.pixels, convert_hdr_to_8bit=True)
            pixels = heif.data  # decodes, and only then are mode and stride final
            return Image.frombytes(heif.mode, heif.size, pixels, "raw", heif.mode, heif.stride)
        image = _DECODERS[container.file_type](BytesIO(container.pixels))
        if image.size != (container.width_px, container.height_px):
            raise damaged_error(container.file_type)
        if enough_px is not None:
            image.draft(image.mode, enough_px)
        image.load()
    except InvalidImageError:
        raise
    except Exception as error:
        # Decoders given broken bytes raise OSError, SyntaxError, ValueError and many more.
        if "truncated" in str(error):
            raise truncated_error(container.file_type) from error
        raise damaged_error(container.file_type) from error
    return image


def _unreadable(file_type: FileType) -> InvalidImageError:
    """The refusal of a file whose file_type is known, or of one that is nothing known."""
    if file_type is FileType.UNKNOWN:
        return InvalidImageError(
            ImageErrorCode.NOT_AN_IMAGE,
            "This is not a picture that can be read. Choose a PNG, JPEG or WebP file.",
        )
    if file_type in IMAGE_TYPES:
        return InvalidImageError(
            ImageErrorCode.UNSUPPORTED,
            f"This is {file_type.with_article}. Save it as PNG or JPEG and try again.",
        )
    if file_type in {FileType.PDF, FileType.POSTSCRIPT}:
        advice = "Export the page as PNG or JPEG and try again."
    elif file_type is FileType.VIDEO:
        advice = "Save one frame of it as PNG or JPEG and try again."
    elif file_type is FileType.HTML:
        advice = "Open the page, save the picture itself, and try again."
    elif file_type is FileType.ARCHIVE:
        advice = "Unpack it and choose one picture from it."
    else:
        advice = "Choose a PNG, JPEG or WebP file."
    return InvalidImageError(
        ImageErrorCode.NOT_AN_IMAGE, f"This is {file_type.with_article}, not a picture. {advice}"
    )
