"""Before/after viewer: two images under one zoom, in four modes, and a map of what changed.

Python sends where the images are and how they are aligned. The browser does the rest, so moving a
slider never reruns a page. It sends back the settings of a change map alone, when they are saved.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import streamlit as st

from components.ui import frontend
from components.ui.widgets.image_compare.alignment import Alignment, Box, FitMode, align

__all__ = [
    "Alignment",
    "Box",
    "ChangeMap",
    "CompareImage",
    "CompareMode",
    "FitMode",
    "align",
    "image_compare",
]


class CompareMode(StrEnum):
    """The modes, in the order of their buttons."""

    SLIDER = "slider"
    SIDE = "side"
    BLINK = "blink"
    DIFFERENCE = "difference"
    MAP = "map"
    """What an edit changed. It needs a `ChangeMap`."""


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


@dataclass(frozen=True, kw_only=True)
class ChangeMap:
    """What the mode "Changes" needs. URLs are the app's own.

    `url` takes settings and answers a map; it also gives the edit as it lies on the source. `id`
    is the same for all versions of a result. `settings` (JSON) are those of the version that was
    made last, `problem` says why it was not made. `attempt` counts what was saved in this tab.
    """

    id: str
    url: str
    source_url: str
    settings: str
    is_kept: bool
    state: str = ""
    problem: str = ""
    attempt: int = 0


def image_compare(
    before: CompareImage,
    after: CompareImage,
    *,
    key: str,
    mode: str = CompareMode.SLIDER,
    changed: float | None = None,
    change_map: ChangeMap | None = None,
    on_save: Callable[[str, str], None] = lambda _id, _settings: None,
) -> None:
    """Show `after` over `before`, aligned, no taller than the CSS variable `--kx-height`.

    `mode` is the first mode. After that the viewer keeps its mode, divider and zoom through
    reruns under the same `key`. `changed` is the share of the picture that the edit changed, where
    it is known better than the browser can tell. `on_save` gets the id of a change map and its
    settings as JSON. Raises ValueError for an unknown mode.
    """

    def receive() -> None:
        match st.session_state[key].get("save"):
            case {"id": str(map_id), "settings": str(settings)}:
                on_save(map_id, settings)

    props = _props(before, after, key=key, mode=CompareMode(mode))
    props |= {"changed": changed, "map": None if change_map is None else asdict(change_map)}
    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/image_compare/image-compare.js", html=_html())(
        key=key, data={"props": json.dumps(props)}, on_save_change=receive
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
