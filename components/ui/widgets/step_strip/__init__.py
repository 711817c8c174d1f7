"""The strip: the line of edits that led to a picture, each step to be shown or edited from.

The browser's half is `strip.js` and `strip.css` beside this file. Nothing here knows the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from components.ui import frontend


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One step on the strip. Text is shown as typed, never as markup.

    `name` is the step's place ("Original", "Step 2"), `words` the instruction that made it;
    `role` is "before", "after" or "" for what the viewer shows; `is_source` marks the picture
    that the next edit starts from.
    """

    id: str
    name: str
    words: str
    alt: str
    thumbnail_url: str
    role: str = ""
    is_source: bool = False


@dataclass(frozen=True)
class StripEvent:
    """What was pressed: "show" it as the after, set it as the "before", or "edit" from it."""

    verb: str
    picture_id: str


def strip(
    line: Sequence[Tile],
    *,
    variants: Sequence[Tile] = (),
    branches: Sequence[Tile],
    key: str,
    on_event: Callable[[StripEvent], None],
) -> None:
    """Draw the line from the first picture on, and under it what else there is.

    `variants` are the others of the last step's press, `branches` the tips of other branches.

    `on_event` is called before the rerun draws.
    """

    def receive() -> None:
        match st.session_state[key].get("act"):
            case {"verb": str(verb), "id": str(picture_id)}:
                on_event(StripEvent(verb, picture_id))

    tiles = {
        "line": [asdict(tile) for tile in line],
        "variants": [asdict(tile) for tile in variants],
        "branches": [asdict(tile) for tile in branches],
    }
    # One text inside a dict: Streamlit imports pandas and pyarrow to look at anything else.
    frontend.component("widgets/step_strip/strip.js")(
        key=key, data={"tiles": json.dumps(tiles)}, on_act_change=receive
    )
