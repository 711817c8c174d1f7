"""Draws a fragment again and again, never while the page changes.

The `run_every` of `st.fragment` may fall into a change of the page; what Streamlit (1.67) makes
of that is said in `guard`.
"""

from __future__ import annotations

import streamlit as st

from components.ui import frontend


def beat(seconds: float, *, key: str) -> None:
    """Draw the `st.fragment` that this is called in every so many seconds, while it can be seen."""
    with st.container(key=f"kx-unseen-{key}"):
        frontend.component("widgets/auto_refresh/beat.js")(
            key=key, data={"seconds": seconds}, on_beat_change=lambda: None
        )
