"""Takes the first picture out of a GIF file without decoding it (GIF89a specification)."""

from __future__ import annotations

import struct
from typing import Final

from components.studio.images.container import ImageContainer
from components.studio.images.errors import damaged_error, truncated_error
from components.studio.images.file_type import FileType

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL, _COMMENT = 0xF9, 0xFE
_XMP: Final = b"\x21\xff\x0bXMP DataXMP"
_MAX_BLOCKS: Final = 400_000  # 20 MB in blocks of 255 bytes is 82,000


class _Reader:
    """Walks through the blocks of one file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self._blocks_left = _MAX_BLOCKS

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) < count:
            raise truncated_error(FileType.GIF)
        self.at += count
        return taken

    def pass_blocks(self) -> None:
        """Move behind a run of data blocks and its empty last one."""
        while size := self.take(1)[0]:
            self.take(size)
            self._blocks_left -= 1
            if not self._blocks_left:
                raise damaged_error(FileType.GIF)


def parse_gif(data: bytes) -> ImageContainer:
    """Keep the screen, its palette and the first frame; drop comments and all later frames.

    The size is that of the screen, grown to hold the whole first frame. Raises
    InvalidImageError for a file that is cut or holds no frame.
    """
    reader = _Reader(data)
    reader.take(6)
    width, height, flags, background, aspect = struct.unpack("<HHBBB", reader.take(7))
    palette = reader.take(3 << ((flags & 7) + 1)) if flags & 0x80 else b""
    control, hidden_text = b"", False
    frame: bytes | None = None
    while frame is None:
        marker = reader.take(1)[0]
        if marker == _EXTENSION:
            start = reader.at - 1
            label = reader.take(1)[0]
            reader.pass_blocks()
            if label == _GRAPHIC_CONTROL:
                control = data[start : reader.at]
            hidden_text = hidden_text or label == _COMMENT or data.startswith(_XMP, start)
        elif marker == _IMAGE:
            start = reader.at - 1
            left, top, wide, high, frame_flags = struct.unpack("<HHHHB", reader.take(9))
            if frame_flags & 0x80:
                reader.take(3 << ((frame_flags & 7) + 1))
            reader.take(1)
            reader.pass_blocks()
            frame = data[start : reader.at]
        else:
            raise damaged_error(FileType.GIF)
    width, height = max(width, left + wide), max(height, top + high)
    if not wide or not high or max(width, height) > 0xFFFF:
        raise damaged_error(FileType.GIF)
    screen = struct.pack("<HHBBB", width, height, flags, background, aspect)
    return ImageContainer(
        file_type=FileType.GIF,
        pixels=b"GIF89a" + screen + palette + control + frame + bytes([_TRAILER]),
        width_px=width,
        height_px=height,
        hidden_text=hidden_text,
        animated=_has_another_frame(reader),
        lossless=True,
    )


def _has_another_frame(reader: _Reader) -> bool:
    """Whether a frame follows. A GIF cut after its first frame is still a whole still picture."""
    while reader.at < len(reader.data):
        marker = reader.take(1)[0]
        if marker != _EXTENSION or reader.at >= len(reader.data):
            return marker == _IMAGE
        reader.take(1)
        reader.pass_blocks()
    return False
