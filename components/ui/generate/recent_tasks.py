"""Recent tasks beside the form: what runs and what is new, rerun by live updates."""

from __future__ import annotations

import streamlit as st

from components.ui import card_actions, paused_banner, session
from components.ui.card_grid import build_task_cards, render_card_grid
from components.ui.generate import prompt_examples
from components.ui.messages import state_summary
from components.ui.streamlit_internals.uncaught_errors import run_fragment
from components.ui.widgets.image_grid import GridExtras

MAX_TASKS = 24


def render_recent_tasks() -> None:
    """Render the newest tasks of this user, or examples while there are none."""
    tab, studio = session.tab_state(), session.studio()
    has_tasks = bool(studio.recent_tasks(tab.user_id, limit=1))
    if not has_tasks:
        prompt_examples.render_prompt_examples()
    run_fragment(_render, has_tasks)


def _render(has_tasks: bool) -> None:
    """Render the grid, also an empty one: it is told of a task that another tab submits."""
    paused_banner.rerun_if_pause_changed()
    tab, studio = session.tab_state(), session.studio()
    entries = studio.recent_tasks(tab.user_id, limit=MAX_TASKS)
    if entries and not has_tasks:
        st.rerun()  # the examples go
    if has_tasks:
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
