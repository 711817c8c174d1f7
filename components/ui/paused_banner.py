"""The notice that nothing is sent just now, and why: drawn in the frame, above every page."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.messages import pause_message


def render_paused_banner() -> None:
    """Draw the notice if the key or the credit keeps the queue from being sent."""
    tab, studio = session.tab_state(), session.studio()
    tab.pause_reason = studio.pause_reason
    if studio.pause_reason is not None:
        with st.container(key="kx-paused", horizontal=True, vertical_alignment="center"):
            st.warning(escape_markdown(pause_message(studio.pause_reason)), width="stretch")
            st.button("Try now", on_click=studio.recheck_account)


def rerun_if_pause_changed() -> None:
    """Draw the whole page again if the notice has come or gone; for what the push redraws."""
    tab, studio = session.tab_state(), session.studio()
    if tab.pause_reason != studio.pause_reason:
        tab.pause_reason = studio.pause_reason
        st.rerun()
