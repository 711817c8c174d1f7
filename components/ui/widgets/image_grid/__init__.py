"""Image grid: draws cards of images and tasks, and returns what the user did with them.

The browser part is `*.js` and `*.css` beside this file. This package knows nothing of the studio.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from components.ui import frontend
from components.ui.widgets.image_grid.models import (
    Action,
    Card,
    Changes,
    GridEvent,
    GridExtras,
    GridView,
    Placeholder,
    Placeholders,
    RelatedImage,
    RelatedImages,
    Submission,
    Undo,
)
from components.ui.widgets.image_grid.serialize import NO_EXTRAS, serialize_grid

__all__ = [
    "Action",
    "Card",
    "Changes",
    "GridEvent",
    "GridExtras",
    "GridView",
    "Placeholder",
    "Placeholders",
    "RelatedImage",
    "RelatedImages",
    "Submission",
    "Undo",
    "grid_view",
    "image_grid",
    "pending_event",
]


def image_grid(
    cards: Sequence[Card],
    *,
    key: str,
    layout: Literal["feed", "grid"],
    push_url: str | None,
    empty: str = "",
    extras: GridExtras = NO_EXTRAS,
    on_event: Callable[[], None] | None = None,
) -> GridEvent | None:
    """Draw the cards and return what the user did since the last run, each event once.

    Call it inside an `st.fragment`: an update then reruns that fragment alone. An event survives
    a rerun that is cut short: the next run that gets here returns it.

    Args:
        cards: in display order, with unique ids. With `extras.placeholders`, only the cards
            that `grid_view(key)` reports near the screen.
        key: the component's key, stable over reruns.
        layout: "feed" for recent tasks, "grid" for hundreds of images under day headings.
        push_url: path of a WebSocket that sends `{"version": n}` whenever cards may have
            changed, relative to the page. None subscribes to nothing.
        empty: the text shown when there is no card.
        extras: what a gallery has beside its cards.
        on_event: called once per event before the rerun draws; `pending_event(key)` returns it.
    """
    slot = _event_slot(key)
    frontend.load_component("widgets/image_grid/image-grid.js")(
        key=key,
        data={
            # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
            "grid": serialize_grid(
                cards,
                layout=layout,
                push_url=push_url,
                empty=empty,
                last_nonce=slot["nonce"],
                extras=extras,
            )
        },
        on_action_change=lambda: _receive(key, on_event),
        on_changed_change=lambda: None,
        on_view_change=lambda: None,
    )
    event: GridEvent | None = slot["event"]
    slot["event"] = None
    return event


def grid_view(key: str) -> GridView:
    """Return what the user sees of `image_grid(key=key)`, as the browser last reported it."""
    component = st.session_state.get(key)
    match component.get("view") if component is not None else None:
        case {"first": int(first), "last": int(last), "open_id": str(open_id)}:
            return GridView(max(0, first), last, open_id)
        case _:
            return GridView()


def pending_event(key: str) -> GridEvent | None:
    """Return the event that `image_grid(key=key)` is about to return, for its `on_event`."""
    event: GridEvent | None = _event_slot(key)["event"]
    return event


def _receive(key: str, on_event: Callable[[], None] | None) -> None:
    """Store an event, unless the browser has sent it before."""
    event = _parsed(st.session_state[key].get("action"))
    slot = _event_slot(key)
    if event is None or event.nonce == slot["nonce"]:
        return
    slot.update(nonce=event.nonce, event=event)
    if on_event is not None:
        try:
            on_event()
        except Exception:
            # Whatever failed is raised again. The action was not done: the page must not follow it.
            slot["event"] = None
            raise


def _parsed(value: object) -> GridEvent | None:
    match value:
        case {"verb": str(verb), "ids": [*ids], "nonce": int(nonce), **others}:
            text = str(others.get("text", ""))
            return GridEvent(verb, tuple(str(card_id) for card_id in ids), nonce, text)
        case _:
            return None


def _event_slot(key: str) -> dict[str, Any]:
    """Return this session's slot: the last received nonce, and the event not yet returned."""
    slot: dict[str, Any] = st.session_state.setdefault(
        f"{key}.event_slot", {"nonce": 0, "event": None}
    )
    return slot
