"""Recalls texts into a prompt's box: earlier prompts by Alt with the arrows, and from lists.

The browser's half is `*.js` and `recall.css` beside this file: the lists, the keys, and letters
that are not yet sent when a tab is reloaded. Nothing here knows the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from components.ui import frontend


@dataclass(frozen=True, kw_only=True)
class Row:
    """A text on a list, shown as typed and never as markup; `title` stands above it.

    `place` is its place on the way of the keys, 0 comes first; None is not on it.
    """

    id: str
    text: str
    title: str = ""
    pinned: bool = False
    place: int | None = None


@dataclass(frozen=True)
class Pin:
    """A row of the list of earlier prompts was pinned, or let go."""

    id: str
    pinned: bool


def recall(
    box_key: str,
    *,
    known: str,
    earlier: Sequence[Row],
    templates: Sequence[Row],
    key: str,
    on_pin: Callable[[Pin], None],
) -> None:
    """Draw the two openers for the `st.text_area` with this key; an empty list has none.

    `known` is what Python has of the box: the browser keeps letters that it has not.
    What is taken stands in the box as if it had been typed. `on_pin` is called before the rerun
    draws.
    """

    def receive() -> None:
        match st.session_state[key].get("pin"):
            case {"id": str(row_id), "pinned": bool(pinned)}:
                on_pin(Pin(row_id, pinned))

    texts = {
        "known": known,
        "earlier": [asdict(row) for row in earlier],
        "templates": [asdict(row) for row in templates],
    }
    # One text inside a dict: Streamlit imports pandas and pyarrow to look at anything else.
    frontend.component("widgets/prompt_picker/recall.js")(
        key=key, data={"box": box_key, "texts": json.dumps(texts)}, on_pin_change=receive
    )
