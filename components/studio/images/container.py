"""What the intake knows of a picture file before any of its pixels is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from components.studio.images.file_type import FileType

MAX_PROFILE_BYTES: Final = 4 * 1024 * 1024  # the largest press profiles are near 3 MB
MAX_PARTS: Final = 50_000  # a real 20 MB file has some thousand chunks or segments


@dataclass(frozen=True)
class ExifSummary:
    """The facts that matter in EXIF data."""

    present: bool = False
    orientation: int = 1
    has_location: bool = False


NO_EXIF: Final = ExifSummary()


@dataclass(frozen=True)
class ImageContainer:
    """A picture file taken apart.

    `pixels` is a file of the same kind with only the parts that make pixels, so that a decoder
    never sees camera data, comments, thumbnails or packed text. Sizes are as stored, before
    the camera's orientation. `icc_profile` is an ICC profile, not yet checked.
    """

    file_type: FileType
    pixels: bytes
    width_px: int
    height_px: int
    exif: ExifSummary = NO_EXIF
    icc_profile: bytes | None = None
    hidden_text: bool = False
    animated: bool = False
    lossless: bool = False
    scans: int = 1


_ORIENTATION_TAG: Final = 0x0112
_GPS_TAG: Final = 0x8825


def summarize_exif(exif: bytes | None) -> ExifSummary:
    """Read orientation (1 to 8) and the presence of GPS data from EXIF bytes.

    Takes the bytes with or without their `Exif` prefix. Anything unreadable counts as absent,
    as in browsers. Done here and not by Pillow, which warns about odd EXIF data (13.0).
    """
    if exif is None:
        return NO_EXIF
    body = exif.removeprefix(b"Exif\x00\x00")
    if body[:4] == b"II*\x00":
        order: Literal["little", "big"] = "little"
    elif body[:4] == b"MM\x00*":
        order = "big"
    else:
        return ExifSummary(present=True)

    def number(at: int, size: int) -> int:
        return int.from_bytes(body[at : at + size], order)

    directory = number(4, 4)
    orientation, has_location = 1, False
    for index in range(min(number(directory, 2), 512)):
        entry = directory + 2 + 12 * index
        if entry + 12 > len(body):
            break
        tag = number(entry, 2)
        if tag == _ORIENTATION_TAG and number(entry + 2, 2) == 3:
            orientation = number(entry + 8, 2)
        elif tag == _GPS_TAG:
            has_location = True
    return ExifSummary(True, orientation if 1 <= orientation <= 8 else 1, has_location)
