"""The page that `test_sheet_browser.py` and `test_sheet_keys.py` look at: cards of a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import streamlit as st

from components.ui.widgets.image_grid import (
    Action,
    Card,
    GridExtras,
    Placeholder,
    Placeholders,
    RelatedImage,
    RelatedImages,
    image_grid,
    pending_event,
)

STATE_WORDS = {"done": "Done", "generating": "Generating", "refused": "Refused"}
ACTIONS = (
    Action("edit", "Edit this"),
    Action("star", "Star"),
    Action("delete", "Delete"),
    Action("copy_prompt", "Copy prompt"),
)
MANY = (Action("star", "Star"), Action("delete", "Delete"))

st.set_page_config(page_title="Sheet", layout="wide")


def card_of(number: int, entry: dict[str, str]) -> Card:
    done = entry["state"] == "done"
    address = f"/pictures/{entry.get('file', entry['id'])}.png"
    verbs = entry.get("verbs", "edit star delete").split()
    return Card(
        id=entry["id"],
        state=entry["state"],
        state_word=STATE_WORDS[entry["state"]],
        prompt=entry["prompt"],
        alt=f"{entry['prompt']} (made picture)",
        headline=entry.get("headline", ""),
        advice=entry.get("advice", ""),
        created_ms=1_700_000_000_000 - number,
        thumbnail_url=address if done else None,
        picture_url=address if done else None,
        width_px=160,
        height_px=90,
        actions=tuple(action for action in ACTIONS if action.verb in verbs),
        starred=entry.get("starred") == "yes",
        group=entry.get("group", ""),
    )


def parts_of(state: dict[str, Any]) -> GridExtras:
    """With `bare`, the places of all cards; with `variants`, the kin of the last."""
    cards = state["cards"]
    kin = None
    if state["variants"]:
        relatives = [card_of(0, entry) for entry in (cards[-1], *state["variants"])]
        kin = RelatedImages(
            cards[-1]["id"], variants=tuple(RelatedImage(c.prompt, c) for c in relatives)
        )
    shapes = None
    if state["bare"]:
        places = [Placeholder(entry["id"], 160, 90, state=entry["state"]) for entry in cards]
        shapes = Placeholders(places, "/pictures/{}.png")
    return GridExtras(placeholders=shapes, related=kin, bulk_actions=MANY)


def on_event() -> None:
    event = pending_event("sheet")
    if event is not None:
        st.session_state.setdefault("called", []).append(event.card_id)


@st.fragment
def contact_sheet() -> None:
    state = json.loads(Path(os.environ["GRID_STATE"]).read_text("utf-8"))
    cards = [
        card_of(number, entry)
        for number, entry in enumerate(state["cards"])
        if entry["id"] not in state["bare"]
    ]
    event = image_grid(
        cards,
        key="sheet",
        layout=state["layout"],
        push_url="/push",
        empty="Empty",
        extras=parts_of(state),
        on_event=on_event,
    )
    if event is not None:
        done = st.session_state.setdefault("done", [])
        done.append(f"{event.verb} {event.card_id}")
    st.text("Events: " + ", ".join(st.session_state.get("done", [])))
    st.text("Calls: " + ", ".join(st.session_state.get("called", [])))


contact_sheet()
