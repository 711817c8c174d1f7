"""Banner above every page while the database or its disk fails; it reads neither."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.messages import storage_message


def render_storage_banner() -> None:
    """Render the banner if something is wrong."""
    message = session.tab_state().storage_problem = _message()
    if message is not None:
        with st.container(key="kx-storage"):
            st.error(escape_markdown(message))


def rerun_if_storage_changed() -> None:
    """Rerun the page if the banner has to change; for fragments that live updates rerun."""
    tab, message = session.tab_state(), _message()
    if tab.storage_problem != message:
        tab.storage_problem = message
        st.rerun()


def _message() -> str | None:
    problem = session.studio().storage_problem
    return None if problem is None else storage_message(problem)
