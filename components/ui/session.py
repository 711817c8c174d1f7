"""The one door to Streamlit's session state, and to the studio behind every page.

A session lives as long as a browser tab; what must outlive it is in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from components.bootstrap import open_studio
from components.studio.identity import COOKIE, designer_of, new_token
from components.studio.studio import Studio

_KEY = "kontext.session"


@dataclass
class Session:
    """What one tab remembers between two reruns."""

    designer: str
    source_id: str | None = None
    """The picture that the Edit page works on."""
    notice: str | None = None
    """Why the last press led to nothing; shown beside the button until the next one."""


def current() -> Session:
    """The session of this tab, begun anew after a reload."""
    found = st.session_state.get(_KEY)
    if found is None:
        # Without a cookie (a first run before it is set, or a test) the tab is its own designer.
        token = st.context.cookies.get(COOKIE)
        found = Session(designer_of(token) or cast(str, designer_of(new_token())))
        st.session_state[_KEY] = found
    return cast(Session, found)


def time_zone() -> tzinfo | None:
    """The designer's time zone as the browser tells it; None is the server's."""
    name = st.context.timezone
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def studio() -> Studio:
    """The studio of this process. Raises LedgerUnavailable or SettingsError."""
    return open_studio()
