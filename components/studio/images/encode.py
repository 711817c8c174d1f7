"""Encodes images as kie.ai accepts them: JPEG or PNG, without metadata, at most 20 MB."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from PIL import Image

MAX_OUTPUT_BYTES: Final = 20_000_000
"""The upstream limit is "20 MB" (docs/kie-api.md, Create). The smaller meaning is taken."""

_JPEG_QUALITIES: Final = (95, 88, 80)
_SCALE_STEP: Final = 0.8  # of each side, about a third fewer bytes


@dataclass(frozen=True)
class EncodedImage:
    """An encoded image. `notes` are sentences on what was given up to make it fit."""

    data: bytes
    format: Literal["jpeg", "png"]
    width_px: int
    height_px: int
    notes: tuple[str, ...]


def encode(image: Image.Image, *, lossless: bool) -> EncodedImage:
    """Encode an RGB or RGBA image in at most MAX_OUTPUT_BYTES.

    RGBA becomes PNG. RGB becomes PNG if `lossless` and it fits, else JPEG in 4:4:4. To fit, JPEG
    quality is reduced first and size last.
    """
    notes: list[str] = []
    original = image.size
    if lossless or image.mode == "RGBA":
        data = _encode_png(image)
        while image.mode == "RGBA" and len(data) > MAX_OUTPUT_BYTES:
            image = _scale_down(image)
            data = _encode_png(image)
        if len(data) <= MAX_OUTPUT_BYTES:
            return EncodedImage(data, "png", *image.size, _scale_notes(original, image.size))
        notes.append("Saved as JPEG, as a PNG would be over 20 MB.")
    while True:
        for quality in _JPEG_QUALITIES:
            data = encode_jpeg(image, quality=quality, subsampling=0)
            if len(data) <= MAX_OUTPUT_BYTES:
                notes.extend(_scale_notes(original, image.size))
                return EncodedImage(data, "jpeg", *image.size, tuple(notes))
        image = _scale_down(image)


def encode_jpeg(image: Image.Image, *, quality: int, subsampling: int) -> bytes:
    """Encode an RGB image as JPEG. `subsampling` is 0 for 4:4:4 and 2 for 4:2:0."""
    out = BytesIO()
    _clear_metadata(image).save(out, "JPEG", quality=quality, subsampling=subsampling)
    return out.getvalue()


def _encode_png(image: Image.Image) -> bytes:
    out = BytesIO()
    _clear_metadata(image).save(out, "PNG")
    return out.getvalue()


def _clear_metadata(image: Image.Image) -> Image.Image:
    """Empty `info`: Pillow writes profile and comment from there."""
    image.info.clear()
    return image


def _scale_down(image: Image.Image) -> Image.Image:
    width, height = (max(1, int(side * _SCALE_STEP)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _scale_notes(before: tuple[int, int], after: tuple[int, int]) -> tuple[str, ...]:
    if before == after:
        return ()
    return (f"Scaled down to {after[0]}×{after[1]} to stay under 20 MB.",)
