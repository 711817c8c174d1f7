"""Step strip: the edits that led to an image, each to be shown or edited from.

The browser part is `step-strip.js` and `step-strip.css`. This package knows nothing of the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from components.ui import frontend


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One step of the strip. Text is shown as typed, never as markup.

    `name` is the step's position ("Original", "Step 2"). `prompt` is the instruction that made
    it. `role` is "before", "after" or "" for the pair in the viewer. `is_source` marks the image
    that the next edit starts from.
    """

    id: str
    name: str
    prompt: str
    alt: str
    thumbnail_url: str
    role: str = ""
    is_source: bool = False


@dataclass(frozen=True)
class StripEvent:
    """What was pressed: "show" it as the after, set it as the "before", or "edit" from it."""

    verb: str
    picture_id: str


def step_strip(
    steps: Sequence[Tile],
    *,
    variants: Sequence[Tile] = (),
    branches: Sequence[Tile],
    key: str,
    on_event: Callable[[StripEvent], None],
) -> None:
    """Draw the steps from the original on, and below them the related images.

    `variants` are the other images of the last step's batch, `branches` the newest images of
    other branches. `on_event` is called before the rerun draws.
    """

    def receive() -> None:
        match st.session_state[key].get("action"):
            case {"verb": str(verb), "id": str(picture_id)}:
                on_event(StripEvent(verb, picture_id))

    tiles = {
        "steps": [asdict(tile) for tile in steps],
        "variants": [asdict(tile) for tile in variants],
        "branches": [asdict(tile) for tile in branches],
    }
    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/step_strip/step-strip.js")(
        key=key, data={"tiles": json.dumps(tiles)}, on_action_change=receive
    )
