"""Before/after viewer: two images under one zoom, in four modes.

Python sends where the images are and how they are aligned. The browser does the rest and sends
nothing back, so moving a slider never reruns a page.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from components.ui import frontend
from components.ui.widgets.image_compare.alignment import Alignment, Box, FitMode, align

__all__ = ["Alignment", "Box", "CompareImage", "CompareMode", "FitMode", "align", "image_compare"]


class CompareMode(StrEnum):
    """The modes, in the order of their buttons."""

    SLIDER = "slider"
    SIDE = "side"
    BLINK = "blink"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class CompareImage:
    """One of the two images.

    `url` is one of the app's own. `width_px` and `height_px` are read from the file, not from
    the request. `label` is the text on the image ("Before", "Step 2"). `alt` is its text
    alternative, the prompt, to which the label is added.
    """

    url: str
    width_px: int
    height_px: int
    label: str
    alt: str


def image_compare(
    before: CompareImage,
    after: CompareImage,
    *,
    key: str,
    mode: str = CompareMode.SLIDER,
) -> None:
    """Show `after` over `before`, aligned, no taller than the CSS variable `--kx-height`.

    `mode` is the first mode. After that the viewer keeps its mode, divider and zoom through
    reruns under the same `key`. Raises ValueError for an unknown mode.
    """
    props = _props(before, after, key=key, mode=CompareMode(mode))
    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/image_compare/image-compare.js", html=_html())(
        key=key, data={"props": json.dumps(props)}
    )


def _props(
    before: CompareImage, after: CompareImage, *, key: str, mode: CompareMode
) -> dict[str, object]:
    alignment = align((before.width_px, before.height_px), (after.width_px, after.height_px))
    fits = (FitMode.CROP,) if alignment.same_ratio else (FitMode.CROP, FitMode.PAD)
    labels = (before.label, after.label)
    return {
        "key": key,
        "before": asdict(before),
        "after": asdict(after),
        "frame": {"width": alignment.after[0], "height": alignment.after[1]},
        "mode": mode.value,
        "fits": [
            {
                "name": fit.value,
                "box": asdict(alignment.box(fit)),
                "note": alignment.note(fit, labels),
            }
            for fit in fits
        ],
    }


@cache
def _html() -> str:
    return Path(__file__).with_name("image-compare.html").read_text("utf-8")
