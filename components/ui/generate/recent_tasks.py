"""Recent tasks beside the form: what runs and what is new, rerun by live updates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from components.studio.db.models import TaskWithImage
from components.studio.tasks.models import TaskState
from components.ui import card_actions, paused_banner, session
from components.ui.card_view_models import build_card
from components.ui.messages import STATE_LABELS
from components.ui.widgets.image_grid import GridExtras, image_grid

MAX_TASKS = 24
LIVE_UPDATES_URL = "/push"
_KEY = "feed"


def render_recent_tasks(*, empty: str) -> None:
    """Render the newest tasks of this user."""
    st.fragment(_render)(empty)


def _load_tasks() -> list[TaskWithImage]:
    return session.studio().recent_tasks(session.tab_state().user_id, limit=MAX_TASKS)


def _render(empty: str) -> None:
    paused_banner.rerun_if_pause_changed()
    studio = session.studio()
    entries = _load_tasks()
    places = studio.queue_positions()
    with st.container(key="kx-feed-head", horizontal=True, vertical_alignment="center"):
        st.subheader("Newest", anchor=False, width="content")
        st.caption(summary(entries), width="content")
    cards = [
        build_card(
            entry,
            queue_position=places.get(entry.task.id),
            pause_reason=studio.pause_reason,
            typical_seconds=studio.expected_seconds(entry.task),
        )
        for entry in entries
    ]
    event = image_grid(
        cards,
        key=_KEY,
        layout="feed",
        push_url=LIVE_UPDATES_URL,
        empty=empty,
        extras=GridExtras(undo=card_actions.pending_undo(), scroll_to_new=True),
        on_event=lambda: card_actions.on_card_event(_KEY),
    )
    card_actions.navigate_after(event)


def summary(entries: Sequence[TaskWithImage]) -> str:
    """Such as "2 Generating · 1 Queued · 9 Done"."""
    counts = Counter(STATE_LABELS[entry.task.state] for entry in entries)
    order = dict.fromkeys(STATE_LABELS[state] for state in TaskState)
    return " · ".join(f"{counts[word]} {word}" for word in order if counts[word])
