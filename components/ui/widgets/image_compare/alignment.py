"""Where an image lay before an edit, in the frame of the result.

Before and after are never pixel-aligned by themselves. The service answers at its own trained
sizes (docs/kie-api.md, Sizes), and crops or pads an edit to another ratio without saying which.
Everything here is arithmetic on sizes; no image is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NEAR_RATIO = 0.02
"""Ratios this close are the same one, rounded to a trained size: 4:3 comes back as 1184×880,
0.9 % wider (docs/kie-api.md, Sizes)."""

Size = tuple[int, int]
"""Width and height in pixels."""


class FitMode(StrEnum):
    """What an edit to another ratio may have done. No document says which."""

    CROP = "crop"
    PAD = "pad"


_FIT_TEXT = {FitMode.CROP: "cropped to match", FitMode.PAD: "padded to match"}


@dataclass(frozen=True)
class Box:
    """A place in the result's frame, as shares of the frame: 0 is its left or top, 1 its end.

    A box may reach outside 0..1; the part outside is not shown.
    """

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Alignment:
    """How the before image lies under the after image. It is never stretched.

    `crop` covers the frame (the edit cut the image), `pad` fits inside it (the edit added space
    around the image). With `same_ratio` both are the same box. Sizes are in pixels.
    """

    before: Size
    after: Size
    same_ratio: bool
    crop: Box
    pad: Box

    def box(self, fit: FitMode) -> Box:
        """Return where the whole before image lies for one fit."""
        return self.crop if fit is FitMode.CROP else self.pad

    def note(self, fit: FitMode, labels: tuple[str, str] = ("Before", "After")) -> str:
        """Return one sentence on the two sizes and the fit."""
        before, after = (f"{width}×{height}" for width, height in (self.before, self.after))
        if self.before == self.after:
            return f"Both are {after}"
        shown = "at the same scale" if self.same_ratio else _FIT_TEXT[fit]
        return f"{labels[0]} is {before}, {labels[1]} is {after}: shown {shown}"


def align(before: Size, after: Size) -> Alignment:
    """Align an image of size `before` under one of size `after`, both in pixels.

    The centres coincide and the scale is uniform. An unknown size (zero or less) is taken to be
    the other's, so that a missing size costs the alignment and not the viewer.
    """
    known_after = _known(after) or _known(before) or (1, 1)
    known_before = _known(before) or known_after
    horizontal = known_after[0] / known_before[0]
    vertical = known_after[1] / known_before[1]
    same_ratio = max(horizontal, vertical) / min(horizontal, vertical) - 1 <= NEAR_RATIO
    crop = _centred(known_before, known_after, max(horizontal, vertical))
    pad = crop if same_ratio else _centred(known_before, known_after, min(horizontal, vertical))
    return Alignment(known_before, known_after, same_ratio, crop, pad)


def _known(size: Size) -> Size | None:
    return size if size[0] > 0 and size[1] > 0 else None


def _centred(before: Size, after: Size, scale: float) -> Box:
    width = before[0] * scale / after[0]
    height = before[1] * scale / after[1]
    return Box((1 - width) / 2, (1 - height) / 2, width, height)
