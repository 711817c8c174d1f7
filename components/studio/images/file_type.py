"""Detects a file's type, and the errors for images that cannot be used.

Only the first bytes say the type: file name and declared media type do not count. The messages of
errors are shown to the user as they are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

_HEAD_BYTES: Final = 4096  # enough for a text file's comments before its first tag


class FileType(StrEnum):
    """A type of file. The value is its name for display."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    GIF = "GIF"
    HEIC = "HEIC"
    AVIF = "AVIF"
    TIFF = "TIFF"
    RAW = "camera RAW file"
    BMP = "BMP"
    ICON = "icon file"
    SVG = "SVG"
    PSD = "Photoshop file"
    PDF = "PDF"
    POSTSCRIPT = "PostScript or EPS file"
    JPEG_XL = "JPEG XL"
    JPEG_2000 = "JPEG 2000"
    HDR = "HDR or EXR picture"
    OTHER_IMAGE = "picture format that few programs read"
    VIDEO = "video"
    AUDIO = "sound file"
    ARCHIVE = "ZIP or other archive"
    HTML = "web page"
    TEXT = "text file"
    UNKNOWN = "unknown file"

    @property
    def with_article(self) -> str:
        """The name with its article: "a PNG", "an SVG"."""
        starts_with_vowel = self.lower().startswith((*"aeiou", "hdr", "svg"))
        return f"{'an' if starts_with_vowel else 'a'} {self}"


READABLE_TYPES: Final = frozenset(
    {FileType.JPEG, FileType.PNG, FileType.WEBP, FileType.GIF, FileType.HEIC, FileType.AVIF}
)
"""The types that can be decoded."""

IMAGE_TYPES: Final = READABLE_TYPES | {
    FileType.TIFF,
    FileType.RAW,
    FileType.BMP,
    FileType.ICON,
    FileType.SVG,
    FileType.PSD,
    FileType.JPEG_XL,
    FileType.JPEG_2000,
    FileType.HDR,
    FileType.OTHER_IMAGE,
}
"""The types that a user would call a picture."""

_PREFIXES: Final[tuple[tuple[bytes, FileType], ...]] = (
    (b"\xff\xd8\xff", FileType.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
    (b"GIF87a", FileType.GIF),
    (b"GIF89a", FileType.GIF),
    (b"\xff\x0a", FileType.JPEG_XL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", FileType.JPEG_XL),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", FileType.JPEG_2000),
    (b"\xff\x4f\xff\x51", FileType.JPEG_2000),
    (b"FUJIFILMCCD-RAW", FileType.RAW),
    (b"IIRO", FileType.RAW),
    (b"IIU\x00", FileType.RAW),
    (b"II*\x00", FileType.TIFF),
    (b"MM\x00*", FileType.TIFF),
    (b"II+\x00", FileType.TIFF),
    (b"MM\x00+", FileType.TIFF),
    (b"8BPS", FileType.PSD),
    (b"%PDF", FileType.PDF),
    (b"%!PS", FileType.POSTSCRIPT),
    (b"\xc5\xd0\xd3\xc6", FileType.POSTSCRIPT),
    (b"\x00\x00\x01\x00", FileType.ICON),
    (b"\x00\x00\x02\x00", FileType.ICON),
    (b"v/1\x01", FileType.HDR),
    (b"#?RADIANCE", FileType.HDR),
    (b"gimp xcf", FileType.OTHER_IMAGE),
    (b"qoif", FileType.OTHER_IMAGE),
    (b"DDS ", FileType.OTHER_IMAGE),
    (b"\x1aE\xdf\xa3", FileType.VIDEO),
    (b"\x00\x00\x01\xba", FileType.VIDEO),
    (b"\x00\x00\x01\xb3", FileType.VIDEO),
    (b"FLV\x01", FileType.VIDEO),
    (b"OggS", FileType.AUDIO),
    (b"ID3", FileType.AUDIO),
    (b"fLaC", FileType.AUDIO),
    (b"PK\x03\x04", FileType.ARCHIVE),
    (b"\x1f\x8b", FileType.ARCHIVE),
    (b"Rar!", FileType.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileType.ARCHIVE),
)

_RIFF_FORMS: Final = {b"WEBP": FileType.WEBP, b"AVI ": FileType.VIDEO, b"WAVE": FileType.AUDIO}

_HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
)
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_GENERIC_BRANDS: Final = frozenset({b"mif1", b"msf1", b"mif2", b"miaf"})

_DIB_HEADER_SIZES: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})

_PORTABLE_MAPS: Final = frozenset({b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"P7", b"PF"})

_HTML_TAGS: Final = ("<!doctype html", "<html", "<head", "<body", "<script", "<title", "<meta")


def detect(data: bytes) -> FileType:
    """The type of a file, by its first bytes. Never raises."""
    for prefix, file_type in _PREFIXES:
        if data.startswith(prefix):
            return FileType.RAW if file_type is FileType.TIFF and data[8:10] == b"CR" else file_type
    if data.startswith(b"RIFF"):
        return _RIFF_FORMS.get(data[8:12], FileType.UNKNOWN)
    if data[4:8] == b"ftyp":
        return _iso_media_type(data)
    if data[4:8] in {b"moov", b"mdat", b"wide", b"skip"}:
        return FileType.VIDEO
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _DIB_HEADER_SIZES:
        return FileType.BMP
    if data[:2] in _PORTABLE_MAPS and data[2:3].isspace():
        return FileType.OTHER_IMAGE
    return _text_type(data[:_HEAD_BYTES])


def _iso_media_type(data: bytes) -> FileType:
    """The type of an ISO base media file, by its `ftyp` brands (ISO/IEC 14496-12)."""
    end = min(int.from_bytes(data[:4], "big"), 1024)
    major = data[8:12]
    brands = [major, *(data[at : at + 4] for at in range(16, end, 4))]
    if major == b"crx ":
        return FileType.RAW
    if major in _HEIC_BRANDS | _AVIF_BRANDS | _GENERIC_BRANDS:
        if major not in _HEIC_BRANDS and _AVIF_BRANDS.intersection(brands):
            return FileType.AVIF
        return FileType.HEIC
    return FileType.VIDEO


def _text_type(head: bytes) -> FileType:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="replace")
    elif b"\x00" in head:
        return FileType.UNKNOWN
    else:
        text = head.decode("utf-8-sig", errors="replace")
    start = text.lstrip().lower()
    if not start or _unprintable_fraction(text) > 0.1:
        return FileType.UNKNOWN
    if start.startswith("<"):
        if "<svg" in start and not start.startswith(_HTML_TAGS):
            return FileType.SVG
        if any(tag in start for tag in _HTML_TAGS):
            return FileType.HTML
    return FileType.TEXT


def _unprintable_fraction(text: str) -> float:
    unprintable = sum(not (char.isprintable() or char in "\r\n\t\f") for char in text)
    return (unprintable + text.count("\ufffd")) / len(text)


# --- Errors ---


class ImageErrorCode(StrEnum):
    """What is wrong with an image."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_a_picture"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    TOO_NARROW = "too_narrow"
    BUSY = "busy"


class InvalidImageError(Exception):
    """An image that is rejected. `message` says what is wrong and what to do next."""

    def __init__(self, code: ImageErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def truncated_error(format_name: str) -> InvalidImageError:
    """The error for a file whose end is missing. `format_name` is for display: "PNG"."""
    return InvalidImageError(
        ImageErrorCode.DAMAGED,
        f"This {format_name} stops in the middle, as if a download or copy was cut off. "
        "Get the file again and try once more.",
    )


def damaged_error(format_name: str) -> InvalidImageError:
    """The error for a file that cannot be decoded. `format_name` is for display: "PNG"."""
    return InvalidImageError(
        ImageErrorCode.DAMAGED,
        f"This {format_name} is damaged and cannot be read. "
        "Open it in another program, save it as PNG or JPEG, and try again.",
    )


def too_large_error(limit_bytes: int) -> InvalidImageError:
    """The error for a file that is larger than any that is read."""
    return InvalidImageError(
        ImageErrorCode.TOO_LARGE,
        f"This file is larger than {limit_bytes // 1024 // 1024} MB. "
        "Save a smaller copy, or a JPEG, and try again.",
    )


def too_many_pixels_error(width_px: int, height_px: int, limit_px: int) -> InvalidImageError:
    """The error for an image with more pixels than are ever decoded."""
    return InvalidImageError(
        ImageErrorCode.TOO_MANY_PIXELS,
        f"This picture is {width_px}×{height_px}, more than {limit_px // 1_000_000} million "
        "pixels. Save a smaller copy (4000 pixels wide is plenty) and try again.",
    )
