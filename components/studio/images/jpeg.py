"""Takes a JPEG file apart without decoding it (ITU-T T.81, annex B)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from components.studio.images.container import (
    MAX_PARTS,
    MAX_PROFILE_BYTES,
    ImageContainer,
    summarize_exif,
)
from components.studio.images.errors import (
    ImageErrorCode,
    InvalidImageError,
    damaged_error,
    truncated_error,
)
from components.studio.images.file_type import FileType

SOS: Final = 0xDA  # a scan's header; its pixels follow, without a length
EOI: Final = 0xD9
APP0: Final = 0xE0
APP1: Final = 0xE1
EXIF: Final = b"Exif\x00\x00"

_SOI: Final = b"\xff\xd8"
_DECODABLE_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive
_OTHER_FRAMES: Final = frozenset(
    {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
)  # lossless, hierarchical, arithmetic
_TABLES: Final = frozenset({0xC4, 0xDB, 0xDD})  # Huffman, quantisation, restart interval
_APP2, _APP13, _APP14, _COMMENT = 0xE2, 0xED, 0xEE, 0xFE

_JFIF: Final = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_MARKER: Final = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")  # of those with something to say
_BLOCKS_PER_BYTE: Final = 16  # a block takes a bit at least; half of that is left for odd sampling


@dataclass(frozen=True)
class Segment:
    """A marker with its body.

    Between `start`, the end of the one before, and `at` lies what has no length of its own:
    nothing, fill bytes, or the pixels of a scan.
    """

    code: int
    start: int
    at: int
    end: int
    body: bytes


def iter_segments(data: bytes) -> Iterator[Segment]:
    """Every segment up to the end of the picture, which is the last. Raises InvalidImageError."""
    start = len(_SOI)
    for _ in range(MAX_PARTS):
        marker = _MARKER.search(data, start)
        if marker is None:
            raise truncated_error(FileType.JPEG)
        at, code = marker.start(), data[marker.start() + 1]
        if code == EOI:
            yield Segment(code, start, at, marker.end(), b"")
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data) or at + 4 > len(data):
            raise truncated_error(FileType.JPEG)
        if end < at + 4:
            raise damaged_error(FileType.JPEG)
        yield Segment(code, start, at, end, data[at + 4 : end])
        start = end
    raise damaged_error(FileType.JPEG)


def parse_jpeg(data: bytes) -> ImageContainer:
    """Keep frame, tables and scans; set EXIF and ICC aside; drop all else, also after the end.

    Raises InvalidImageError for a file that is cut, out of order, or of a sort no browser shows.
    """
    kept = [_SOI]
    profile_parts: dict[int, bytes] = {}
    exif: bytes | None = None
    hidden_text = in_scan = False
    size: tuple[int, int] | None = None
    scans = scan_bytes = 0
    for part in iter_segments(data):
        code, body = part.code, part.body
        if in_scan:
            kept.append(data[part.start : part.at])
            scan_bytes += part.at - part.start
        in_scan = code == SOS
        if code in _OTHER_FRAMES:
            raise _unusual()
        if code in _DECODABLE_FRAMES:
            if size is not None:
                raise damaged_error(FileType.JPEG)
            size = _frame_size(body)
        scans += in_scan
        if in_scan or code in _TABLES or code in _DECODABLE_FRAMES:
            kept.append(data[part.at : part.end])
        elif code == APP0 and body.startswith(b"JFIF\x00") and len(kept) == 1:
            kept.append(_JFIF)  # says YCbCr; rewritten because it may hold a thumbnail
        elif code == _APP14 and body.startswith(b"Adobe") and len(body) >= 12:
            kept.append(b"\xff\xee\x00\x0e" + body[:12])  # says which colour transform
        elif code == APP1 and body.startswith(EXIF):
            exif = exif or body
        elif code == _APP2 and body.startswith(b"ICC_PROFILE\x00") and len(body) > 14:
            profile_parts[body[12]] = body[14:]
        elif code in {APP1, _APP13, _COMMENT}:
            hidden_text = True  # XMP, IPTC, a comment
    if size is None or not scans:
        raise damaged_error(FileType.JPEG)
    if -(-size[0] // 8) * -(-size[1] // 8) > scan_bytes * _BLOCKS_PER_BYTE:
        raise truncated_error(FileType.JPEG)
    kept.append(b"\xff\xd9")
    profile = b"".join(profile_parts[number] for number in sorted(profile_parts))
    return ImageContainer(
        file_type=FileType.JPEG,
        pixels=b"".join(kept),
        width_px=size[0],
        height_px=size[1],
        exif=summarize_exif(exif),
        icc_profile=profile if 0 < len(profile) <= MAX_PROFILE_BYTES else None,
        hidden_text=hidden_text,
        scans=scans,
    )


def _frame_size(body: bytes) -> tuple[int, int]:
    """Width and height from a frame header: precision, height, width, components."""
    if len(body) < 6:
        raise damaged_error(FileType.JPEG)
    if body[0] != 8:
        raise _unusual()
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not width or not height:
        raise damaged_error(FileType.JPEG)
    return width, height


def _unusual() -> InvalidImageError:
    return InvalidImageError(
        ImageErrorCode.UNSUPPORTED,
        "This is an unusual sort of JPEG that browsers cannot show. "
        "Save it again as a normal JPEG or as PNG and try again.",
    )
