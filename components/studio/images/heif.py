"""Takes a HEIC or AVIF file apart as far as can be done without decoding it (ISO/IEC 23008-12)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

import pillow_heif
from PIL import features
from PIL.AvifImagePlugin import AvifImageFile

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
from components.studio.images.icc import icc_profile_from_cicp

_META: Final = b"meta"
_NUMBERED: Final = re.compile(rb"\x00\x00\x00\x13colrnclx(....)", re.DOTALL)
_UNTOLD: Final = b"\x00\x02\x00\x02"  # "unspecified" for both


def parse_heic(data: bytes) -> ImageContainer:
    """Ask libheif for size, profile and EXIF. libheif turns the picture upright by itself.

    Raises InvalidImageError for a file that is cut or cannot be understood.
    """
    _check_whole(data, FileType.HEIC)
    try:
        heif = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
        info = dict(heif.info)
        width, height = heif.size
    except Exception as error:
        raise damaged_error(FileType.HEIC) from error
    return ImageContainer(
        file_type=FileType.HEIC,
        pixels=data,
        width_px=width,
        height_px=height,
        exif=replace(summarize_exif(info.get("exif")), orientation=1),
        icc_profile=_profile(info) or _told_profile(data),
        hidden_text=bool(info.get("xmp")),
    )


def parse_avif(data: bytes) -> ImageContainer:
    """Ask libavif for size, profile and turn, with the file's EXIF data hidden from it.

    Raises InvalidImageError for a file that is cut or cannot be understood, or where this
    installation's Pillow was built without AVIF.
    """
    if not features.check("avif"):
        raise InvalidImageError(
            ImageErrorCode.UNSUPPORTED,
            "This is an AVIF, which this installation cannot read. "
            "Save it as PNG or JPEG and try again.",
        )
    _check_whole(data, FileType.AVIF)
    pixels = _hide_exif(data)
    try:
        with AvifImageFile(BytesIO(pixels)) as image:
            info, (width, height) = dict(image.info), image.size
            frames: int = image.n_frames
    except Exception as error:
        raise damaged_error(FileType.AVIF) from error
    return ImageContainer(
        file_type=FileType.AVIF,
        pixels=pixels,
        width_px=width,
        height_px=height,
        # Pillow writes the container's own turn and mirror into `info` as EXIF.
        exif=replace(summarize_exif(info.get("exif")), present=pixels != data),
        icc_profile=_profile(info) or _told_profile(data),
        hidden_text=bool(info.get("xmp")),
        animated=frames > 1,
    )


def _profile(info: Mapping[Any, Any]) -> bytes | None:
    profile = info.get("icc_profile")
    return profile if profile and len(profile) <= MAX_PROFILE_BYTES else None


def _told_profile(data: bytes) -> bytes | None:
    """The profile for the colours that `colr` boxes tell in numbers, if all tell the same."""
    for name, start, end in _boxes(data):
        if name == _META:
            told = {match[1] for match in _NUMBERED.finditer(data, start, end)} - {_UNTOLD}
            if len(told) == 1:
                primaries, transfer = struct.unpack(">HH", told.pop())
                return icc_profile_from_cicp(primaries, transfer)
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each outermost box. An end may lie behind the end of the data."""
    at = 0
    for _ in range(MAX_PARTS):
        if at + 8 > len(data):
            return
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        elif size == 0:
            size = len(data) - at
        if size < 8:
            return
        yield name, at, at + size
        at += size


def _check_whole(data: bytes, file_type: FileType) -> None:
    if any(end > len(data) for _, _, end in _boxes(data)):
        raise truncated_error(file_type)


def _hide_exif(data: bytes) -> bytes:
    """Rename the EXIF item: Pillow 13.0 parses it on opening and warns where it is odd."""
    for name, start, end in _boxes(data):
        if name == _META:
            return data[:start] + data[start:end].replace(b"Exif", b"skip") + data[end:]
    return data
