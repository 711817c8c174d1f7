"""Which browser tabs are open: Streamlit's sessions with a connection."""

from __future__ import annotations

import hashlib

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def this_tab() -> str:
    """An id of the tab that runs this script. A reload makes another one of it."""
    context = get_script_run_ctx()
    return "" if context is None else _tab_id(context.session_id)


def open_tabs() -> frozenset[str]:
    """The ids of all connected tabs, of every user; none where no server runs, as in AppTest."""
    # Streamlit 1.67 has no public list of its sessions.
    sessions = getattr(runtime.get_instance(), "_session_mgr", None)
    if sessions is None:
        return frozenset()
    return frozenset(_tab_id(active.session.id) for active in sessions.list_active_sessions())


def _tab_id(session_id: str) -> str:
    """Not the session's own id, which must stand in no database."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:16]
