"""The feed: what runs and what is new, beside the form, redrawn when the push says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from components.studio.db.models import Entry
from components.studio.tasks.models import State
from components.ui import card_actions, paused_banner, session
from components.ui.card_view_models import card_of
from components.ui.messages import STATE_WORDS
from components.ui.widgets.image_grid import GridExtras, image_grid

NEWEST = 24
PUSH_URL = "/push"
_KEY = "feed"


def draw_feed(*, empty: str) -> None:
    """Draw the newest tasks of this designer."""
    st.fragment(_draw)(empty)


def _newest() -> list[Entry]:
    return session.studio().entries(session.current().designer, limit=NEWEST)


def _draw(empty: str) -> None:
    paused_banner.follow_hold()
    studio = session.studio()
    entries = _newest()
    places = studio.place_in_queue()
    with st.container(key="kx-feed-head", horizontal=True, vertical_alignment="center"):
        st.subheader("Newest", anchor=False, width="content")
        st.caption(summary(entries), width="content")
    cards = [
        card_of(
            entry,
            place=places.get(entry.task.id),
            held_by=studio.held_by,
            typical_seconds=studio.engine.typical_seconds(entry.task),
        )
        for entry in entries
    ]
    event = image_grid(
        cards,
        key=_KEY,
        layout="feed",
        push_url=PUSH_URL,
        empty=empty,
        extras=GridExtras(undo=card_actions.undo_of(), scroll_to_new=True),
        on_event=lambda: card_actions.prepare(_KEY),
    )
    card_actions.follow(event)


def summary(entries: Sequence[Entry]) -> str:
    """Such as "2 Generating · 1 Queued · 9 Done"."""
    counts = Counter(STATE_WORDS[entry.task.state] for entry in entries)
    order = dict.fromkeys(STATE_WORDS[state] for state in State)
    return " · ".join(f"{counts[word]} {word}" for word in order if counts[word])
