"""Strips JPEG and PNG files of EXIF, GPS position, text and trailing bytes, without decoding them.

These two formats are read here and not by Pillow, because a file that needs no change is sent
with its compressed pixels untouched. JPEG: ITU-T T.81, annex B. PNG: W3C PNG, third edition.
Other formats are always re-encoded, which leaves all metadata behind: see decode.py.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from components.studio.images.color import (
    SRGB,
    icc_profile_from_cicp,
    icc_profile_from_gamma,
    is_hdr,
)
from components.studio.images.file_type import (
    FileType,
    ImageErrorCode,
    InvalidImageError,
    damaged_error,
    truncated_error,
)

MAX_PROFILE_BYTES: Final = 4 * 1024 * 1024  # the largest press profiles are near 3 MB
MAX_PARTS: Final = 50_000  # a real 20 MB file has some thousand chunks or segments


@dataclass(frozen=True)
class ExifSummary:
    """The few facts of EXIF data that matter here. `orientation` is 1 to 8."""

    orientation: int = 1
    has_location: bool = False
    has_camera: bool = False
    has_text: bool = False


NO_EXIF: Final = ExifSummary()


@dataclass(frozen=True)
class ImageContainer:
    """An image file taken apart, with its pixels still encoded.

    `pixels` is a file of the same type that the decoder gets. For JPEG and PNG it holds only
    what makes pixels: no metadata, no embedded thumbnail, no compressed text. The size is as
    stored, before EXIF orientation is applied. `coded_size_px` is that of the largest frame
    inside, where it can differ. `icc_profile` is not checked yet. `scan_ends` are the places in a
    JPEG's `pixels` where the data of a scan end.
    """

    file_type: FileType
    pixels: bytes
    width_px: int
    height_px: int
    exif: ExifSummary = NO_EXIF
    icc_profile: bytes | None = None
    has_text: bool = False
    is_animated: bool = False
    is_lossless: bool = False
    is_hdr: bool = False
    coded_size_px: tuple[int, int] = (0, 0)
    scan_ends: tuple[int, ...] = ()
    may_hide_bytes: bool = False
    """Whether `pixels` has places for bytes that no decoder needs and that cannot be found."""


# --- EXIF (CIPA DC-008) ---

_ORIENTATION_TAG: Final = 0x0112
_INNER_DIRECTORY_TAG: Final = 0x8769
_GPS_TAG: Final = 0x8825
_CAMERA_TAGS: Final = frozenset(
    {0x010F, 0x0110}  # make and model
    | {0x829A, 0x829D, 0x8827, 0x9003, 0x9004, 0x9201, 0x9202, 0x920A}  # exposure, its time, lens
    | {0x927C, 0xA431, 0xA432, 0xA433, 0xA434}  # maker's notes, serial number, lens
)
_TEXT_TAGS: Final = frozenset({0x010E, 0x0131, 0x0132, 0x013B, 0x8298, 0x9286})
EXIF_PREFIX: Final = b"Exif\x00\x00"
PROFILE_PREFIX: Final = b"ICC_PROFILE\x00"


def summarize_exif(exif: bytes | None) -> ExifSummary:
    """Read the few facts from EXIF bytes, with or without prefix.

    In unreadable data nothing is found but a text, as in browsers. Not done by Pillow, because
    Pillow 13.0 warns about odd EXIF data.
    """
    if exif is None:
        return NO_EXIF
    body = exif.removeprefix(EXIF_PREFIX)
    if body[:4] == b"II*\x00":
        order: Literal["little", "big"] = "little"
    elif body[:4] == b"MM\x00*":
        order = "big"
    else:
        return ExifSummary(has_text=True)

    def number(at: int, size: int) -> int:
        return int.from_bytes(body[at : at + size], order)

    def entries(directory: int) -> Iterator[tuple[int, int]]:
        """Tag and position of each entry."""
        for index in range(min(number(directory, 2), 512)):
            at = directory + 2 + 12 * index
            if at + 12 > len(body):
                return
            yield number(at, 2), at

    first = dict(entries(number(4, 4)))
    inner = first.get(_INNER_DIRECTORY_TAG)
    tags = first.keys() | (dict(entries(number(inner + 8, 4))).keys() if inner else set())
    at = first.get(_ORIENTATION_TAG)
    orientation = number(at + 8, 2) if at and number(at + 2, 2) == 3 else 1
    return ExifSummary(
        orientation=orientation if 1 <= orientation <= 8 else 1,
        has_location=_GPS_TAG in tags,
        has_camera=not _CAMERA_TAGS.isdisjoint(tags),
        has_text=not first or not _TEXT_TAGS.isdisjoint(tags),
    )


def bounded_profile(profile: bytes | None) -> bytes | None:
    """The ICC profile, or None if it is empty or larger than any real one."""
    return profile if profile and len(profile) <= MAX_PROFILE_BYTES else None


# --- JPEG ---

SOS: Final = 0xDA  # start of a scan; its pixels follow the header without a length
EOI: Final = 0xD9
APP0: Final = 0xE0
APP1: Final = 0xE1
APP2: Final = 0xE2

_SOI: Final = b"\xff\xd8"
_PROGRESSIVE_FRAME: Final = 0xC2
_DECODABLE_FRAMES: Final = frozenset({0xC0, 0xC1, _PROGRESSIVE_FRAME})  # baseline, extended
_OTHER_FRAMES: Final = frozenset(
    {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
)  # lossless, hierarchical, arithmetic
_RESTART_INTERVAL: Final = 0xDD
_TABLES: Final = frozenset({0xC4, 0xDB, _RESTART_INTERVAL})  # Huffman, quantisation
_MAX_SCANS: Final = 500  # of real files: about ten
_MAX_TABLE_BYTES: Final = 1_200
"""Twice what a usual JPEG has. In more, tables can lie that nothing uses."""
_APP13, _APP14, _COMMENT = 0xED, 0xEE, 0xFE

_JFIF: Final = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_MARKER: Final = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")  # markers that have a body, and EOI
_STRAY_MARKER: Final = re.compile(rb"\xff[\x01\xd0-\xd8]")
_RESTART_CODES: Final = range(0xD0, 0xD8)
_BLOCKS_PER_BYTE: Final = 16  # a block takes 1 bit or more; factor 2 for odd subsampling


@dataclass(frozen=True)
class Segment:
    """A JPEG marker with its body.

    `start` is the end of the segment before, `at` the marker itself. The bytes between are
    fill bytes or the pixels of a scan.
    """

    code: int
    start: int
    at: int
    end: int
    body: bytes


def iter_segments(data: bytes) -> Iterator[Segment]:
    """Every segment up to and including EOI. Raises InvalidImageError."""
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


def build_segment(code: int, body: bytes) -> bytes:
    """The bytes of one JPEG segment. Raises OverflowError for a body over 65,533 bytes."""
    return bytes((0xFF, code)) + (len(body) + 2).to_bytes(2, "big") + body


def parse_jpeg(data: bytes) -> ImageContainer:
    """Keep frame, tables and scans; take EXIF and ICC out; drop the rest and any trailer.

    Raises InvalidImageError for a file that is cut, out of order, or of a kind that no browser
    shows.
    """
    kept = [_SOI]
    profile_parts: dict[int, bytes] = {}
    exif: bytes | None = None
    has_text = in_scan = has_restarts = False
    frame: Segment | None = None
    scans: list[Segment] = []
    scan_parts: list[int] = []
    scan_bytes = table_bytes = 0
    for segment in iter_segments(data):
        code, body = segment.code, segment.body
        if in_scan:
            pixels = data[segment.start : segment.at]
            _check_markers(pixels, has_restarts=has_restarts)
            scan_parts.append(len(kept))
            kept.append(pixels)
            scan_bytes += len(pixels)
        in_scan = code == SOS
        if code in _OTHER_FRAMES:
            raise _unsupported_jpeg_error()
        if code in _DECODABLE_FRAMES:
            if frame is not None:
                raise damaged_error(FileType.JPEG)
            frame = segment
        if in_scan:
            scans.append(segment)
        if code == _RESTART_INTERVAL:
            has_restarts = any(body)
        if code in _TABLES:
            table_bytes += len(body)
        if in_scan or code in _TABLES or code in _DECODABLE_FRAMES:
            kept.append(data[segment.at : segment.end])
        elif code == APP0 and body.startswith(b"JFIF\x00") and len(kept) == 1:
            kept.append(_JFIF)  # it means YCbCr; replaced because it can hold a thumbnail
        elif code == _APP14 and body.startswith(b"Adobe") and len(body) >= 12:
            kept.append(b"\xff\xee\x00\x0e" + body[:12])  # names the color transform
        elif code == APP1 and body.startswith(EXIF_PREFIX):
            exif = exif or body
        elif code == APP2 and body.startswith(PROFILE_PREFIX) and len(body) > 14:
            profile_parts[body[12]] = body[14:]
        elif code in {APP1, _APP13, _COMMENT}:
            has_text = True  # XMP, IPTC, a comment
    if frame is None or not scans:
        raise damaged_error(FileType.JPEG)
    width, height = _frame_size(frame.body)
    if -(-width // 8) * -(-height // 8) > scan_bytes * _BLOCKS_PER_BYTE:
        raise truncated_error(FileType.JPEG)
    _check_scans(frame, scans)
    kept.append(b"\xff\xd9")
    ends = tuple(accumulate(map(len, kept)))
    return ImageContainer(
        file_type=FileType.JPEG,
        pixels=b"".join(kept),
        width_px=width,
        height_px=height,
        exif=summarize_exif(exif),
        icc_profile=bounded_profile(
            b"".join(profile_parts[number] for number in sorted(profile_parts))
        ),
        has_text=has_text,
        scan_ends=tuple(ends[part] for part in scan_parts),
        may_hide_bytes=len(scans) > 1 or has_restarts or table_bytes > _MAX_TABLE_BYTES,
    )


def _check_markers(pixels: bytes, *, has_restarts: bool) -> None:
    """Raise InvalidImageError if the data of a scan hold a marker at which decoders give up."""
    for marker in _STRAY_MARKER.finditer(pixels):
        if not has_restarts or pixels[marker.start() + 1] not in _RESTART_CODES:
            raise damaged_error(FileType.JPEG)


def _check_scans(frame: Segment, scans: list[Segment]) -> None:
    """Raise InvalidImageError if the scans leave out a component, a frequency or a bit."""
    if len(scans) > _MAX_SCANS:
        raise damaged_error(FileType.JPEG)
    components = frame.body[6::3]
    missing = {(component, frequency) for component in components for frequency in range(64)}
    for scan in scans:
        if not scan.body or len(scan.body) != 4 + 2 * scan.body[0]:
            raise damaged_error(FileType.JPEG)
        first, last, precision = scan.body[-3:]
        if frame.code != _PROGRESSIVE_FRAME:  # decoders ignore the three numbers, and some are odd
            first, last, precision = 0, 63, 0
        if precision & 15 == 0:  # down to the lowest bit
            missing -= {
                (component, frequency)
                for component in scan.body[1:-3:2]
                for frequency in range(first, last + 1)
            }
    if missing:
        raise truncated_error(FileType.JPEG)


def _frame_size(body: bytes) -> tuple[int, int]:
    """Width and height from a frame header: precision, height, width, components."""
    if len(body) < 6:
        raise damaged_error(FileType.JPEG)
    if body[0] != 8:
        raise _unsupported_jpeg_error()
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not width or not height:
        raise damaged_error(FileType.JPEG)
    return width, height


def _unsupported_jpeg_error() -> InvalidImageError:
    return InvalidImageError(
        ImageErrorCode.UNSUPPORTED,
        "This is an unusual sort of JPEG that browsers cannot show. "
        "Save it again as a normal JPEG or as PNG and try again.",
    )


# --- PNG ---

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PIXEL_CHUNKS: Final = frozenset({b"IHDR", b"IDAT", b"IEND"})
_GREY, _RGB, _PALETTE = 0, 2, 3  # color types; that of RGBA is 6
_WITH_TRNS: Final = frozenset({_GREY, _RGB, _PALETTE})  # color types where tRNS has a meaning
_TEXT_CHUNKS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_COLOR_CHUNKS: Final = frozenset({b"cICP", b"sRGB", b"gAMA", b"cHRM"})
_INFLATE_STEP_BYTES: Final = 16 * 1024  # inflate to 16 MB at most


def iter_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each PNG chunk up to IEND. Raises InvalidImageError."""
    at = len(_PNG_SIGNATURE)
    for _ in range(MAX_PARTS):
        if at + 12 > len(data):
            raise truncated_error(FileType.PNG)
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise truncated_error(FileType.PNG)
        yield name, at, end
        if name == b"IEND":
            return
        at = end
    raise damaged_error(FileType.PNG)


def build_chunk(name: bytes, body: bytes) -> bytes:
    """The bytes of one PNG chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def parse_png(data: bytes) -> ImageContainer:
    """Keep the chunks of the still image; take EXIF and ICC out; drop the rest.

    Compressed text is never inflated, a profile only up to its byte limit. Raises
    InvalidImageError for a file that is cut or out of order.
    """
    kept = [_PNG_SIGNATURE]
    size: tuple[int, int] | None = None
    exif: bytes | None = None
    profile: bytes | None = None
    colors: dict[bytes, bytes] = {}
    has_text = is_animated = has_pixels = False
    depth = color_type = 0
    for name, start, end in iter_chunks(data):
        body = data[start + 8 : end - 4]
        if (name == b"IHDR") != (size is None):
            raise damaged_error(FileType.PNG)
        if name == b"IHDR":
            if len(body) != 13:
                raise damaged_error(FileType.PNG)
            size = struct.unpack_from(">II", body)
            depth, color_type = body[8], body[9]
        if name == b"tRNS" and color_type in _WITH_TRNS:
            kept.append(build_chunk(name, _rescale_transparent_color(body, depth, color_type)))
        elif name in _PIXEL_CHUNKS or (name == b"PLTE" and color_type == _PALETTE):
            kept.append(data[start:end])
        elif name == b"eXIf":
            exif = body
        elif name == b"iCCP":
            profile = inflate_profile(body)
        elif name in _COLOR_CHUNKS:
            colors[name] = body
        has_text = has_text or name in _TEXT_CHUNKS
        is_animated = is_animated or name == b"acTL"
        has_pixels = has_pixels or name == b"IDAT"
    if size is None or not all(size) or not has_pixels:
        raise damaged_error(FileType.PNG)
    hdr = is_hdr(int.from_bytes(colors.get(b"cICP", b"")[1:2], "big"))
    return ImageContainer(
        file_type=FileType.PNG,
        pixels=b"".join(kept),
        width_px=size[0],
        height_px=size[1],
        exif=summarize_exif(exif),
        icc_profile=(_effective_profile(profile, colors) if color_type & _RGB or hdr else profile),
        is_hdr=hdr,
        has_text=has_text,
        is_animated=is_animated,
        is_lossless=True,
    )


def has_no_trailing_data(pixels: bytes) -> bool:
    """Whether an 8-bit, not interlaced RGB PNG ends with its last row.

    `pixels` is from an ImageContainer. Decoders stop at the last row, so data can hide after it.
    """
    width, height, depth, color_type, _, _, lace = struct.unpack_from(">IIBBBBB", pixels, 16)
    if depth != 8 or lace or color_type != _RGB:
        return False
    bytes_left = height * (1 + width * 3)
    inflater = zlib.decompressobj()
    for name, start, end in iter_chunks(pixels):
        if name != b"IDAT":
            continue
        for at in range(start + 8, end - 4, _INFLATE_STEP_BYTES):
            packed = pixels[at : min(at + _INFLATE_STEP_BYTES, end - 4)]
            try:
                bytes_left -= len(inflater.decompress(packed))
            except zlib.error:  # after the last row, because all rows were decoded before
                return False
            if bytes_left < 0 or inflater.unused_data:
                return False
    return inflater.eof and not bytes_left


def _rescale_transparent_color(body: bytes, depth: int, color_type: int) -> bytes:
    """The color of a tRNS chunk in the levels of Pillow's decoded pixels.

    Pillow 13.0 compares the file's level (of 2, 4 or 16 bits) with the decoded one (of 8).
    """
    if color_type == _GREY and depth in {2, 4} and len(body) == 2:
        level = int.from_bytes(body, "big") * 255 // ((1 << depth) - 1)
        return (level & 0xFFFF).to_bytes(2, "big")
    if color_type == _RGB and depth == 16 and len(body) == 6:
        return bytes(level for high in body[::2] for level in (0, high))
    return body


def _effective_profile(embedded: bytes | None, colors: Mapping[bytes, bytes]) -> bytes | None:
    """The profile that wins, in the standard's order: cICP, iCCP, sRGB, gAMA with cHRM."""
    cicp, gamma, points = (colors.get(name, b"") for name in (b"cICP", b"gAMA", b"cHRM"))
    if len(cicp) == 4:
        return icc_profile_from_cicp(cicp[0], cicp[1])
    if embedded is not None or b"sRGB" in colors or len(gamma) != 4:
        return embedded
    primaries = SRGB
    if len(points) == 32:
        white, *rest = ((x / 1e5, y / 1e5) for x, y in struct.iter_unpack(">II", points))
        primaries = (rest[0], rest[1], rest[2], white)
    return icc_profile_from_gamma(primaries, 1e5 / max(1, int.from_bytes(gamma, "big")))


def inflate_profile(body: bytes) -> bytes | None:
    """The ICC profile of an iCCP chunk, or None if it is broken or larger than any real one."""
    _name, _, packed = body.partition(b"\x00")
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(packed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if profile and inflater.eof else None
