"""The before/after viewer: two pictures under one zoom, in four ways of looking.

A Streamlit component (v2) without a build step. Python says where the pictures are and
how they lie on each other; the browser does the looking and tells Python nothing, so that
moving a slider never reruns a page.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from components.ui import frontend
from components.ui.widgets.image_compare.alignment import Alignment, Box, Fit, align

__all__ = ["Alignment", "Box", "Fit", "Mode", "Side", "align", "compare"]


class Mode(StrEnum):
    """The ways of looking, in the order of their buttons."""

    SLIDER = "slider"
    SIDE = "side"
    BLINK = "blink"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class Side:
    """One of the two pictures.

    `url` is one of the app's own; `width_px` and `height_px` are read from the file, not
    from what was asked for. `label` is the word on the picture ("Before", "Step 2"), `alt`
    its description, which begins with the prompt.
    """

    url: str
    width_px: int
    height_px: int
    label: str
    alt: str


def compare(
    before: Side,
    after: Side,
    *,
    key: str,
    height_px: int = 560,
    mode: str = Mode.SLIDER,
) -> None:
    """Show `after` over `before`, aligned, no taller than `height_px` CSS pixels.

    `mode` is the first way of looking; after that the viewer keeps its mode, divider and
    zoom through reruns under the same `key`. Raises ValueError for a mode that is not one.
    """
    view = _view(before, after, key=key, height_px=height_px, mode=Mode(mode))
    # One text inside a dict: Streamlit imports pandas and pyarrow to look at anything else.
    frontend.component("widgets/image_compare/compare.js", html=_html())(
        key=key, data={"view": json.dumps(view)}
    )


def _view(before: Side, after: Side, *, key: str, height_px: int, mode: Mode) -> dict[str, object]:
    alignment = align((before.width_px, before.height_px), (after.width_px, after.height_px))
    choices = (Fit.CROP,) if alignment.same_ratio else (Fit.CROP, Fit.PAD)
    labels = (before.label, after.label)
    return {
        "key": key,
        "before": asdict(before),
        "after": asdict(after),
        "frame": {"width": alignment.after[0], "height": alignment.after[1]},
        "heightPx": height_px,
        "mode": mode.value,
        "fits": [
            {
                "name": fit.value,
                "box": asdict(alignment.box(fit)),
                "note": alignment.note(fit, labels),
            }
            for fit in choices
        ],
    }


@cache
def _html() -> str:
    return Path(__file__).with_name("compare.html").read_text("utf-8")
