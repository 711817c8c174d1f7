"""Takes a PNG file apart without decoding it (W3C PNG, third edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from components.studio.images.container import (
    MAX_PARTS,
    MAX_PROFILE_BYTES,
    ImageContainer,
    summarize_exif,
)
from components.studio.images.errors import damaged_error, truncated_error
from components.studio.images.file_type import FileType
from components.studio.images.icc import SRGB, icc_profile_from_cicp, icc_profile_from_gamma

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_MAKES_PIXELS: Final = frozenset({b"IHDR", b"IDAT", b"IEND"})
_GREY, _RGB, _PALETTE, _RGBA = 0, 2, 3, 6  # colour types
_KEYED: Final = frozenset({_GREY, _RGB, _PALETTE})  # where tRNS says what is see-through
_TEXT: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_COLOURS: Final = frozenset({b"cICP", b"sRGB", b"gAMA", b"cHRM"})
_UNPACK_BYTES: Final = 16 * 1024  # become 16 MB at most


def iter_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk up to IEND. Raises InvalidImageError."""
    at = len(_SIGNATURE)
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
    """The bytes of one chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def parse_png(data: bytes) -> ImageContainer:
    """Keep the chunks that make the still picture; set EXIF and ICC aside; drop all else.

    Compressed text is never unpacked, a profile only up to its byte limit. Raises
    InvalidImageError for a file that is cut or out of order.
    """
    kept = [_SIGNATURE]
    size: tuple[int, int] | None = None
    exif: bytes | None = None
    profile: bytes | None = None
    colours: dict[bytes, bytes] = {}
    hidden_text = animated = has_pixels = False
    depth = colour_type = 0
    for name, start, end in iter_chunks(data):
        body = data[start + 8 : end - 4]
        if (name == b"IHDR") != (size is None):
            raise damaged_error(FileType.PNG)
        if name == b"IHDR":
            if len(body) != 13:
                raise damaged_error(FileType.PNG)
            size = struct.unpack_from(">II", body)
            depth, colour_type = body[8], body[9]
        if name == b"tRNS" and colour_type in _KEYED:
            kept.append(build_chunk(name, _key_as_decoded(body, depth, colour_type)))
        elif name in _MAKES_PIXELS or (name == b"PLTE" and colour_type == _PALETTE):
            kept.append(data[start:end])
        elif name == b"eXIf":
            exif = body
        elif name == b"iCCP":
            profile = _unpack_profile(body)
        elif name in _COLOURS:
            colours[name] = body
        hidden_text = hidden_text or name in _TEXT
        animated = animated or name == b"acTL"
        has_pixels = has_pixels or name == b"IDAT"
    if size is None or not all(size) or not has_pixels:
        raise damaged_error(FileType.PNG)
    return ImageContainer(
        file_type=FileType.PNG,
        pixels=b"".join(kept),
        width_px=size[0],
        height_px=size[1],
        exif=summarize_exif(exif),
        icc_profile=_profile(profile, colours) if colour_type & _RGB else profile,
        hidden_text=hidden_text,
        animated=animated,
        lossless=True,
    )


def has_no_trailing_data(pixels: bytes) -> bool:
    """Whether nothing is hidden behind the last row of an 8-bit, not interlaced RGB(A) PNG.

    `pixels` is an container's. Decoders stop at the last row, so anything might follow it.
    """
    width, height, depth, colour_type, _, _, lace = struct.unpack_from(">IIBBBBB", pixels, 16)
    channels = {_RGB: 3, _RGBA: 4}.get(colour_type)
    if depth != 8 or lace or channels is None:
        return False
    bytes_left = height * (1 + width * channels)
    unpacker = zlib.decompressobj()
    for name, start, end in iter_chunks(pixels):
        if name != b"IDAT":
            continue
        for at in range(start + 8, end - 4, _UNPACK_BYTES):
            packed = pixels[at : min(at + _UNPACK_BYTES, end - 4)]
            try:
                bytes_left -= len(unpacker.decompress(packed))
            except zlib.error:  # behind the last row, for the rows were decoded before
                return False
            if bytes_left < 0 or unpacker.unused_data:
                return False
    return unpacker.eof and not bytes_left


def _key_as_decoded(body: bytes, depth: int, colour_type: int) -> bytes:
    """The see-through colour of a tRNS chunk in the levels that Pillow's pixels will have.

    Pillow 13.0 compares the file's level (of 2, 4 or 16 bits) with the decoded one (of 8).
    """
    if colour_type == _GREY and depth in {2, 4} and len(body) == 2:
        level = int.from_bytes(body, "big") * 255 // ((1 << depth) - 1)
        return (level & 0xFFFF).to_bytes(2, "big")
    if colour_type == _RGB and depth == 16 and len(body) == 6:
        return bytes(level for high in body[::2] for level in (0, high))
    return body


def _profile(embedded: bytes | None, colours: Mapping[bytes, bytes]) -> bytes | None:
    """The profile that wins, by the standard's order: cICP, iCCP, sRGB, gAMA with cHRM."""
    code, gamma, points = (colours.get(name, b"") for name in (b"cICP", b"gAMA", b"cHRM"))
    if len(code) == 4:
        return icc_profile_from_cicp(code[0], code[1])
    if embedded is not None or b"sRGB" in colours or len(gamma) != 4:
        return embedded
    primaries = SRGB
    if len(points) == 32:
        white, *rest = ((x / 1e5, y / 1e5) for x, y in struct.iter_unpack(">II", points))
        primaries = (rest[0], rest[1], rest[2], white)
    return icc_profile_from_gamma(primaries, 1e5 / max(1, int.from_bytes(gamma, "big")))


def _unpack_profile(body: bytes) -> bytes | None:
    """The ICC profile of an iCCP chunk, or None if it is broken or larger than any real one."""
    _name, _, packed = body.partition(b"\x00")
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if profile and unpacker.eof else None
