"""Tells files apart by their first bytes, whatever their name or declared type says.

Nothing here decodes anything, so it is safe to ask about any bytes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

_HEAD_BYTES: Final = 4096  # enough for a text file's comments before its first tag


class Kind(StrEnum):
    """A kind of file. The value is what people call it."""

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
    OTHER_PICTURE = "picture format that few programs read"
    VIDEO = "video"
    SOUND = "sound file"
    ARCHIVE = "ZIP or other archive"
    HTML = "web page"
    TEXT = "text file"
    UNKNOWN = "unknown file"

    @property
    def with_article(self) -> str:
        """As one of them is called in a sentence: "a PNG", "an SVG"."""
        sounds_open = self.lower().startswith((*"aeiou", "hdr", "svg"))
        return f"{'an' if sounds_open else 'a'} {self}"


READABLE: Final = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.GIF, Kind.HEIC, Kind.AVIF})
"""The kinds that the intake decodes."""

PICTURES: Final = READABLE | {
    Kind.TIFF,
    Kind.RAW,
    Kind.BMP,
    Kind.ICON,
    Kind.SVG,
    Kind.PSD,
    Kind.JPEG_XL,
    Kind.JPEG_2000,
    Kind.HDR,
    Kind.OTHER_PICTURE,
}
"""The kinds that a person would call a picture."""

_PREFIXES: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"\xff\x0a", Kind.JPEG_XL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Kind.JPEG_XL),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Kind.JPEG_2000),
    (b"\xff\x4f\xff\x51", Kind.JPEG_2000),
    (b"FUJIFILMCCD-RAW", Kind.RAW),
    (b"IIRO", Kind.RAW),
    (b"IIU\x00", Kind.RAW),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
    (b"8BPS", Kind.PSD),
    (b"%PDF", Kind.PDF),
    (b"%!PS", Kind.POSTSCRIPT),
    (b"\xc5\xd0\xd3\xc6", Kind.POSTSCRIPT),
    (b"\x00\x00\x01\x00", Kind.ICON),
    (b"\x00\x00\x02\x00", Kind.ICON),
    (b"v/1\x01", Kind.HDR),
    (b"#?RADIANCE", Kind.HDR),
    (b"gimp xcf", Kind.OTHER_PICTURE),
    (b"qoif", Kind.OTHER_PICTURE),
    (b"DDS ", Kind.OTHER_PICTURE),
    (b"\x1aE\xdf\xa3", Kind.VIDEO),
    (b"\x00\x00\x01\xba", Kind.VIDEO),
    (b"\x00\x00\x01\xb3", Kind.VIDEO),
    (b"FLV\x01", Kind.VIDEO),
    (b"OggS", Kind.SOUND),
    (b"ID3", Kind.SOUND),
    (b"fLaC", Kind.SOUND),
    (b"PK\x03\x04", Kind.ARCHIVE),
    (b"\x1f\x8b", Kind.ARCHIVE),
    (b"Rar!", Kind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Kind.ARCHIVE),
)

_RIFF_FORMS: Final = {b"WEBP": Kind.WEBP, b"AVI ": Kind.VIDEO, b"WAVE": Kind.SOUND}

_HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
)
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_GENERIC_BRANDS: Final = frozenset({b"mif1", b"msf1", b"mif2", b"miaf"})

_DIB_HEADER_SIZES: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})

_PORTABLE_MAPS: Final = frozenset({b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"P7", b"PF"})

_HTML_TAGS: Final = ("<!doctype html", "<html", "<head", "<body", "<script", "<title", "<meta")


def sniff(data: bytes) -> Kind:
    """Name the kind of file that `data` begins like. Never raises."""
    for prefix, kind in _PREFIXES:
        if data.startswith(prefix):
            return Kind.RAW if kind is Kind.TIFF and data[8:10] == b"CR" else kind
    if data.startswith(b"RIFF"):
        return _RIFF_FORMS.get(data[8:12], Kind.UNKNOWN)
    if data[4:8] == b"ftyp":
        return _boxed_kind(data)
    if data[4:8] in {b"moov", b"mdat", b"wide", b"skip"}:
        return Kind.VIDEO
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _DIB_HEADER_SIZES:
        return Kind.BMP
    if data[:2] in _PORTABLE_MAPS and data[2:3].isspace():
        return Kind.OTHER_PICTURE
    return _text_kind(data[:_HEAD_BYTES])


def _boxed_kind(data: bytes) -> Kind:
    """The kind of an ISO base media file, by the brands of its first box (ISO/IEC 14496-12)."""
    end = min(int.from_bytes(data[:4], "big"), 1024)
    major = data[8:12]
    brands = [major, *(data[at : at + 4] for at in range(16, end, 4))]
    if major == b"crx ":
        return Kind.RAW
    if major in _HEIC_BRANDS | _AVIF_BRANDS | _GENERIC_BRANDS:
        if major not in _HEIC_BRANDS and _AVIF_BRANDS.intersection(brands):
            return Kind.AVIF
        return Kind.HEIC
    return Kind.VIDEO


def _text_kind(head: bytes) -> Kind:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="replace")
    elif b"\x00" in head:
        return Kind.UNKNOWN
    else:
        text = head.decode("utf-8-sig", errors="replace")
    start = text.lstrip().lower()
    if not start or _share_of_noise(text) > 0.1:
        return Kind.UNKNOWN
    if start.startswith("<"):
        if "<svg" in start and not start.startswith(_HTML_TAGS):
            return Kind.SVG
        if any(tag in start for tag in _HTML_TAGS):
            return Kind.HTML
    return Kind.TEXT


def _share_of_noise(text: str) -> float:
    noise = sum(not (char.isprintable() or char in "\r\n\t\f") for char in text)
    return (noise + text.count("\ufffd")) / len(text)
