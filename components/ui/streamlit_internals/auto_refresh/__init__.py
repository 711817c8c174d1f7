"""Reruns a fragment at an interval, never while the page changes.

The `run_every` of `st.fragment` may fire during a page change. Streamlit (1.67) then blanks the
new page; `page_watchdog` explains why.
"""

from __future__ import annotations

import streamlit as st

from components.ui import frontend


def auto_refresh(seconds: float, *, key: str) -> None:
    """Rerun the `st.fragment` that calls this every `seconds`, while the tab is visible."""
    with st.container(key=f"kx-hidden-{key}"):
        frontend.load_component("streamlit_internals/auto_refresh/auto-refresh.js")(
            key=key, data={"seconds": seconds}, on_tick_change=lambda: None
        )
