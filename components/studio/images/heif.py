"""Reads HEIC and AVIF files: their boxes, their colors, and how large an AVIF's pixels are.

Boxes: ISO/IEC 14496-12. Items: ISO/IEC 23008-12. Frames: AV1 Bitstream & Decoding Process
Specification, 5.5 and 5.9. The size in the boxes is only a claim. libheif refuses larger pixels;
libavif decodes them and scales the result, so their size is read here.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain
from typing import Final

import pillow_heif
from PIL import features
from PIL.AvifImagePlugin import AvifImageFile

from components.studio.images.color import icc_profile_from_cicp, is_hdr
from components.studio.images.file_type import (
    FileType,
    ImageErrorCode,
    InvalidImageError,
    damaged_error,
    truncated_error,
)
from components.studio.images.strip_metadata import (
    MAX_PARTS,
    ImageContainer,
    bounded_profile,
    summarize_exif,
)

_NCLX: Final = re.compile(rb"\x00\x00\x00\x13colrnclx(....)", re.DOTALL)
_NCLX_UNSPECIFIED: Final = b"\x00\x02\x00\x02"  # for primaries and transfer


def parse_heic(data: bytes) -> ImageContainer:
    """libheif applies the orientation by itself, so it is 1 here."""
    _check_whole(data, FileType.HEIC)
    try:
        heif = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
        info = dict(heif.info)
        width, height = heif.size
    except Exception as error:
        raise damaged_error(FileType.HEIC) from error
    profile = bounded_profile(info.get("icc_profile"))
    nclx = info.get("nclx_profile") or {}
    primaries, transfer = nclx.get("color_primaries", 2), nclx.get("transfer_characteristics", 2)
    return ImageContainer(
        file_type=FileType.HEIC,
        pixels=data,
        width_px=width,
        height_px=height,
        exif=replace(summarize_exif(info.get("exif")), orientation=1),
        icc_profile=profile or icc_profile_from_cicp(primaries, transfer),
        has_text=bool(info.get("xmp")),
        is_hdr=is_hdr(transfer),
    )


def parse_avif(data: bytes) -> ImageContainer:
    """Also raises InvalidImageError if this installation's Pillow was built without AVIF."""
    if not features.check("avif"):
        raise InvalidImageError(
            ImageErrorCode.UNSUPPORTED,
            "This is an AVIF, which this installation cannot read. "
            "Save it as PNG or JPEG and try again.",
        )
    _check_whole(data, FileType.AVIF)
    pixels = _hide_exif(data)
    try:
        coded_size, exif = _largest_av1_frame(data), _exif_item(data)
        with AvifImageFile(BytesIO(pixels)) as image:
            info, (width, height) = dict(image.info), image.size
            is_animated = image.n_frames > 1
    except Exception as error:
        raise damaged_error(FileType.AVIF) from error
    primaries, transfer = _nclx_codes(data)
    return ImageContainer(
        file_type=FileType.AVIF,
        pixels=pixels,
        width_px=width,
        height_px=height,
        coded_size_px=coded_size,
        exif=replace(
            summarize_exif(exif),
            # Pillow reports the container's own rotation and mirroring as EXIF orientation.
            orientation=summarize_exif(info.get("exif")).orientation,
        ),
        icc_profile=bounded_profile(info.get("icc_profile"))
        or icc_profile_from_cicp(primaries, transfer),
        has_text=bool(info.get("xmp")),
        is_animated=is_animated,
        is_hdr=is_hdr(transfer),
    )


def _nclx_codes(data: bytes) -> tuple[int, int]:
    """Primaries and transfer of the nclx `colr` boxes if all agree, else 2: unspecified.

    Pillow 13.0 does not report them.
    """
    for start, end in _find_boxes(data, b"meta"):
        codes = {match[1] for match in _NCLX.finditer(data, start, end)} - {_NCLX_UNSPECIFIED}
        if len(codes) == 1:
            primaries, transfer = struct.unpack(">HH", codes.pop())
            return primaries, transfer
    return 2, 2


def _hide_exif(data: bytes) -> bytes:
    """Rename the EXIF item: Pillow 13.0 parses it on opening and warns where it is odd."""
    for start, end in _find_boxes(data, b"meta"):
        return data[:start] + data[start:end].replace(b"Exif", b"skip") + data[end:]
    return data


def _exif_item(data: bytes) -> bytes | None:
    """The EXIF data behind the offset with which its item begins. Raises ValueError."""
    for payload in _payloads(data, b"Exif"):
        return payload[4 + int.from_bytes(payload[:4], "big") :]
    return None


# --- Boxes and items ---

FULL_BOX_HEAD: Final = 4  # version and flags
_IN_IDAT: Final = 1  # the construction method of items in the `idat` box; that of the file is 0


class BitReader:
    """Numbers of any width, most significant bit first. Raises ValueError at the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, bits: int) -> int:
        """An unsigned number of so many bits."""
        start, end = self._at, self._at + bits
        if end > 8 * len(self._data):
            raise ValueError("the data ends too early")
        self._at = end
        number = int.from_bytes(self._data[start // 8 : (end + 7) // 8], "big")
        return (number >> (-end % 8)) & ((1 << bits) - 1)

    def skip_if_set(self, bits: int) -> None:
        """Read one bit, and if it is 1 so many more."""
        self.read(self.read(1) * bits)


def _check_whole(data: bytes, file_type: FileType) -> None:
    if any(end > len(data) for _, _, end in iter_boxes(data, 0, len(data))):
        raise truncated_error(file_type)


def iter_boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start of the body and end of each box. A cut box ends behind the end of the data."""
    for _ in range(MAX_PARTS):
        if at + 8 > end:
            return
        size, name, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = end - at
        if size < head:
            return
        yield name, at + head, at + size
        at += size


def _find_boxes(
    data: bytes, *path: bytes, within: tuple[int, int] | None = None
) -> Iterator[tuple[int, int]]:
    """Start and end of the body of each box at this path of names."""
    start, end = within or (0, len(data))
    for name, body, body_end in iter_boxes(data, start, end):
        if name == path[0] and len(path) == 1:
            yield body, body_end
        elif name == path[0]:
            yield from _find_boxes(data, *path[1:], within=(body, body_end))


def _payloads(data: bytes, item_type: bytes) -> Iterator[bytes]:
    """What each item of this type holds. Raises ValueError for more bytes than the file has."""
    bytes_left = len(data)
    for start, end in _find_boxes(data, b"meta"):
        meta = (start + FULL_BOX_HEAD, end)
        wanted = {number for number, name in _read_item_types(data, meta) if name == item_type}
        idat = next(_find_boxes(data, b"idat", within=meta), (0, 0))[0]
        for body, body_end in _find_boxes(data, b"iloc", within=meta):
            for number, parts in read_item_locations(BitReader(data[body:body_end]), idat):
                if number in wanted:
                    bytes_left -= sum(length or len(data) for _, length in parts)
                    if bytes_left < 0:
                        raise ValueError("items that overlap")
                    yield b"".join(
                        data[at : at + length if length else None] for at, length in parts
                    )


def _read_item_types(data: bytes, meta: tuple[int, int]) -> Iterator[tuple[int, bytes]]:
    for start, end in _find_boxes(data, b"iinf", within=meta):
        entries = (start + FULL_BOX_HEAD + (2 if data[start] == 0 else 4), end)
        for body, body_end in _find_boxes(data, b"infe", within=entries):
            entry = BitReader(data[body:body_end])
            version, _flags = entry.read(8), entry.read(24)
            item_id, _protection = entry.read(16 if version == 2 else 32), entry.read(16)
            yield item_id, entry.read(32).to_bytes(4, "big")


def read_item_locations(iloc: BitReader, idat: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """The number of each item, and start and length of its parts. Length 0: to the end.

    `idat` is where the body of that box begins. Raises ValueError.
    """
    version, _flags = iloc.read(8), iloc.read(24)
    offset_bits, length_bits, base_bits, index_bits = (8 * iloc.read(4) for _ in range(4))
    parts_left = MAX_PARTS
    for _ in range(iloc.read(32 if version == 2 else 16)):
        number = iloc.read(32 if version == 2 else 16)
        method = iloc.read(16) & 15 if version > 0 else 0
        reference, base = iloc.read(16), iloc.read(base_bits)
        if method > _IN_IDAT or reference:
            raise ValueError("an item inside another item or file")
        count = iloc.read(16)
        parts_left -= 1 + count
        if parts_left < 0:
            raise ValueError("too many parts")
        parts = []
        for _ in range(count):
            iloc.read(index_bits if version > 0 else 0)
            start = base + iloc.read(offset_bits) + (idat if method == _IN_IDAT else 0)
            parts.append((start, iloc.read(length_bits)))
        yield number, parts


# --- The size of AV1 frames ---

_STBL: Final = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_SEQUENCE_HEADER: Final = 1
_FRAME_HEADERS: Final = frozenset({3, 6, 7})  # alone, with its tiles, repeated
_MAX_HEADER_BYTES: Final = 1024
_KEY_FRAME, _SWITCH_FRAME = 0, 3
_CHOSEN_BY_FRAME: Final = 2


def _largest_av1_frame(data: bytes) -> tuple[int, int]:
    """Width and height of the largest frame that is decoded to show this AVIF.

    Those of all items count, and of animations the first. Raises ValueError.
    """
    sizes = [(0, 0)]
    parts = iter(range(MAX_PARTS))  # shared by all streams
    for stream in chain(_payloads(data, b"av01"), _first_samples(data)):
        sizes.extend(_frame_sizes(stream, parts))
    return max(sizes, key=lambda size: size[0] * size[1])


def _first_samples(data: bytes) -> Iterator[bytes]:
    """The first frame of each track of an animation. Raises ValueError."""
    bytes_left = len(data)
    for table in _find_boxes(data, *_STBL):
        for name, bits in ((b"stco", 32), (b"co64", 64)):
            for start, end in _find_boxes(data, name, within=table):
                offsets = BitReader(data[start + FULL_BOX_HEAD : end])
                if not offsets.read(32):
                    continue
                at, size = offsets.read(bits), _first_sample_size(data, table)
                bytes_left -= size
                if bytes_left < 0:
                    raise ValueError("samples that overlap")
                yield data[at : at + size]


def _first_sample_size(data: bytes, table: tuple[int, int]) -> int:
    for start, end in _find_boxes(data, b"stsz", within=table):
        sizes = BitReader(data[start + FULL_BOX_HEAD : end])
        same_for_all, _count = sizes.read(32), sizes.read(32)
        return same_for_all or sizes.read(32)
    raise ValueError("a track without sizes")


@dataclass(frozen=True)
class _Sequence:
    """What a sequence header says. The functions below read in the order of the standard."""

    size: tuple[int, int]
    """Width and height of a frame that names no size of its own."""
    size_limit: tuple[int, int]
    """Those of the largest frame that can name its own size."""
    is_still: bool
    time_bits: int
    screen_content: int
    integer_mv: int
    frame_id_bits: int


def _frame_sizes(stream: bytes, parts: Iterator[int]) -> Iterator[tuple[int, int]]:
    """Width and height of each frame, at most. Raises ValueError for an impossible stream."""
    sequence: _Sequence | None = None
    at = 0
    for _ in parts:
        if at >= len(stream):
            return
        head = stream[at]
        obu_type, has_extension, has_size = head >> 3 & 15, head >> 2 & 1, head >> 1 & 1
        at += 1 + has_extension
        size = len(stream) - at
        if has_size:
            size, at = _read_leb128(stream, at)
        body, at = stream[at : at + min(size, _MAX_HEADER_BYTES)], at + size
        if obu_type == _SEQUENCE_HEADER:
            sequence = _read_sequence(BitReader(body))
        elif obu_type in _FRAME_HEADERS:
            if sequence is None:
                raise ValueError("a frame before its sequence header")
            has_own_size = _names_own_size(BitReader(body), sequence)
            yield sequence.size_limit if has_own_size else sequence.size
    raise ValueError("too many parts")


def _read_leb128(stream: bytes, at: int) -> tuple[int, int]:
    """A number of 7 bits a byte, lowest first, and where it ends."""
    number = 0
    for place in range(8):
        byte = stream[at + place : at + place + 1]
        if not byte:
            break
        number |= (byte[0] & 127) << 7 * place
        if byte[0] < 128:
            return number, at + place + 1
    raise ValueError("a number without end")


def _read_sequence(bits: BitReader) -> _Sequence:
    _profile, _still, is_reduced = bits.read(3), bits.read(1), bits.read(1)
    time_bits = 0
    if is_reduced:
        bits.read(5)
    else:
        time_bits = _skip_operating_points(bits)
    width_bits, height_bits = bits.read(4) + 1, bits.read(4) + 1
    size = bits.read(width_bits) + 1, bits.read(height_bits) + 1
    limit = 1 << width_bits, 1 << height_bits
    if is_reduced:
        return _Sequence(size, limit, True, 0, _CHOSEN_BY_FRAME, _CHOSEN_BY_FRAME, 0)
    frame_id_bits = bits.read(4) + bits.read(3) + 3 if bits.read(1) else 0
    bits.read(3 + 4)  # block size and intra tools, then inter tools
    has_order_hint = bits.read(1)
    bits.read(2 * has_order_hint)
    screen_content = _CHOSEN_BY_FRAME if bits.read(1) else bits.read(1)
    integer_mv = _CHOSEN_BY_FRAME
    if screen_content and not bits.read(1):
        integer_mv = bits.read(1)
    return _Sequence(size, limit, False, time_bits, screen_content, integer_mv, frame_id_bits)


def _skip_operating_points(bits: BitReader) -> int:
    """Skip timing and operating points. Returns the width of a frame's presentation time."""
    delay_bits = time_bits = 0
    if bits.read(1):  # timing info
        bits.read(64)
        has_equal_intervals = bits.read(1)
        if has_equal_intervals:
            zeros = 0
            while not bits.read(1):
                zeros += 1
            bits.read(zeros)
        if bits.read(1):  # decoder model
            delay_bits = bits.read(5) + 1
            bits.read(32 + 5)
            time_bits = 0 if has_equal_intervals else bits.read(5) + 1
            if has_equal_intervals:
                bits.read(5)
    has_display_delay = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read(1)
        if delay_bits:
            bits.skip_if_set(2 * delay_bits + 1)
        if has_display_delay:
            bits.skip_if_set(4)
    return time_bits


def _names_own_size(bits: BitReader, sequence: _Sequence) -> bool:
    if sequence.is_still or bits.read(1):  # the second: an earlier frame is shown again
        return False
    frame_type, is_shown = bits.read(2), bits.read(1)
    bits.read(sequence.time_bits if is_shown else 1)
    if frame_type != _SWITCH_FRAME and not (frame_type == _KEY_FRAME and is_shown):
        bits.read(1)
    bits.read(1)
    has_screen_content = sequence.screen_content
    if has_screen_content == _CHOSEN_BY_FRAME:
        has_screen_content = bits.read(1)
    if has_screen_content and sequence.integer_mv == _CHOSEN_BY_FRAME:
        bits.read(1)
    bits.read(sequence.frame_id_bits)
    return frame_type == _SWITCH_FRAME or bool(bits.read(1))
