"""Banner above every page while the database or its disk fails; it reads neither."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.messages import NOTHING_SENT, storage_message


def render_storage_banner() -> None:
    """Render the banner if something is wrong."""
    message = _message()
    _remember(message)
    if message is not None:
        with st.container(key="kx-storage"):
            st.error(escape_markdown(message))


def rerun_if_storage_changed() -> None:
    """Rerun the page if the banner has to change; for fragments that live updates rerun."""
    message = _message()
    if session.tab_state().storage_problem != message:
        _remember(message)
        st.rerun()


def _remember(message: str | None) -> None:
    """Note what the banner says; what a press said of the last problem goes with that."""
    tab = session.tab_state()
    gone = tab.storage_problem
    tab.storage_problem = message
    if gone is not None and gone != message:
        for mode, error in list(tab.submit_errors.items()):
            if error.removeprefix(NOTHING_SENT).strip() in gone:
                del tab.submit_errors[mode]


def _message() -> str | None:
    problem = session.studio().storage_problem
    return None if problem is None else storage_message(problem)
