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

from components.studio.images.container import Envelope
from components.studio.images.errors import (
    PictureFault,
    UnusablePicture,
    cut_short,
    damaged,
    too_many_pixels,
)
from components.studio.images.file_type import PICTURES, READABLE, Kind, sniff
from components.studio.images.gif import open_gif
from components.studio.images.heif import open_avif, open_heic
from components.studio.images.jpeg import open_jpeg
from components.studio.images.png import open_png
from components.studio.images.webp import open_webp

MAX_BYTES: Final = 20 * 1024 * 1024

MAX_JPEG_PX: Final = 110_000_000
"""The largest phone cameras make 108 megapixels; a large JPEG is decoded at a fraction of it."""

MAX_PX: Final = 80_000_000
"""For formats that must be decoded whole. Below 89.5 million, where Pillow begins to warn, so
that its process-wide `Image.MAX_IMAGE_PIXELS` stays as it is and is never reached."""

_MAX_SCANNED_PX: Final = 1_500_000_000
"""Pixels times scans of a JPEG: 15 scans of the largest, 75 of a 20-megapixel one."""

_OPENERS: Final[Mapping[Kind, Callable[[bytes], Envelope]]] = MappingProxyType(
    {
        Kind.JPEG: open_jpeg,
        Kind.PNG: open_png,
        Kind.GIF: open_gif,
        Kind.WEBP: open_webp,
        Kind.HEIC: open_heic,
        Kind.AVIF: open_avif,
    }
)

# The decoders are called by class: Image.open would try others and check its own pixel limit.
_DECODERS: Final[Mapping[Kind, type[ImageFile.ImageFile]]] = MappingProxyType(
    {
        Kind.JPEG: JpegImageFile,
        Kind.PNG: PngImageFile,
        Kind.GIF: GifImageFile,
        Kind.WEBP: WebPImageFile,
        Kind.AVIF: AvifImageFile,
    }
)


def open_envelope(data: bytes) -> Envelope:
    """Take a picture file apart and check its size, without decoding it.

    Raises UnusablePicture: empty, over MAX_BYTES, not a picture, a format that is not read,
    cut or damaged, or over the pixel limits.
    """
    if not data:
        raise UnusablePicture(
            PictureFault.EMPTY, "This file is empty. Choose the picture again and try once more."
        )
    if len(data) > MAX_BYTES:
        raise UnusablePicture(
            PictureFault.TOO_LARGE,
            f"This file is larger than {MAX_BYTES // 1024 // 1024} MB. "
            "Save a smaller copy, or a JPEG, and try again.",
        )
    kind = sniff(data)
    if kind not in READABLE:
        raise _unreadable(kind)
    envelope = _OPENERS[kind](data)
    limit = MAX_JPEG_PX if kind is Kind.JPEG else MAX_PX
    pixels = envelope.width_px * envelope.height_px
    if pixels > limit:
        raise too_many_pixels(envelope.width_px, envelope.height_px, limit)
    if envelope.scans > 1 and pixels * envelope.scans > _MAX_SCANNED_PX:
        raise damaged(kind)
    return envelope


def decode(envelope: Envelope, *, enough_px: tuple[int, int] | None = None) -> Image.Image:
    """Decode every pixel, in the file's own colour mode and orientation.

    With `enough_px` a JPEG may come back smaller than it is, but not smaller than that.
    Raises UnusablePicture if the pixels are cut or damaged.
    """
    try:
        if envelope.kind is Kind.HEIC:
            heif = pillow_heif.open_heif(envelope.pixels, convert_hdr_to_8bit=True)
            pixels = heif.data  # decodes, and only then are mode and stride final
            return Image.frombytes(heif.mode, heif.size, pixels, "raw", heif.mode, heif.stride)
        image = _DECODERS[envelope.kind](BytesIO(envelope.pixels))
        if image.size != (envelope.width_px, envelope.height_px):
            raise damaged(envelope.kind)
        if enough_px is not None:
            image.draft(image.mode, enough_px)
        image.load()
    except UnusablePicture:
        raise
    except Exception as error:
        # Decoders given broken bytes raise OSError, SyntaxError, ValueError and many more.
        if "truncated" in str(error):
            raise cut_short(envelope.kind) from error
        raise damaged(envelope.kind) from error
    return image


def _unreadable(kind: Kind) -> UnusablePicture:
    """The refusal of a file whose kind is known, or of one that is nothing known."""
    if kind is Kind.UNKNOWN:
        return UnusablePicture(
            PictureFault.NOT_A_PICTURE,
            "This is not a picture that can be read. Choose a PNG, JPEG or WebP file.",
        )
    if kind in PICTURES:
        return UnusablePicture(
            PictureFault.UNSUPPORTED,
            f"This is {kind.with_article}. Save it as PNG or JPEG and try again.",
        )
    if kind in {Kind.PDF, Kind.POSTSCRIPT}:
        advice = "Export the page as PNG or JPEG and try again."
    elif kind is Kind.VIDEO:
        advice = "Save one frame of it as PNG or JPEG and try again."
    elif kind is Kind.HTML:
        advice = "Open the page, save the picture itself, and try again."
    elif kind is Kind.ARCHIVE:
        advice = "Unpack it and choose one picture from it."
    else:
        advice = "Choose a PNG, JPEG or WebP file."
    return UnusablePicture(
        PictureFault.NOT_A_PICTURE, f"This is {kind.with_article}, not a picture. {advice}"
    )
