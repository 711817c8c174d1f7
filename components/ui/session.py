"""The one door to Streamlit's session state, and to the studio behind every page.

A session lives as long as a browser tab; what must outlive it is in the ledger.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from components.bootstrap import open_studio
from components.studio.db.models import ImageRecord
from components.studio.identity import COOKIE, new_token, user_id_from_token
from components.studio.images.generation_metadata import GenerationMetadata
from components.studio.studio import NotFoundError, Studio

_KEY = "kontext.session"


@dataclass
class DialogState:
    """What lies on the table over the gallery: the tree of a picture, and a pair to compare."""

    tree_of: str | None = None
    pair: tuple[str, str] | None = None
    """The before and the after."""


@dataclass
class TabState:
    """What one tab remembers between two reruns."""

    user_id: str
    source_id: str | None = None
    """The picture that the Edit page works on."""
    pair: tuple[str, str] | None = None
    """The before and after that the designer chose to see; None shows the newest edit."""
    upload_round: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    """Grows with each file, also where a server that was restarted counts for an open window."""
    is_new_on_edit: bool = False
    """Whether a picture was brought in, or refused, that Edit has not shown yet."""
    pending_url: str | None = None
    embedded_settings: GenerationMetadata | None = None
    """What the picture that was brought in last says of its own making."""
    source_error: str | None = None
    """Why a picture could not be taken in."""
    submit_errors: dict[str, str] = field(default_factory=dict)
    """By form, why its last press led to nothing; shown beside the button until the next one."""
    drafts: dict[str, str] = field(default_factory=dict)
    """By box, what a reload would find in it."""
    page: str | None = None
    """The URL path of the page that is drawn."""
    previous_page: str | None = None
    """The URL path of the page that was drawn before, which may be the same."""
    pause_reason: str | None = None
    """What keeps the queue from being sent, as the frame of this tab says it."""
    dialog: DialogState | None = None
    last_trashed: tuple[str, ...] = ()
    """The tasks thrown away by the last press, which an undo takes back."""
    trash_count: int = 0
    """Differs for each such press."""


def tab_state() -> TabState:
    """The session of this tab, begun anew after a reload."""
    found = st.session_state.get(_KEY)
    if found is None:
        found = TabState(
            user_id_from_token(_cookie()) or cast(str, user_id_from_token(new_token()))
        )
        desk = studio().selected_source(found.user_id)
        found.source_id = desk.id if desk else None
        st.session_state[_KEY] = found
    return cast(TabState, found)


def _cookie() -> str | None:
    """The designer's cookie; None where there is no browser, and the tab is its own designer."""
    # AppTest answers every cookie with a stand-in that is no text (Streamlit 1.67).
    token: object = st.context.cookies.get(COOKIE)
    return token if isinstance(token, str) else None


def selected_source() -> ImageRecord | None:
    """The picture that the Edit page works on."""
    tab = tab_state()
    try:
        return studio().image(tab.user_id, tab.source_id) if tab.source_id else None
    except NotFoundError:  # deleted in another window
        select_source(None)
        return None


def select_source(image_id: str | None) -> None:
    """Work on another picture, or on none. Raises NotYours."""
    tab = tab_state()
    studio().select_source(tab.user_id, image_id)
    tab.source_id, tab.pair, tab.source_error = image_id, None, None


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
