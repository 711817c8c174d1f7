"""Banner above every page while the queue is paused, with the reason."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.messages import pause_message


def render_paused_banner() -> None:
    """Render the banner if the queue is paused."""
    studio = session.studio()
    reason = session.tab_state().pause_reason = studio.pause_reason
    if reason is not None:
        until = studio.paused_until
        message = pause_message(reason, session.describe_moment(until) if until else None)
        with st.container(key="kx-paused", horizontal=True, vertical_alignment="center"):
            st.warning(escape_markdown(message), width="stretch")
            st.button("Try now", on_click=studio.recheck_account)


def rerun_if_pause_changed() -> None:
    """Rerun the page if the banner has to appear or go; for fragments that live updates rerun."""
    tab, reason = session.tab_state(), session.studio().pause_reason
    if tab.pause_reason != reason:
        tab.pause_reason = reason
        st.rerun()
