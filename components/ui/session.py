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
from components.studio.db.models import PictureRecord
from components.studio.identity import COOKIE, designer_of, new_token
from components.studio.images.metadata import GenerationMetadata
from components.studio.studio import NotYours, Studio

_KEY = "kontext.session"


@dataclass
class OnTable:
    """What lies on the table over the gallery: the tree of a picture, and a pair to compare."""

    tree_of: str | None = None
    pair: tuple[str, str] | None = None
    """The before and the after."""


@dataclass
class Session:
    """What one tab remembers between two reruns."""

    designer: str
    source_id: str | None = None
    """The picture that the Edit page works on."""
    pair: tuple[str, str] | None = None
    """The before and after that the designer chose to see; None shows the newest edit."""
    upload_round: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    """Grows with each file, also where a server that was restarted counts for an open window."""
    is_new_on_edit: bool = False
    """Whether a picture was brought in, or refused, that Edit has not shown yet."""
    wanted_url: str | None = None
    carried: GenerationMetadata | None = None
    """What the picture that was brought in last says of its own making."""
    source_notice: str | None = None
    """Why a picture could not be taken in."""
    notices: dict[str, str] = field(default_factory=dict)
    """By form, why its last press led to nothing; shown beside the button until the next one."""
    drafts: dict[str, str] = field(default_factory=dict)
    """By box, what a reload would find in it."""
    page: str | None = None
    """The URL path of the page that is drawn."""
    came_from: str | None = None
    """The URL path of the page that was drawn before, which may be the same."""
    hold: str | None = None
    """What keeps the queue from being sent, as the frame of this tab says it."""
    table: OnTable | None = None
    thrown: tuple[str, ...] = ()
    """The tasks thrown away by the last press, which an undo takes back."""
    thrown_number: int = 0
    """Differs for each such press."""


def current() -> Session:
    """The session of this tab, begun anew after a reload."""
    found = st.session_state.get(_KEY)
    if found is None:
        found = Session(designer_of(_cookie()) or cast(str, designer_of(new_token())))
        desk = studio().chosen_source(found.designer)
        found.source_id = desk.id if desk else None
        st.session_state[_KEY] = found
    return cast(Session, found)


def _cookie() -> str | None:
    """The designer's cookie; None where there is no browser, and the tab is its own designer."""
    # AppTest answers every cookie with a stand-in that is no text (Streamlit 1.67).
    token: object = st.context.cookies.get(COOKIE)
    return token if isinstance(token, str) else None


def source() -> PictureRecord | None:
    """The picture that the Edit page works on."""
    tab = current()
    try:
        return studio().picture(tab.designer, tab.source_id) if tab.source_id else None
    except NotYours:  # deleted in another window
        choose_source(None)
        return None


def choose_source(picture_id: str | None) -> None:
    """Work on another picture, or on none. Raises NotYours."""
    tab = current()
    studio().choose_source(tab.designer, picture_id)
    tab.source_id, tab.pair, tab.source_notice = picture_id, None, None


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
