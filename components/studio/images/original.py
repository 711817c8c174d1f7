"""Keeps the file that somebody brought: without location, camera data, text and other metadata.

Its encoded pixels, frames, orientation and color profile stay as they are. Only parts that are
known to show the picture are copied. A file that is built in another way is not kept. Bytes
hidden among the pixels can stay: an original is shown to its owner and never sent.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from components.studio.images.decode import MAX_GIF_BLOCKS, parse_container
from components.studio.images.file_type import FileType, InvalidImageError
from components.studio.images.heif import (
    FULL_BOX_HEAD,
    BitReader,
    iter_boxes,
    read_item_locations,
)
from components.studio.images.strip_metadata import (
    APP0,
    APP1,
    APP2,
    EXIF_PREFIX,
    MAX_PARTS,
    PROFILE_PREFIX,
    ExifSummary,
    ImageContainer,
    build_chunk,
    build_segment,
    inflate_profile,
    iter_chunks,
    iter_segments,
)


@dataclass(frozen=True)
class OriginalImage:
    """The file as it was brought, without metadata; its pixels and color profile are untouched.

    `format` is a file type in lower case, such as "heic". The size is as displayed, upright.
    """

    data: bytes
    format: str
    width_px: int
    height_px: int
    has_transparency: bool


def keep_original(
    data: bytes, container: ImageContainer, *, has_transparency: bool
) -> OriginalImage | None:
    """The original without metadata, or None if that cannot be made with certainty.

    `container` is what `data` was parsed to.
    """
    try:
        stripped = _STRIPPERS[container.file_type](data, container)
        left = parse_container(stripped)
    except (InvalidImageError, IndexError, ValueError, struct.error):
        return None
    if _description(left) != replace(
        _description(container),
        exif=ExifSummary(orientation=container.exif.orientation),
        has_text=False,
    ):
        return None
    width, height = container.width_px, container.height_px
    if container.exif.orientation >= 5:
        width, height = height, width
    return OriginalImage(
        stripped, container.file_type.lower(), width, height, has_transparency=has_transparency
    )


def _description(container: ImageContainer) -> ImageContainer:
    """All that is known of a file except where its pixels lie."""
    return replace(container, pixels=b"", scan_ends=())


def _exif(orientation: int) -> bytes:
    """EXIF with nothing but the orientation (CIPA DC-008)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"MM\x00*\x00\x00\x00\x08" + struct.pack(">H", 1) + entry + bytes(4)


# --- JPEG (ITU-T T.81, annex B) and PNG (W3C PNG, third edition) ---

_MAX_PROFILE_PART_BYTES: Final = 65_000

_PIXEL_CHUNKS: Final = frozenset({b"IDAT", b"fdAT"})
_MAX_CHUNK_BYTES: Final[Mapping[bytes, int]] = MappingProxyType(
    {
        **{b"IHDR": 13, b"PLTE": 768, b"tRNS": 256, b"IEND": 0},
        **{b"acTL": 8, b"fcTL": 26},  # animation
        **{b"cICP": 4, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32, b"mDCV": 24, b"cLLI": 8},  # colors
    }
)


def _strip_jpeg(_data: bytes, container: ImageContainer) -> bytes:
    """The pixels have lost everything else; orientation and profile are put back."""
    pixels, profile = container.pixels, container.icc_profile or b""
    parts = [
        profile[at : at + _MAX_PROFILE_PART_BYTES]
        for at in range(0, len(profile), _MAX_PROFILE_PART_BYTES)
    ]
    segments = [
        build_segment(APP2, PROFILE_PREFIX + bytes((number, len(parts))) + part)
        for number, part in enumerate(parts, 1)
    ]
    if container.exif.orientation != 1:
        segments.insert(0, build_segment(APP1, EXIF_PREFIX + _exif(container.exif.orientation)))
    first = next(iter_segments(pixels))
    at = first.end if first.code == APP0 else first.at
    return b"".join((pixels[:at], *segments, memoryview(pixels)[at:]))


def _strip_png(data: bytes, container: ImageContainer) -> bytes:
    kept: list[bytes | memoryview] = [data[:8]]
    for name, start, end in iter_chunks(data):
        if name == b"iCCP":
            profile = inflate_profile(data[start + 8 : end - 4])
            if profile is not None:
                kept.append(build_chunk(name, b"ICC\x00\x00" + zlib.compress(profile)))
        elif name in _PIXEL_CHUNKS or end - start - 12 <= _MAX_CHUNK_BYTES.get(name, -1):
            kept.append(memoryview(data)[start:end])
        if name == b"IHDR" and container.exif.orientation != 1:
            kept.append(build_chunk(b"eXIf", _exif(container.exif.orientation)))
    return b"".join(kept)


# --- WebP (RFC 9649) and GIF (GIF89a) ---

_FRAME_CHUNKS: Final = frozenset({b"ALPH", b"VP8 ", b"VP8L"})
_WEBP_CHUNKS: Final = _FRAME_CHUNKS | {b"ICCP", b"ANIM"}
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
_FRAME_HEAD_BYTES: Final = 16
_CANVAS_BYTES: Final = 10


def _strip_webp(data: bytes, container: ImageContainer) -> bytes:
    orientation = container.exif.orientation
    kept = []
    for name, body in _iter_riff(data, 12, 8 + int.from_bytes(data[4:8], "little")):
        if name == b"VP8X":
            flags = body[0] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if orientation != 1 else 0)
            kept.append(_riff(name, bytes((flags,)) + body[1:_CANVAS_BYTES]))
        elif name == b"ANMF":
            frame = _iter_riff(body, _FRAME_HEAD_BYTES, len(body))
            parts = [_riff(*part) for part in frame if part[0] in _FRAME_CHUNKS]
            kept.append(_riff(name, body[:_FRAME_HEAD_BYTES] + b"".join(parts)))
        elif name in _WEBP_CHUNKS:
            kept.append(_riff(name, body))
    if orientation != 1:
        kept.append(_riff(b"EXIF", _exif(orientation)))
    return _riff(b"RIFF", b"WEBP" + b"".join(kept))


def _iter_riff(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each chunk. Raises ValueError if there is more or less than chunks."""
    for _ in range(MAX_PARTS):
        if at == end:
            return
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            raise ValueError("a chunk that is cut")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at = min(at + 8 + size + size % 2, end)  # the last one may lack its padding
    raise ValueError("too many chunks")


def _riff(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


_GIF_HEAD_BYTES: Final = 13
_EXTENSION, _IMAGE, _END = b"!", b",", b";"
_CONTROL, _PLAIN_TEXT, _APPLICATION = 0xF9, 0x01, 0xFF
_CONTROL_BYTES: Final = 4
_LOOP: Final = b"\x0bNETSCAPE2.0\x03\x01"


def _strip_gif(data: bytes, _container: ImageContainer) -> bytes:
    """Raises IndexError for a file that is cut."""
    at = _GIF_HEAD_BYTES + _color_table_bytes(data[10])
    kept = [data[:at]]
    control = b""  # belongs to the next image or plain text
    blocks = iter(range(MAX_GIF_BLOCKS))
    while (kind := data[at : at + 1]) != _END:
        if kind == _IMAGE:
            end = _skip_blocks(data, at + 11 + _color_table_bytes(data[at + 9]), blocks)
            kept += [control, data[at:end]]
            control = b""
        elif kind == _EXTENSION:
            end = _skip_blocks(data, at + 2, blocks)
            body = data[at + 2 : end]
            if data[at + 1] == _CONTROL:
                if body[0] != _CONTROL_BYTES:
                    raise ValueError("a control block of another length")
                control = b"!\xf9" + body[: 1 + _CONTROL_BYTES] + b"\x00"
            elif data[at + 1] == _PLAIN_TEXT:
                control = b""
            elif data[at + 1] == _APPLICATION and body.startswith(_LOOP):
                kept.append(b"!\xff" + body[: len(_LOOP) + 2] + b"\x00")
        else:
            raise ValueError("neither an image nor an extension")
        at = end
    return b"".join((*kept, _END))


def _color_table_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _skip_blocks(data: bytes, at: int, blocks: Iterator[int]) -> int:
    """Where a row of blocks ends that begins at `at`."""
    for _ in blocks:
        if data[at] == 0:
            return at + 1
        at += 1 + data[at]
    raise ValueError("too many blocks")


# --- HEIC and AVIF (ISO/IEC 14496-12 and 23008-12) ---

_Rules = Mapping[bytes, tuple[int, "_Rules"]]
"""How many bytes of each box are kept, and which boxes follow inside."""

_ALL: Final = sys.maxsize
_PROPERTIES: Final[_Rules] = dict.fromkeys(
    (
        *(b"hvcC", b"lhvC", b"av1C", b"a1op", b"a1lx", b"lsel"),  # decoding
        *(b"ispe", b"pixi", b"pasp", b"clap", b"irot", b"imir", b"rloc", b"auxC"),  # showing
        *(b"colr", b"clli", b"mdcv", b"cclv", b"amve", b"ndwt", b"reve"),  # colors
    ),
    (_ALL, {}),
)
_META: Final[_Rules] = {
    b"hdlr": (24, {}),  # behind it stands a name
    b"iinf": (6, {b"infe": (12, {})}),  # version, flags, id, protection and type; then a name
    b"iprp": (0, {b"ipco": (0, _PROPERTIES), b"ipma": (_ALL, {})}),
    **dict.fromkeys((b"pitm", b"iloc", b"iref", b"grpl"), (_ALL, {})),
    b"idat": (0, {}),
}
_HEIF: Final[_Rules] = {b"ftyp": (_ALL, {}), b"meta": (FULL_BOX_HEAD, _META), b"mdat": (0, {})}
_REFUSED_BOXES: Final = frozenset({b"moov", b"ipro"})  # tracks of an animation, encryption
_MAX_MEDIA_BOXES: Final = 16
_PICTURE_ITEMS: Final = frozenset({b"hvc1", b"av01", b"grid", b"iden", b"iovl", b"tmap"})
_HIDDEN: Final = b"skip"  # a type that no reader knows
_METADATA_ITEMS: Final = frozenset({b"Exif", b"mime", b"uri ", _HIDDEN})
_Range = tuple[int, int]


def _strip_heif(data: bytes, _container: ImageContainer) -> bytes:
    """Everything keeps its place, as places stand in the file. What is not kept becomes zeros."""
    kept = bytearray(len(data))
    boxes: defaultdict[bytes, list[_Range]] = defaultdict(list)
    for name, body, end in _copy_boxes(data, kept, (0, len(data)), _HEIF):
        boxes[name].append((body, end))
    if len(boxes[b"meta"]) != 1 or len(boxes[b"idat"]) > 1:
        raise ValueError("several sets of items")
    types = _hide_metadata_items(data, kept, boxes)
    _copy_items(data, kept, boxes, types)
    end = max(end for name in _HEIF for _, end in boxes[name])
    return bytes(kept[:end])


def _copy_boxes(
    data: bytes, kept: bytearray, within: _Range, rules: _Rules
) -> Iterator[tuple[bytes, int, int]]:
    """Copy what the rules keep. Yields name, start of the body and end of each box they know.

    Other boxes become free space. Raises ValueError for anything but boxes.
    """
    at, whole_end = within
    for name, body, end in iter_boxes(data, at, whole_end):
        if end > whole_end or name in _REFUSED_BOXES:
            raise ValueError("a box that is cut or not understood")
        kept[at:body] = data[at:body]
        if name in rules:
            yield name, body, end
            size, inside = rules[name]
            inner = min(body + size, end)
            kept[body:inner] = data[body:inner]
            if inside:
                yield from _copy_boxes(data, kept, (inner, end), inside)
        elif rules is not _PROPERTIES:  # items name them by number, so these keep their names
            kept[at + 4 : at + 8] = b"free"
        at = end
    if at != whole_end:
        raise ValueError("bytes that are no box")


def _hide_metadata_items(
    data: bytes, kept: bytearray, boxes: Mapping[bytes, list[_Range]]
) -> dict[int, bytes]:
    """The type of each item. Readers will not know those of metadata."""
    [(start, _)] = boxes[b"iinf"]
    if data[start]:
        raise ValueError("numbers of 32 bits")
    types: dict[int, bytes] = {}
    for body, end in boxes[b"infe"]:
        version, number, item_type = struct.unpack(">B3xH2x4s", data[body : min(body + 12, end)])
        if version != 2 or number in types:
            raise ValueError("numbers of 32 bits, or twice the same")
        if item_type in _METADATA_ITEMS:
            kept[body + 8 : body + 12] = _HIDDEN
        elif item_type not in _PICTURE_ITEMS:
            raise ValueError("an item of unknown type")
        types[number] = item_type
    return types


def _copy_items(
    data: bytes,
    kept: bytearray,
    boxes: Mapping[bytes, list[_Range]],
    types: Mapping[int, bytes],
) -> None:
    """Copy the bytes of pictures. Raises ValueError if metadata lies among them."""
    media = [*boxes[b"mdat"], *boxes[b"idat"]]
    if len(media) > _MAX_MEDIA_BOXES:
        raise ValueError("too many boxes")
    [(start, end)] = boxes[b"iloc"]
    idat = boxes[b"idat"][0][0] if boxes[b"idat"] else 0
    metadata: list[_Range] = []
    bytes_left = len(data)
    for number, parts in read_item_locations(BitReader(data[start:end]), idat):
        for at, length in parts:
            bytes_left -= length
            if not length or bytes_left < 0:
                raise ValueError("items without length, or that overlap")
            if types.get(number) not in _PICTURE_ITEMS:
                metadata.append((at, at + length))
            elif any(body <= at and at + length <= body_end for body, body_end in media):
                kept[at : at + length] = data[at : at + length]
            else:
                raise ValueError("a picture outside the boxes for pictures")
    if any(kept[at:end].strip(b"\x00") for at, end in metadata):
        raise ValueError("metadata among the pixels")


_STRIPPERS: Final[Mapping[FileType, Callable[[bytes, ImageContainer], bytes]]] = MappingProxyType(
    {
        FileType.JPEG: _strip_jpeg,
        FileType.PNG: _strip_png,
        FileType.WEBP: _strip_webp,
        FileType.GIF: _strip_gif,
        FileType.HEIC: _strip_heif,
        FileType.AVIF: _strip_heif,
    }
)
