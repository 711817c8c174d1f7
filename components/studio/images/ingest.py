"""The one way in for pictures: uploads, links, pasted pictures and results of the service.

Whatever bytes arrive, callers get a clean picture or an UnusablePicture with a sentence for a
designer, and nothing else is ever raised. No other module opens pictures. Memory is bounded:
two pictures are decoded at a time, a heavy one alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image

from components.studio.images.color import plain, to_srgb
from components.studio.images.container import Envelope
from components.studio.images.decode import MAX_BYTES, decode, open_envelope
from components.studio.images.decode_limit import DecodingGate
from components.studio.images.encode import SEND_BYTES, encode, write_jpeg
from components.studio.images.errors import PictureFault, UnusablePicture, damaged
from components.studio.images.file_type import Kind
from components.studio.images.png import holds_only_pixels

__all__ = [
    "MAX_BYTES",
    "MAX_RATIO",
    "MIN_SIDE_PX",
    "SEND_PX",
    "Picture",
    "PictureFault",
    "ResultFacts",
    "UnusablePicture",
    "check_result",
    "take_in",
    "thumbnail",
]

SEND_PX: Final = 20_000_000
"""The upstream's limit of 20 megapixels (contract.md §2)."""

MIN_SIDE_PX: Final = 16
"""Below that there is nothing to edit. This app's choice: the service names no least size."""

MAX_RATIO: Final = 20
"""Long side over short side. The model's own sizes end at 2.34 (contract.md §8)."""

_HEAVY_PX: Final = 30_000_000
_NEUTRAL: Final = (128, 128, 128)  # behind a thumbnail's see-through parts, light or dark page
_GATE: Final = DecodingGate(slots=2, wait_seconds=30.0)

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Picture:
    """A clean picture: upright, sRGB, 8 bit, RGB or (PNG only) RGBA, no metadata.

    At most 20 megapixels and 20 MB. `notes` are short sentences that say what was changed.
    """

    data: bytes
    format: Literal["jpeg", "png"]
    width_px: int
    height_px: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ResultFacts:
    """What a result's bytes really are; `format` in lower case, sizes as shown, upright."""

    format: str
    width_px: int
    height_px: int


def take_in(data: bytes) -> Picture:
    """Make a clean picture of any bytes.

    A JPEG or PNG that needs no change keeps its pixels untouched. Raises UnusablePicture.
    """
    envelope = open_envelope(data)
    _check_shape(envelope)
    with _GATE.passage(heavy=_is_heavy(envelope)):
        try:
            return _clean(envelope)
        except (MemoryError, OSError, ValueError) as error:
            raise damaged(envelope.kind) from error


def check_result(data: bytes) -> ResultFacts:
    """Decode the whole of a picture that the service made, and say what it is.

    The bytes are for the caller to keep as they came. Raises UnusablePicture.
    """
    envelope = open_envelope(data)
    with _GATE.passage(heavy=_is_heavy(envelope)):
        width, height = decode(envelope).size
    if envelope.camera.orientation >= 5:
        width, height = height, width
    return ResultFacts(envelope.kind.lower(), width, height)


def thumbnail(data: bytes, *, side_px: int = 384) -> bytes:
    """A JPEG (RGB, quality 80) whose longer side is at most `side_px`. Raises UnusablePicture.

    See-through parts lie on a neutral grey. Measures: design.md §3.
    """
    envelope = open_envelope(data)
    with _GATE.passage(heavy=_is_heavy(envelope)):
        try:
            small = plain(decode(envelope, enough_px=(side_px, side_px)))
            small.thumbnail((side_px, side_px), Image.Resampling.BICUBIC, reducing_gap=2.0)
            small, _ = to_srgb(small, envelope.profile)
            small = _upright(small, envelope.camera.orientation)
            if small.mode == "RGBA":
                ground = Image.new("RGB", small.size, _NEUTRAL)
                ground.paste(small, mask=small.getchannel("A"))
                small = ground
            return write_jpeg(small, quality=80, subsampling=2)
        except (MemoryError, OSError, ValueError) as error:
            raise damaged(envelope.kind) from error


def _clean(envelope: Envelope) -> Picture:
    camera = envelope.camera
    stored = (envelope.width_px, envelope.height_px)
    target = _size_to_send(*stored)
    decoded = decode(envelope, enough_px=None if target == stored else target)
    image = plain(decoded)
    if target != stored:
        image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image, colour_notes = to_srgb(image, envelope.profile)
    image = _upright(image, camera.orientation)
    notes = [*_container_notes(envelope), *colour_notes]
    if target != stored:
        wide, high = stored if camera.orientation < 5 else stored[::-1]
        notes.append(f"Scaled down from {wide}×{high} to {image.width}×{image.height}.")
    if image is decoded and _may_be_kept(envelope):
        kept: Literal["jpeg", "png"] = "png" if envelope.kind is Kind.PNG else "jpeg"
        return Picture(envelope.pixels, kept, image.width, image.height, tuple(notes))
    written = encode(image, lossless=envelope.lossless)
    notes.extend(written.notes)
    return Picture(written.data, written.format, written.width_px, written.height_px, tuple(notes))


def _container_notes(envelope: Envelope) -> list[str]:
    camera, notes = envelope.camera, []
    if envelope.kind in {Kind.HEIC, Kind.AVIF}:
        notes.append(f"Converted from {envelope.kind}.")
    if envelope.animated:
        notes.append("Only the first frame is used.")
    if camera.orientation != 1:
        notes.append("Turned upright.")
    if camera.has_location:
        notes.append("Location and camera data removed.")
    elif camera.present:
        notes.append("Camera data removed.")
    elif envelope.hidden_text:
        notes.append("Notes hidden in the file removed.")
    return notes


def _may_be_kept(envelope: Envelope) -> bool:
    """Whether a decoded RGB or RGBA file that needed no change can be sent without re-encoding."""
    if len(envelope.pixels) > SEND_BYTES:
        return False
    return envelope.kind is Kind.JPEG or (
        envelope.kind is Kind.PNG and holds_only_pixels(envelope.pixels)
    )


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    """Undo one of the eight EXIF orientations."""
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _size_to_send(width_px: int, height_px: int) -> tuple[int, int]:
    factor = math.sqrt(SEND_PX / (width_px * height_px))
    if factor >= 1:
        return width_px, height_px
    return int(width_px * factor), int(height_px * factor)


def _is_heavy(envelope: Envelope) -> bool:
    return envelope.width_px * envelope.height_px > _HEAVY_PX


def _check_shape(envelope: Envelope) -> None:
    short, long = sorted((envelope.width_px, envelope.height_px))
    if short < MIN_SIDE_PX:
        raise UnusablePicture(
            PictureFault.TOO_SMALL,
            f"This picture is only {envelope.width_px}×{envelope.height_px} pixels. "
            f"Choose one with at least {MIN_SIDE_PX} pixels on each side.",
        )
    if long > MAX_RATIO * short:
        raise UnusablePicture(
            PictureFault.TOO_NARROW,
            f"This picture is {envelope.width_px}×{envelope.height_px}, too long and narrow to "
            f"edit. Crop it until its long side is at most {MAX_RATIO} times the short one.",
        )
