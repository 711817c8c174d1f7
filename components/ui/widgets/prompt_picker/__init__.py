"""Prompt picker: puts earlier prompts and templates into the prompt box, by keys or from lists.

The browser part is `*.js` and `prompt-picker.css` beside this file: the lists, the keys, and
unsent text that survives a reload. This package knows nothing of the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from components.ui import frontend


@dataclass(frozen=True, kw_only=True)
class PromptItem:
    """A prompt of a list, shown as typed and never as markup; `title` stands above it.

    `history_index` is its position for the history keys, 0 comes first. None is left out there.
    """

    id: str
    text: str
    title: str = ""
    pinned: bool = False
    history_index: int | None = None


@dataclass(frozen=True)
class PinEvent:
    """An earlier prompt was pinned or unpinned."""

    id: str
    pinned: bool


def prompt_picker(
    box_key: str,
    *,
    current_text: str,
    loads: int = 0,
    history: Sequence[PromptItem],
    templates: Sequence[PromptItem],
    key: str,
    focus: int = 0,
    on_pin: Callable[[PinEvent], None],
) -> None:
    """Draw the two buttons for the `st.text_area` with this key; an empty list has no button.

    `current_text` is the text that Python has; the browser keeps later text until Python has it.
    `loads` is how often Python has put other text there: what was typed before that is gone.
    With another `focus` than before, and not 0, the box gets the focus and its text is selected.
    A picked prompt enters the box as if typed. `on_pin` is called before the rerun draws.
    """

    def receive() -> None:
        match st.session_state[key].get("pin"):
            case {"id": str(item_id), "pinned": bool(pinned)}:
                on_pin(PinEvent(item_id, pinned))

    prompts = {
        "current_text": current_text,
        "loads": loads,
        "focus": focus,
        "history": [asdict(item) for item in history],
        "templates": [asdict(item) for item in templates],
    }
    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/prompt_picker/prompt-picker.js")(
        key=key, data={"box": box_key, "prompts": json.dumps(prompts)}, on_pin_change=receive
    )
