"""The contact sheet: draws cards of pictures and tasks, and says what a designer did with them.

The browser's half is `*.js` and `*.css` beside this file. Nothing here knows the studio.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from components.ui import frontend
from components.ui.widgets.image_grid.cards import (
    Action,
    Card,
    Kin,
    Parts,
    Relative,
    Shape,
    Shapes,
    SheetEvent,
    Undo,
    View,
)
from components.ui.widgets.image_grid.wire import NO_PARTS, sheet_text

__all__ = [
    "Action",
    "Card",
    "Kin",
    "Parts",
    "Relative",
    "Shape",
    "Shapes",
    "SheetEvent",
    "Undo",
    "View",
    "event_of",
    "sheet",
    "view_of",
]


def sheet(
    cards: Sequence[Card],
    *,
    key: str,
    layout: Literal["feed", "grid"],
    push_url: str | None,
    empty: str = "",
    parts: Parts = NO_PARTS,
    on_event: Callable[[], None] | None = None,
) -> SheetEvent | None:
    """Draw the cards and return what was done since the last run, each event once.

    Call it inside an `st.fragment`: a push then reruns that fragment alone. No event is lost
    when a rerun is cut short; it is returned by the next run that gets here.

    Args:
        cards: in the order they are drawn, ids unique; with `parts.shapes`, those that
            `view_of(key)` says are near the screen.
        key: the component's key, stable over reruns.
        layout: "feed" for what runs and is new, "grid" for hundreds under day headings.
        push_url: path of a WebSocket that sends `{"version": n}` whenever cards may have
            changed, relative to the app's root; None listens to nothing.
        empty: what is said when there is no card.
        parts: what a gallery has beside its cards.
        on_event: called before the rerun draws, once per event; `event_of(key)` tells which.
    """
    mailbox = _mailbox(key)
    heard = mailbox["heard"]
    frontend.component("widgets/image_grid/sheet.js")(
        key=key,
        data={
            # One text inside a dict: Streamlit imports pandas and pyarrow to look at anything else.
            "sheet": sheet_text(
                cards, layout=layout, push_url=push_url, empty=empty, heard=heard, parts=parts
            )
        },
        on_act_change=lambda: _receive(key, on_event),
        on_changed_change=lambda: None,
        on_view_change=lambda: None,
    )
    event: SheetEvent | None = mailbox["event"]
    mailbox["event"] = None
    return event


def view_of(key: str) -> View:
    """What the designer sees of `sheet(key=key)`, as the browser last said."""
    component = st.session_state.get(key)
    match component.get("view") if component is not None else None:
        case {"first": int(first), "last": int(last), "looking": str(looking)}:
            return View(max(0, first), last, looking)
        case _:
            return View()


def event_of(key: str) -> SheetEvent | None:
    """Return the event that `sheet(key=key)` is about to return; meant for its `on_event`."""
    event: SheetEvent | None = _mailbox(key)["event"]
    return event


def _receive(key: str, on_event: Callable[[], None] | None) -> None:
    """Take an event that the browser may have sent twice."""
    event = _parsed(st.session_state[key].get("act"))
    mailbox = _mailbox(key)
    if event is None or event.nonce == mailbox["heard"]:
        return
    mailbox.update(heard=event.nonce, event=event)
    if on_event is not None:
        on_event()


def _parsed(value: object) -> SheetEvent | None:
    match value:
        case {"verb": str(verb), "ids": [*ids], "nonce": int(nonce)}:
            return SheetEvent(verb, tuple(str(card_id) for card_id in ids), nonce)
        case _:
            return None


def _mailbox(key: str) -> dict[str, Any]:
    """The last event of this session: the nonce that was heard, the event not yet returned."""
    mailbox: dict[str, Any] = st.session_state.setdefault(
        f"{key}.mailbox", {"heard": 0, "event": None}
    )
    return mailbox
