"""Why a picture cannot be used, in words that a designer can act on."""

from __future__ import annotations

from enum import StrEnum


class PictureFault(StrEnum):
    """What is wrong with a picture."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_PICTURE = "not_a_picture"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    TOO_NARROW = "too_narrow"
    BUSY = "busy"


class UnusablePicture(Exception):
    """A picture that is turned away. `sentence` says what is wrong and what to do next."""

    def __init__(self, reason: PictureFault, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


def cut_short(name: str) -> UnusablePicture:
    """The refusal of a file whose end is missing; `name` is what people call its format."""
    return UnusablePicture(
        PictureFault.DAMAGED,
        f"This {name} stops in the middle, as if a download or copy was cut off. "
        "Get the file again and try once more.",
    )


def damaged(name: str) -> UnusablePicture:
    """The refusal of a file that cannot be decoded; `name` is what people call its format."""
    return UnusablePicture(
        PictureFault.DAMAGED,
        f"This {name} is damaged and cannot be read. "
        "Open it in another program, save it as PNG or JPEG, and try again.",
    )


def too_many_pixels(width_px: int, height_px: int, limit_px: int) -> UnusablePicture:
    """The refusal of a picture with more pixels than are ever decoded."""
    return UnusablePicture(
        PictureFault.TOO_MANY_PIXELS,
        f"This picture is {width_px}×{height_px}, more than {limit_px // 1_000_000} million "
        "pixels. Save a smaller copy (4000 pixels wide is plenty) and try again.",
    )
