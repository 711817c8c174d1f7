"""A small EXIF block with the prompt, for programs that read no XMP (CIPA DC-008)."""

from __future__ import annotations

import struct
from typing import Final

_PREFIX: Final = b"Exif\x00\x00"
_TIFF: Final = b"MM\x00*\x00\x00\x00\x08"  # big-endian; the first directory follows at 8
_ASCII, _LONG, _UNDEFINED = 2, 4, 7
_DESCRIPTION, _SOFTWARE, _EXIF_DIRECTORY = 0x010E, 0x0131, 0x8769
_VERSION, _COMMENT = 0x9000, 0x9286
_SOFTWARE_AT: Final = 8 + 2 + 3 * 12 + 4  # behind the first directory and its three entries
_OURS: Final = b"Kontext Studio "


def build_exif(*, description: str, software: str) -> bytes:
    """An EXIF block, with its prefix: ImageDescription (UTF-8), Software and UserComment (UTF-16).

    At most 45 kB for a prompt of 5,000 characters.
    """
    name = _padded(software.encode("ascii", "replace") + b"\x00")
    words = description.encode() + b"\x00"
    comment = b"UNICODE\x00" + description.encode("utf-16-be")
    inner_at = _SOFTWARE_AT + len(name)
    words_at = inner_at + 2 + 2 * 12 + 4
    comment_at = words_at + len(_padded(words))
    return b"".join(
        (
            _PREFIX,
            _TIFF,
            _directory(
                (_DESCRIPTION, _ASCII, len(words), words_at),
                (_SOFTWARE, _ASCII, len(software) + 1, _SOFTWARE_AT),
                (_EXIF_DIRECTORY, _LONG, 1, inner_at),
            ),
            name,
            _directory(
                (_VERSION, _UNDEFINED, 4, int.from_bytes(b"0232", "big")),
                (_COMMENT, _UNDEFINED, len(comment), comment_at),
            ),
            _padded(words),
            comment,
        )
    )


def written_by_us(body: bytes) -> bool:
    """Whether this block is one that `block` wrote: nothing of a camera's would be lost with it."""
    start = len(_PREFIX)
    entries = struct.pack(">H", 3) + struct.pack(">HH", _DESCRIPTION, _ASCII)
    head = _PREFIX + _TIFF + entries
    return body.startswith(head) and body.startswith(_OURS, start + _SOFTWARE_AT)


def _directory(*entries: tuple[int, int, int, int]) -> bytes:
    """A directory that no other follows; each entry is tag, type, count, and value or offset."""
    packed = b"".join(struct.pack(">HHII", *entry) for entry in entries)
    return struct.pack(">H", len(entries)) + packed + bytes(4)


def _padded(value: bytes) -> bytes:
    return value + bytes(len(value) % 2)
