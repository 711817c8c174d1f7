"""Step strip: a line of edits, each to be shown or edited from, with its branches below it.

The browser part is `step-strip.js` and `step-strip.css`. This package knows nothing of the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import streamlit as st

from components.ui import frontend


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One step of the strip. Text is shown as typed, never as markup.

    `name` is the step's position ("Original", "Step 2"). `prompt` is the instruction that made
    it. `role` is "before", "after" or "" for the pair in the viewer. `is_source` marks the image
    that the next edit starts from. `branches` are what else was made from it: they have no name
    and no branches of their own.
    """

    id: str
    name: str
    prompt: str
    alt: str
    thumbnail_url: str
    role: str = ""
    is_source: bool = False
    branches: Sequence[Tile] = field(default=())


@dataclass(frozen=True)
class StripEvent:
    """What was pressed: "show" it as the after, set it as the "before", or "edit" from it."""

    verb: str
    picture_id: str


def step_strip(
    steps: Sequence[Tile],
    *,
    key: str,
    on_event: Callable[[StripEvent], None],
) -> None:
    """Draw the steps from the original on. `on_event` is called before the rerun draws."""

    def receive() -> None:
        match st.session_state[key].get("action"):
            case {"verb": str(verb), "id": str(picture_id)}:
                on_event(StripEvent(verb, picture_id))

    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/step_strip/step-strip.js")(
        key=key,
        data={"steps": json.dumps([asdict(tile) for tile in steps])},
        on_action_change=receive,
    )
