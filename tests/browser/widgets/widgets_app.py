"""A Streamlit app with a page for each widget, which needs nothing of the studio."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import streamlit as st

from components.ui.streamlit_internals.auto_refresh import auto_refresh
from components.ui.streamlit_internals.page_watchdog import PressHandlers, page_watchdog
from components.ui.widgets.image_compare import CompareImage, image_compare
from components.ui.widgets.image_grid import (
    Action,
    Card,
    GridExtras,
    image_grid,
    pending_event,
)
from components.ui.widgets.step_strip import StripEvent, Tile, step_strip

ACTIONS = (
    Action("edit", "Edit this"),
    Action("star", "Star"),
    Action("delete", "Delete"),
    Action("copy_prompt", "Copy prompt"),
)
IGNORED = PressHandlers(on_stranger=lambda: None, on_lost=lambda _seconds: None)
STATE_WORDS = {"done": "Done", "generating": "Generating", "refused": "Refused"}


def grid() -> None:
    """Cards that the test writes into a file."""
    st.fragment(_grid)()


def _grid() -> None:
    state = json.loads(Path(os.environ["GRID_STATE"]).read_text("utf-8"))
    event = image_grid(
        [_card(number, entry) for number, entry in enumerate(state["cards"])],
        key="grid",
        layout=state["layout"],
        push_url="/push",
        empty="Empty",
        extras=GridExtras(bulk_actions=ACTIONS[1:3]),
        on_event=_on_event,
    )
    events = st.session_state.setdefault("events", [])
    if event is not None:
        events.append(f"{event.verb} {event.card_id}")
    st.text("Events: " + ", ".join(events))
    st.text("Callbacks: " + ", ".join(st.session_state.get("callbacks", [])))


def _on_event() -> None:
    event = pending_event("grid")
    if event is not None:
        st.session_state.setdefault("callbacks", []).append(event.card_id)


def _card(number: int, entry: dict[str, Any]) -> Card:
    is_done = entry["state"] == "done"
    url = f"/pictures/{entry.get('file', entry['id'])}.png" if is_done else None
    verbs = entry.get("verbs", "edit star delete copy_prompt").split()
    return Card(
        id=entry["id"],
        state=entry["state"],
        state_word=STATE_WORDS[entry["state"]],
        prompt=entry["prompt"],
        alt=f"{entry['prompt']} (made picture)",
        headline=entry.get("headline", ""),
        created_ms=1_700_000_000_000 - number,
        thumbnail_url=url,
        picture_url=url,
        width_px=160,
        height_px=90,
        actions=tuple(action for action in ACTIONS if action.verb in verbs),
        group=entry.get("group", ""),
    )


def compare() -> None:
    """A pair of images, as the URL describes it."""
    st.title("Pair")  # below the header with the navigation
    query = st.query_params
    width, height = (int(side) for side in query.get("size", "1184x880").split("x"))
    if st.toggle("Show", value=True):
        after = f"/pictures/{query.get('after', 'same.png')}"
        image_compare(
            CompareImage("/pictures/before.png", 1600, 1200, "Before", "Green hills"),
            CompareImage(after, width, height, "After", "A blue hut"),
            key="pair",
            mode=query.get("mode", "slider"),
        )
    if st.button("Again"):
        st.text("Ran again")


def strip() -> None:
    """Three steps, and a box for text."""
    events = st.session_state.setdefault("events", [])
    pair = st.session_state.setdefault("pair", {"before": 1, "after": 2})

    def tile(number: int, *branches: int) -> Tile:
        prompt = st.query_params.get("prompt", "Change") + f" {number}"
        role = next((role for role, place in pair.items() if place == number), "")
        return Tile(
            id=f"p{number}",
            name="Original" if number == 0 else f"Step {number}",
            prompt=prompt,
            alt=prompt,
            thumbnail_url="/pictures/tile.png",
            role=role,
            is_source=number == 0,
            branches=[tile(branch) for branch in branches],
        )

    def on_event(event: StripEvent) -> None:
        events.append(f"{event.verb} {event.picture_id}")
        if event.verb != "edit":
            role = "before" if event.verb == "before" else "after"
            pair[role] = int(event.picture_id.removeprefix("p"))

    step_strip(
        [
            tile(0, 80, 81, 82, 83),
            *(tile(number) for number in range(1, int(st.query_params.get("steps", "3")) - 1)),
            tile(int(st.query_params.get("steps", "3")) - 1, 90),
        ],
        key="strip",
        on_event=on_event,
    )
    st.text_area("Prompt")
    st.text("Events: " + ", ".join(events))


def first() -> None:
    """A fragment with a button, and one that refreshes itself."""
    st.container(key="landmark").text("The first page")
    st.fragment(lambda: st.button("Press"))()
    st.fragment(_refreshing)()


def _refreshing() -> None:
    st.session_state["refreshes"] = st.session_state.get("refreshes", 0) + 1
    st.text(f"Drawn {st.session_state['refreshes']} times")
    auto_refresh(0.5, key="refresh")


def second() -> None:
    """A page that counts how often it is drawn, and takes a second for it."""
    st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1
    st.container(key="landmark").text(f"The second page, drawn {st.session_state['drawn']} times")
    time.sleep(1)


st.set_page_config(page_title="Widgets", layout="wide")
page = st.navigation(
    [
        st.Page(first, default=True),
        st.Page(second),
        st.Page(grid),
        st.Page(compare),
        st.Page(strip),
    ],
    position="top",
)
if page.title in ("first", "second"):
    page_watchdog(page, landmarks=".st-key-landmark", person="", presses=IGNORED)
page.run()
