"""The page that `test_sheet_browser.py` looks at: a sheet whose cards are read from a file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import streamlit as st

from components.ui.sheet import Action, Card, event_of, sheet

STATE_WORDS = {"done": "Done", "generating": "Generating", "refused": "Refused"}
ACTIONS = (Action("edit", "Edit this"), Action("star", "Star"), Action("delete", "Delete"))

st.set_page_config(page_title="Sheet", layout="wide")


def card_of(number: int, entry: dict[str, str]) -> Card:
    done = entry["state"] == "done"
    address = f"/pictures/{entry.get('file', entry['id'])}.png"
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
        actions=ACTIONS,
        starred=entry.get("starred") == "yes",
        group=entry.get("group", ""),
    )


def on_event() -> None:
    event = event_of("sheet")
    if event is not None:
        st.session_state.setdefault("called", []).append(event.card_id)


@st.fragment
def contact_sheet() -> None:
    state = json.loads(Path(os.environ["SHEET_STATE"]).read_text("utf-8"))
    cards = [card_of(number, entry) for number, entry in enumerate(state["cards"])]
    event = sheet(
        cards,
        key="sheet",
        layout=state["layout"],
        push_url="/push",
        empty="Empty",
        on_event=on_event,
    )
    if event is not None:
        done = st.session_state.setdefault("done", [])
        done.append(f"{event.verb} {event.card_id}")
    st.text("Events: " + ", ".join(st.session_state.get("done", [])))
    st.text("Calls: " + ", ".join(st.session_state.get("called", [])))


contact_sheet()
