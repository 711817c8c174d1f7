"""Recent tasks beside the form: what runs and what is new, rerun by live updates."""

from __future__ import annotations

import streamlit as st

from components.ui import card_actions, paused_banner, session
from components.ui.card_grid import build_task_cards, render_card_grid
from components.ui.messages import state_summary
from components.ui.streamlit_internals.uncaught_errors import run_fragment
from components.ui.widgets.image_grid import GridExtras

MAX_TASKS = 24


def render_recent_tasks() -> None:
    """Render the newest tasks of this user."""
    run_fragment(_render)


def _render() -> None:
    paused_banner.rerun_if_pause_changed()
    tab, studio = session.tab_state(), session.studio()
    entries = studio.recent_tasks(tab.user_id, limit=MAX_TASKS)
    with st.container(key="kx-feed-head", horizontal=True, vertical_alignment="center"):
        st.subheader("Newest", anchor=False, width="content")
        st.caption(state_summary(entry.task for entry in entries), width="content")
    event = render_card_grid(
        build_task_cards(entries),
        key="feed",
        layout="feed",
        extras=GridExtras(scroll_to_new=True),
    )
    card_actions.navigate_after(event)
