"""Where a picture lay before an edit, in the frame of the picture that came back.

Before and after are never pixel-aligned by themselves: the service answers at its own
trained sizes (contract.md §8), and an edit to another ratio was cropped or padded without
saying which. Everything here is arithmetic on sizes; no picture is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NEAR_RATIO = 0.02
"""Two ratios this close are the same one, rounded to a trained size: 4:3 comes back as
1184×880, 0.9 % wider (contract.md §8)."""

Size = tuple[int, int]
"""Width and height in pixels."""


class Fit(StrEnum):
    """What an edit to another ratio may have done: nobody documents which."""

    CROP = "crop"
    PAD = "pad"


_SHOWN = {Fit.CROP: "cropped to match", Fit.PAD: "padded to match"}


@dataclass(frozen=True)
class Box:
    """A place in the after's frame, as shares of the frame: 0 is its left or top, 1 its end.

    A box may reach outside 0..1; what is outside is not shown.
    """

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Alignment:
    """How the before lies under the after. The before is never stretched.

    `crop` covers the frame (the edit cut the before down), `pad` fits inside it (the edit
    added room around the before). Where `same_ratio` holds, they are the same box.
    """

    before: Size
    after: Size
    same_ratio: bool
    crop: Box
    pad: Box

    def box(self, fit: Fit) -> Box:
        """Where the whole before lies for one way of fitting."""
        return self.crop if fit is Fit.CROP else self.pad

    def note(self, fit: Fit, labels: tuple[str, str] = ("Before", "After")) -> str:
        """One sentence on the two sizes and what is done about them."""
        before, after = (f"{width}×{height}" for width, height in (self.before, self.after))
        if self.before == self.after:
            return f"Both are {after}"
        shown = "at the same scale" if self.same_ratio else _SHOWN[fit]
        return f"{labels[0]} is {before}, {labels[1]} is {after}: shown {shown}"


def align(before: Size, after: Size) -> Alignment:
    """Lay a picture of size `before` under one of size `after`, both in pixels.

    The centres coincide and the scale is uniform. A size that is not known (zero or less)
    is taken to be the other's, so that a lost size costs the alignment and not the view.
    """
    known_after = _known(after) or _known(before) or (1, 1)
    known_before = _known(before) or known_after
    across = known_after[0] / known_before[0]
    down = known_after[1] / known_before[1]
    same_ratio = max(across, down) / min(across, down) - 1 <= NEAR_RATIO
    crop = _centred(known_before, known_after, max(across, down))
    pad = crop if same_ratio else _centred(known_before, known_after, min(across, down))
    return Alignment(known_before, known_after, same_ratio, crop, pad)


def _known(size: Size) -> Size | None:
    return size if size[0] > 0 and size[1] > 0 else None


def _centred(before: Size, after: Size, scale: float) -> Box:
    width = before[0] * scale / after[0]
    height = before[1] * scale / after[1]
    return Box((1 - width) / 2, (1 - height) / 2, width, height)
