"""Takes the first picture out of a WebP file without decoding it (RFC 9649)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from components.studio.images.container import (
    MAX_PARTS,
    MAX_PROFILE_BYTES,
    ImageContainer,
    summarize_exif,
)
from components.studio.images.errors import damaged_error, truncated_error
from components.studio.images.file_type import FileType

_ANIMATION_FLAG: Final = 0x02
_ALPHA_FLAG: Final = 0x10
_FRAME_HEADER_BYTES: Final = 16
_IMAGE_CHUNKS: Final = frozenset({b"VP8 ", b"VP8L", b"ALPH"})


@dataclass(frozen=True)
class _Chunk:
    name: bytes
    body: bytes

    def packed(self) -> bytes:
        return (
            struct.pack("<4sI", self.name, len(self.body))
            + self.body
            + b"\0" * (len(self.body) % 2)
        )


def parse_webp(data: bytes) -> ImageContainer:
    """Rebuild a WebP of the first frame alone; set EXIF and ICC aside; drop all else.

    A first frame that leaves a part of its animation's canvas empty keeps its place there. Raises
    InvalidImageError for a file that is cut or holds no frame.
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise truncated_error(FileType.WEBP)
    parts: list[_Chunk] = []
    exif: bytes | None = None
    profile: bytes | None = None
    hidden_text = False
    frames = 0
    place = b""
    canvas: tuple[int, int] | None = None
    for chunk in _chunks(data[12:end]):
        if chunk.name == b"ANMF":
            frames += 1
            if frames == 1:
                place = chunk.body[:_FRAME_HEADER_BYTES]
                parts = list(_chunks(chunk.body[_FRAME_HEADER_BYTES:]))
        elif chunk.name in _IMAGE_CHUNKS and not frames:
            parts.append(chunk)
        elif chunk.name == b"VP8X" and len(chunk.body) >= 10:
            canvas = _number(chunk.body[4:7]) + 1, _number(chunk.body[7:10]) + 1
        elif chunk.name == b"EXIF":
            exif = chunk.body
        elif chunk.name == b"ICCP":
            profile = chunk.body if 0 < len(chunk.body) <= MAX_PROFILE_BYTES else None
        elif chunk.name == b"XMP ":
            hidden_text = True
    picture = next((part for part in parts if part.name in {b"VP8 ", b"VP8L"}), None)
    if picture is None:
        raise damaged_error(FileType.WEBP)
    width, height = _size(picture)
    alpha = next((part for part in parts if part.name == b"ALPH"), None)
    still = picture.packed()
    if alpha is not None and picture.name == b"VP8 ":
        still = alpha.packed() + still
    else:
        alpha = None
    if frames and canvas is not None and canvas != (width, height):
        width, height = canvas
        head = _extended(_ANIMATION_FLAG | _ALPHA_FLAG, canvas) + _Chunk(b"ANIM", bytes(6)).packed()
        still = head + _Chunk(b"ANMF", place + still).packed()
    elif alpha is not None:
        still = _extended(_ALPHA_FLAG, (width, height)) + still
    return ImageContainer(
        file_type=FileType.WEBP,
        pixels=b"RIFF" + struct.pack("<I", 4 + len(still)) + b"WEBP" + still,
        width_px=width,
        height_px=height,
        exif=summarize_exif(exif),
        icc_profile=profile,
        hidden_text=hidden_text,
        animated=frames > 1,
        lossless=picture.name == b"VP8L",
    )


def _extended(flags: int, canvas: tuple[int, int]) -> bytes:
    sides = (((side - 1) & 0xFFFFFF).to_bytes(3, "little") for side in canvas)
    return _Chunk(b"VP8X", struct.pack("<I", flags) + b"".join(sides)).packed()


def _number(body: bytes) -> int:
    return int.from_bytes(body, "little")


def _chunks(body: bytes) -> Iterator[_Chunk]:
    at = 0
    for _ in range(MAX_PARTS):
        if at + 8 > len(body):
            return
        name, size = struct.unpack_from("<4sI", body, at)
        if at + 8 + size > len(body):
            raise truncated_error(FileType.WEBP)
        yield _Chunk(name, body[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    raise damaged_error(FileType.WEBP)


def _size(picture: _Chunk) -> tuple[int, int]:
    """Width and height from the bit stream itself."""
    body = picture.body
    if picture.name == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if picture.name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        width, height = struct.unpack_from("<HH", body, 6)
        if width & 0x3FFF and height & 0x3FFF:
            return width & 0x3FFF, height & 0x3FFF
    raise damaged_error(FileType.WEBP)
