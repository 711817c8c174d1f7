"""The notice that nothing is sent just now, and why: drawn in the frame, above every page."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.escape import plain
from components.ui.messages import held


def draw_hold() -> None:
    """Draw the notice if the key or the credit keeps the queue from being sent."""
    tab, studio = session.current(), session.studio()
    tab.hold = studio.held_by
    if studio.held_by is not None:
        with st.container(key="kx-paused", horizontal=True, vertical_alignment="center"):
            st.warning(plain(held(studio.held_by)), width="stretch")
            st.button("Try now", on_click=studio.engine.probe_account)


def follow_hold() -> None:
    """Draw the whole page again if the notice has come or gone; for what the push redraws."""
    tab, studio = session.current(), session.studio()
    if tab.hold != studio.held_by:
        tab.hold = studio.held_by
        st.rerun()
