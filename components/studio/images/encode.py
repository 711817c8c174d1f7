"""Writes a picture in a form that the service takes: JPEG or PNG, without metadata."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from PIL import Image

SEND_BYTES: Final = 20_000_000
"""The upstream's limit is "20 MB" (contract.md §2), read here as the smaller of its meanings."""

_JPEG_QUALITIES: Final = (95, 88, 80)
_SHRINK: Final = 0.8  # of each side, about a third fewer bytes


@dataclass(frozen=True)
class Written:
    """An encoded picture. `notes` say in words what was given up to make it fit."""

    data: bytes
    format: Literal["jpeg", "png"]
    width_px: int
    height_px: int
    notes: tuple[str, ...]


def encode(image: Image.Image, *, lossless: bool) -> Written:
    """Encode an RGB or RGBA picture in at most SEND_BYTES.

    RGBA stays PNG. RGB is PNG if `lossless` and it fits, else JPEG in 4:4:4. What does not fit
    loses quality first and size last.
    """
    notes: list[str] = []
    original = image.size
    if lossless or image.mode == "RGBA":
        data = _write_png(image)
        while image.mode == "RGBA" and len(data) > SEND_BYTES:
            image = _smaller(image)
            data = _write_png(image)
        if len(data) <= SEND_BYTES:
            return Written(data, "png", *image.size, _shrunk(original, image.size))
        notes.append("Saved as JPEG, as a PNG would be over 20 MB.")
    while True:
        for quality in _JPEG_QUALITIES:
            data = write_jpeg(image, quality=quality, subsampling=0)
            if len(data) <= SEND_BYTES:
                notes.extend(_shrunk(original, image.size))
                return Written(data, "jpeg", *image.size, tuple(notes))
        image = _smaller(image)


def write_jpeg(image: Image.Image, *, quality: int, subsampling: int) -> bytes:
    """Bytes of an RGB picture as JPEG; `subsampling` is 0 for 4:4:4 and 2 for 4:2:0."""
    out = BytesIO()
    _bare(image).save(out, "JPEG", quality=quality, subsampling=subsampling)
    return out.getvalue()


def _write_png(image: Image.Image) -> bytes:
    out = BytesIO()
    _bare(image).save(out, "PNG")
    return out.getvalue()


def _bare(image: Image.Image) -> Image.Image:
    """The same picture with `info` emptied: Pillow writes profile and comment from there."""
    image.info.clear()
    return image


def _smaller(image: Image.Image) -> Image.Image:
    width, height = (max(1, int(side * _SHRINK)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _shrunk(before: tuple[int, int], after: tuple[int, int]) -> tuple[str, ...]:
    if before == after:
        return ()
    return (f"Scaled down to {after[0]}×{after[1]} to stay under 20 MB.",)
