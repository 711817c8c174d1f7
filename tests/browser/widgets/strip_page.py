"""The page that `test_strip.py` and `test_paste.py` look at: steps, and an uploader folded away."""

from __future__ import annotations

import streamlit as st

from components.ui.widgets.paste_upload import capture_images
from components.ui.widgets.step_strip import StripEvent, Tile, step_strip

HOSTILE = "<img src=x onerror=alert(1)> & **bold** 'A' with \"B\" قطة"
DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

st.set_page_config(page_title="Strip", layout="wide")
steps = int(st.query_params.get("steps", "3"))
chosen = st.session_state.setdefault("chosen", {"before": steps - 2, "after": steps - 1})
events = st.session_state.setdefault("events", [])


def tile(number: int) -> Tile:
    name = "Original" if number == 0 else f"Step {number}"
    words = HOSTILE if number == 1 else f"Change number {number}"
    role = next((role for role, place in chosen.items() if place == number), "")
    return Tile(
        id=f"p{number}",
        name=name,
        prompt=words,
        alt=f"{words} ({name})",
        thumbnail_url=DOT,
        role=role,
        is_source=number == 0,
    )


def on_event(event: StripEvent) -> None:
    events.append(f"{event.verb} {event.picture_id}")
    if event.verb in ("before", "show"):
        role = "before" if event.verb == "before" else "after"
        chosen[role] = int(event.picture_id.removeprefix("p"))


step_strip(
    [tile(number) for number in range(steps)],
    variants=[tile(80)],
    branches=[tile(number) for number in range(90, 92)],
    key="strip",
    on_event=on_event,
)
st.text("Events: " + ", ".join(events))
st.button("Again")
with st.expander("Use another picture"):
    file = st.file_uploader("Picture", key="uploader", type=["image"])
    capture_images(
        "uploader",
        round_number=int(file is not None),
        key="paste",
        on_rejected=lambda *said: events.append(f"refused {said}"),
    )
st.text_area("Prompt")
st.text(f"Taken: {file.name} {file.size}" if file else "Taken: nothing")
