"""Draws a page that could not open the data folder again, as soon as it can."""

from __future__ import annotations

import streamlit as st

from components.studio.db.database import DatabaseError
from components.ui import session
from components.ui.streamlit_internals.auto_refresh import auto_refresh

RETRY_SECONDS = 3.0


def retry_opening() -> None:
    """Look for the studio by a timer; the page's other parts are not drawn meanwhile."""
    st.fragment(_retry)()


def _retry() -> None:
    if not auto_refresh(RETRY_SECONDS, key="opening-retry"):
        return
    try:
        session.studio()
    except DatabaseError:
        return  # the message above still holds
    st.rerun()
