"""Toasts of callbacks, and reruns that leave them alone.

Streamlit (1.67) drops the toast of a run that ends in `st.rerun`.
"""

from __future__ import annotations

import time

import streamlit as st

READING_SECONDS = 5.0

_KEY = "kontext.toast_at"


def show_toast(message: str) -> None:
    """Show a toast, in Markdown. For callbacks."""
    st.session_state[_KEY] = time.monotonic()
    st.toast(message, duration="long")


def is_toast_read() -> bool:
    """Whether the page may be rerun by itself; what has to change waits for the next update."""
    shown_at: float = st.session_state.get(_KEY, float("-inf"))
    return time.monotonic() - shown_at >= READING_SECONDS
