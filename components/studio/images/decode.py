"""Opens and decodes image files. Every file passes the size limits before it is decoded.

JPEG and PNG are read by strip_metadata.py. The formats that are always re-encoded are opened by
their decoder here: GIF, WebP and AVIF by Pillow, HEIC by pillow_heif (read by heif.py).
"""

from __future__ import annotations

import re
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from types import MappingProxyType
from typing import Final

import pillow_heif
from PIL import Image, ImageChops, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from components.studio.images.file_type import (
    IMAGE_TYPES,
    READABLE_TYPES,
    FileType,
    ImageErrorCode,
    InvalidImageError,
    damaged_error,
    detect,
    too_large_error,
    too_many_pixels_error,
    truncated_error,
)
from components.studio.images.heif import parse_avif, parse_heic
from components.studio.images.strip_metadata import (
    ImageContainer,
    bounded_profile,
    parse_jpeg,
    parse_png,
    summarize_exif,
)

MAX_BYTES: Final = 20 * 1024 * 1024

MAX_JPEG_PX: Final = 110_000_000
"""The largest phone cameras make 108 megapixels. A large JPEG is decoded at reduced size."""

MAX_PX: Final = 80_000_000
"""For formats that must be decoded whole. Below 89.5 million, where Pillow begins to warn, so
that its process-wide `Image.MAX_IMAGE_PIXELS` can stay as it is."""

_CODED_PER_SHOWN_PX: Final = 4
"""A tile can be almost twice as wide and high as the image that is cut from it."""

_MIN_CODED_PX: Final = 1_000_000
_MAX_SCANNED_PX: Final = 1_500_000_000
"""Pixels times scans of a JPEG: 15 scans of the largest, 75 of a 20-megapixel one."""


_TRANSPOSE_BY_ORIENTATION: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class DecodeLimiter:
    """Decode slots shared by all threads of one process, to bound memory.

    A large image takes all slots. Who waits longest goes first: small images that come later do
    not pass a large one. `waiting`: those who wait, in order.
    """

    def __init__(self, *, slots: int, wait_seconds: float) -> None:
        self._slots = slots
        self._free = slots
        self._wait_seconds = wait_seconds
        self.waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def slot(self, *, is_large: bool) -> Iterator[None]:
        """Hold one slot, or all. Raises InvalidImageError (BUSY) after `wait_seconds`."""
        wanted = self._slots if is_large else 1
        place = object()
        with self._changed:
            self.waiting.append(place)
            try:
                is_free = self._changed.wait_for(
                    lambda: self.waiting[0] is place and self._free >= wanted, self._wait_seconds
                )
                if not is_free:
                    raise InvalidImageError(
                        ImageErrorCode.BUSY,
                        "Many pictures are being read at this moment. "
                        "Wait a few seconds and add this one again.",
                    )
                self._free -= wanted
            finally:
                self.waiting.remove(place)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()


_LARGE_PX: Final = 30_000_000
_DECODE_LIMITER: Final = DecodeLimiter(slots=2, wait_seconds=30.0)


def decode_slot(container: ImageContainer) -> AbstractContextManager[None]:
    """Hold it while the image is decoded. Raises InvalidImageError (BUSY)."""
    return _DECODE_LIMITER.slot(is_large=container.width_px * container.height_px > _LARGE_PX)


def parse_container(data: bytes, *, max_bytes: int = MAX_BYTES) -> ImageContainer:
    """Read an image file's metadata and check its limits, without decoding pixels.

    Raises InvalidImageError: empty, over `max_bytes`, not an image, an unsupported format, cut or
    damaged, or over the pixel limits.
    """
    if not data:
        raise InvalidImageError(
            ImageErrorCode.EMPTY, "This file is empty. Choose the picture again and try once more."
        )
    if len(data) > max_bytes:
        raise too_large_error(max_bytes)
    file_type = detect(data)
    if file_type not in READABLE_TYPES:
        raise _unsupported_error(file_type)
    container = _PARSERS[file_type](data)
    limit = MAX_JPEG_PX if file_type is FileType.JPEG else MAX_PX
    pixels = container.width_px * container.height_px
    coded_width, coded_height = container.coded_size_px
    for width, height in ((container.width_px, container.height_px), container.coded_size_px):
        if width * height > limit:
            raise too_many_pixels_error(width, height, limit)
    if coded_width * coded_height > max(_CODED_PER_SHOWN_PX * pixels, _MIN_CODED_PX):
        raise damaged_error(file_type)
    scan_count = len(container.scan_ends)
    if scan_count > 1 and pixels * scan_count > _MAX_SCANNED_PX:
        raise damaged_error(file_type)
    return container


def decode(container: ImageContainer, *, min_size_px: tuple[int, int] | None = None) -> Image.Image:
    """Decode all pixels, in the file's own color mode and stored orientation.

    With `min_size_px` a JPEG may be decoded at reduced size, but not below that. Raises
    InvalidImageError if the pixels are cut or damaged.
    """
    try:
        if container.file_type is FileType.HEIC:
            heif = pillow_heif.open_heif(container.pixels, convert_hdr_to_8bit=True)
            pixels = heif.data  # decodes; only then are mode and stride final
            return Image.frombytes(heif.mode, heif.size, pixels, "raw", heif.mode, heif.stride)
        image = _open_and_load(container, _without_jpeg_end(container), min_size_px)
        if len(container.scan_ends) > 1:
            filled = _open_and_load(container, _fill_behind_scans(container), min_size_px)
            if ImageChops.difference(image, filled).getbbox() is not None:
                raise truncated_error(FileType.JPEG)
    except InvalidImageError:
        raise
    except Exception as error:
        # Decoders given broken bytes raise OSError, SyntaxError, ValueError and many more.
        if "truncated" in str(error):
            raise truncated_error(container.file_type) from error
        raise damaged_error(container.file_type) from error
    return image


def _open_and_load(
    container: ImageContainer, pixels: bytes, min_size_px: tuple[int, int] | None
) -> ImageFile.ImageFile:
    image = _DECODERS[container.file_type](BytesIO(pixels))
    if image.size != (container.width_px, container.height_px):
        raise damaged_error(container.file_type)
    if min_size_px is not None:
        image.draft(image.mode, min_size_px)
    image.load()
    return image


def turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn an image by its EXIF orientation, 1 to 8."""
    transpose = _TRANSPOSE_BY_ORIENTATION.get(orientation)
    return image if transpose is None else image.transpose(transpose)


# --- Scans of a JPEG that are cut or hold more than pixels ---

_LOOKAHEAD_BYTES: Final = 8  # what libjpeg reads ahead of the bits that it needs
_FILLING: Final = b"\xa5\x5a" * 32


def _without_jpeg_end(container: ImageContainer) -> bytes:
    """The pixels for the decoder, where a JPEG's end mark is replaced by a few bytes.

    With the mark, libjpeg fills what is missing with grey. Without it, it asks for more.
    """
    if container.file_type is FileType.JPEG and len(container.scan_ends) == 1:
        return container.pixels[: container.scan_ends[0]] + bytes(_LOOKAHEAD_BYTES)
    return container.pixels


def has_surplus_scan_data(container: ImageContainer) -> bool:
    """Whether the one scan of a JPEG goes on behind its last pixel."""
    whole = container.pixels[: container.scan_ends[0]]
    try:
        image = JpegImageFile(BytesIO(whole[: -2 * _LOOKAHEAD_BYTES]))
        image.draft(image.mode, (1, 1))  # an eighth of each side: all data, few pixels
        image.load()
    except (OSError, SyntaxError):  # it needs its last bytes
        return False
    return True


def _fill_behind_scans(container: ImageContainer) -> bytes:
    """The pixels with more bytes behind each scan.

    A decoder skips them behind a whole scan, and takes them for pixels where a scan is cut.
    """
    starts = (0, *container.scan_ends)
    ends = (*container.scan_ends, len(container.pixels))
    return _FILLING.join(
        container.pixels[start:end] for start, end in zip(starts, ends, strict=True)
    )


# --- GIF and WebP ---

_GIF_XMP: Final = b"\x21\xff\x0bXMP DataXMP"
MAX_GIF_BLOCKS: Final = 400_000  # 20 MB in blocks of 255 bytes are 82,000
_WEBP_BITSTREAM: Final = re.compile(rb"VP8[ L]")  # the chunk with the first frame's pixels


class _BoundedGifFile(GifImageFile):
    """Pillow's GIF reader with a limit, because it reads block by block in Python."""

    _blocks_left = MAX_GIF_BLOCKS

    def data(self) -> bytes | None:
        self._blocks_left -= 1
        if self._blocks_left < 0:
            raise damaged_error(FileType.GIF)
        return super().data()


def _parse_gif(data: bytes) -> ImageContainer:
    """Size is the logical screen, grown by Pillow to hold the whole first frame."""
    try:
        image = _BoundedGifFile(BytesIO(data))
    except Exception as error:
        raise damaged_error(FileType.GIF) from error
    return ImageContainer(
        file_type=FileType.GIF,
        pixels=data,
        width_px=image.width,
        height_px=image.height,
        has_text="comment" in image.info or _GIF_XMP in data,
        is_animated=_has_second_frame(image),
        is_lossless=True,
    )


def _has_second_frame(image: GifImageFile) -> bool:
    """A GIF that is cut after its first frame is still a whole still image."""
    try:
        return bool(image.is_animated)
    except (IndexError, struct.error):  # how Pillow reports a cut second frame
        return False


def _parse_webp(data: bytes) -> ImageContainer:
    """Size is the canvas; the first frame keeps its place on it."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise truncated_error(FileType.WEBP)
    data = data[:end]
    try:
        image = WebPImageFile(BytesIO(data))
    except Exception as error:
        raise damaged_error(FileType.WEBP) from error
    bitstream = _WEBP_BITSTREAM.search(data)
    return ImageContainer(
        file_type=FileType.WEBP,
        pixels=data,
        width_px=image.width,
        height_px=image.height,
        exif=summarize_exif(image.info.get("exif")),
        icc_profile=bounded_profile(image.info.get("icc_profile")),
        has_text="xmp" in image.info,
        is_animated=image.is_animated,
        is_lossless=bitstream is not None and bitstream[0] == b"VP8L",
    )


_PARSERS: Final[Mapping[FileType, Callable[[bytes], ImageContainer]]] = MappingProxyType(
    {
        FileType.JPEG: parse_jpeg,
        FileType.PNG: parse_png,
        FileType.GIF: _parse_gif,
        FileType.WEBP: _parse_webp,
        FileType.HEIC: parse_heic,
        FileType.AVIF: parse_avif,
    }
)

# Decoders are called by class: Image.open would try others and check its own pixel limit.
_DECODERS: Final[Mapping[FileType, type[ImageFile.ImageFile]]] = MappingProxyType(
    {
        FileType.JPEG: JpegImageFile,
        FileType.PNG: PngImageFile,
        FileType.GIF: _BoundedGifFile,
        FileType.WEBP: WebPImageFile,
        FileType.AVIF: AvifImageFile,
    }
)


def _unsupported_error(file_type: FileType) -> InvalidImageError:
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
        ImageErrorCode.NOT_AN_IMAGE,
        f"This is {file_type.with_article}, not a picture. {advice}",
    )
