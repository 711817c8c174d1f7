"""Recent submissions beside the form: what runs and what is new, rerun by live updates."""

from __future__ import annotations

import streamlit as st

from components.studio.user_tasks import MAX_VARIANTS
from components.ui import card_actions, paused_banner, session
from components.ui.feed import render_feed
from components.ui.form import prompt_examples
from components.ui.gallery import compare_dialog
from components.ui.messages import state_summary
from components.ui.streamlit_internals.uncaught_errors import run_fragment

MAX_TASKS = 24


def render_recent_tasks() -> None:
    """Render the newest tasks of this user, or examples while there are none."""
    run_fragment(_render, session.tab_state().submit_errors.get("generate"))


def _render(shown_error: str | None) -> None:
    """Render the grid, also an empty one: it is told of a task that another tab submits.

    The page is not run again for that.
    """
    paused_banner.rerun_if_pause_changed()
    tab, studio = session.tab_state(), session.studio()
    if tab.submit_errors.get("generate") != shown_error:
        st.rerun()  # an example was pressed: its error stands beside the form
    # A few more, so that the last submission is whole.
    entries = studio.tasks.recent(tab.user_id, limit=MAX_TASKS + MAX_VARIANTS)
    if entries:
        with st.container(key="kx-feed-head", horizontal=True, vertical_alignment="center"):
            st.subheader("Newest", anchor=False, width="content")
            st.caption(state_summary(entry.task for entry in entries), width="content")
    else:
        with st.container(key="kx-feed-examples"):
            prompt_examples.render_prompt_examples()
    event = render_feed(entries, key="feed", max_tasks=MAX_TASKS, scroll_to_new=True)
    card_actions.navigate_after(event)
    compare_dialog.render_dialog()
