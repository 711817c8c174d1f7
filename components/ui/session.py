"""Access to Streamlit's session state, and to the studio behind every page.

A session lives as long as a browser tab; what must outlive it is in the database.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Literal, NamedTuple, cast

import streamlit as st

from components.bootstrap import open_studio
from components.studio.clock import time_zone as read_time_zone
from components.studio.db.budgets import BudgetLeft
from components.studio.db.sharing import ShareKind
from components.studio.db.tables import ImageRecord
from components.studio.images.generation_metadata import GenerationMetadata
from components.studio.studio import NotFoundError, Studio
from components.studio.tasks.models import FailureReason
from components.ui import messages
from components.ui.dates import moment_label
from components.ui.streamlit_internals.user_info import user_info

_KEY = "kontext.session"
USER_KEY = "kontext_user"
"""Where `st.user` has the user id: the server finds it out and Streamlit keeps it."""
COOKIE_USER_KEY = "kontext_cookie_user"
"""Where it has whose cookie the browser of somebody who signed in still has."""


class UnknownUserError(Exception):
    """The browser sent no cookie that is believed."""


@dataclass
class DialogState:
    """The dialog over the gallery: the tree of an image, or a pair to compare."""

    tree_of: str | None = None
    pair: tuple[str, str] | None = None
    """The before and the after."""
    pairs: tuple[tuple[str, str], ...] = ()
    """All that can be compared: the variants of a submission to both models."""


@dataclass
class SharingDialog:
    """The dialog that shares something, lists what is shared, or adds to a collection."""

    kind: Literal["share", "links", "collect"]
    targets: tuple[str, ...] = ()
    """Items of the gallery, or the collection that is shared."""
    share_kind: ShareKind = ShareKind.PICTURE
    url: str = ""
    """Of the link that was just made."""
    problem: str = ""


@dataclass
class ChainDraft:
    """What the dialog "Run again from the original" holds; its boxes have the words."""

    run_id: str
    """Of the run that a press begins: a second press begins none."""
    source_id: str
    order: list[str]
    """The tasks of the steps, in the order in which they are run."""
    error: str = ""


@dataclass
class InstructionDraft:
    """What the dialog holds that changes the instruction of a step that stopped a run."""

    run_id: str
    position: int
    error: str = ""


class FollowedRun(NamedTuple):
    """A run whose newest picture the viewer shows, as long as nobody chooses another pair."""

    run_id: str
    pair: tuple[str, str] | None


class Pause(NamedTuple):
    """Why the queue is paused, until when if that is known, and how many of this user wait."""

    reason: FailureReason | None = None
    until: float | None = None
    waiting: int = 0


class TypingRequest(NamedTuple):
    """Puts the cursor into a prompt box, once for each number."""

    mode: str = ""
    number: int = 0


class ChangesInPlace(NamedTuple):
    """What the field "Change…" on cards has made in this tab."""

    nonce: int = 0
    """Of the last event; the browser waits for it."""
    made_id: str = ""
    """The task that it made, or empty."""
    task_ids: tuple[str, ...] = ()
    """The tasks made lately, newest last."""


@dataclass(frozen=True)
class MapSave:
    """The last time that a change map was saved in a tab, and why that could not be begun."""

    number: int = 0
    map_id: str = ""
    problem: str = ""


@dataclass
class TabState:
    """State of one tab between two reruns."""

    user_id: str
    source_id: str | None = None
    """The image that the Edit page works on."""
    source_task_id: str | None = None
    """The task that made it: of its versions one may be deleted when another is made."""
    pair: tuple[str, str] | None = None
    """The selected before and after; None shows the newest edit."""
    line_end: str | None = None
    """The last step of the line of edits that the strip shows."""
    has_unseen_source: bool = False
    """Whether a picture was chosen as the source that Edit has not shown yet."""
    pending_url: str | None = None
    embedded_settings: dict[str, GenerationMetadata] = field(default_factory=dict)
    """By image, the generation metadata of its file, while that is offered."""
    source_error: str | None = None
    """Why an image could not be imported."""
    map_save: MapSave = field(default_factory=MapSave)
    submit_errors: dict[str, str] = field(default_factory=dict)
    """By form, why its last submission was rejected; shown until the next one."""
    drafts: dict[str, str] = field(default_factory=dict)
    """By form, the text that a reload would restore."""
    page: str | None = None
    """The URL path of the page that is rendered."""
    previous_page: str | None = None
    """The URL path of the page that was rendered before, which may be the same."""
    pause: Pause = field(default_factory=Pause)
    """What the banner of this tab says about the queue."""
    shown_budgets: tuple[BudgetLeft, ...] | None = None
    """What the line above the press says of budgets; None on a page without one."""
    storage_problem: str | None = None
    """What is wrong with the database or its disk, as the banner of this tab says."""
    notice_id: str | None = None
    """Of the notice that this tab knows; "" where it knows of none, None before it looked."""
    typing: TypingRequest = field(default_factory=TypingRequest)
    dialog: DialogState | None = None
    sharing: SharingDialog | None = None
    shared_message: str = ""
    """What a dialog that has closed has done, until it is said."""
    collection_id: str = ""
    """The collection that the gallery shows, or empty."""
    changes: ChangesInPlace = field(default_factory=ChangesInPlace)
    chain_draft: ChainDraft | None = None
    instruction_draft: InstructionDraft | None = None
    """The dialogs over the Edit page, of which one may be open."""
    followed_run: FollowedRun | None = None
    last_trashed: tuple[str, ...] = ()
    """The tasks that were trashed last, for undo."""
    trash_count: int = 0
    """Increases with each such action."""

    @property
    def has_dialog(self) -> bool:
        """Whether a dialog covers the cards."""
        return self.dialog is not None or self.sharing is not None


def tab_state() -> TabState:
    """The state of this tab, created after a reload. Raises UnknownUserError."""
    state = cast(TabState | None, st.session_state.get(_KEY))
    user_id = _user_id(state)
    if state is not None and state.user_id != user_id:
        st.session_state.clear()
        state = None
    if state is None:
        source = studio().selected_source(user_id)
        state = TabState(user_id, source_id=source.id if source else None)
        st.session_state[_KEY] = state
    return state


def _user_id(state: TabState | None) -> str:
    """Who uses this tab. Where there is no browser, the tab is a user of its own."""
    known = user_info()
    if USER_KEY not in known:  # AppTest: a server always sets it
        return state.user_id if state else secrets.token_hex(16)
    user_id = known[USER_KEY]
    if not user_id:
        studio()  # nobody is known while it cannot be opened: then its error is the reason
        unknown = messages.SIGNED_OUT if studio().settings.signs_in else messages.UNKNOWN_USER
        raise UnknownUserError(unknown)
    return str(user_id)


def cookie_user_id() -> str | None:
    """The user id of the cookie that this browser has from before its person signed in."""
    found = user_info().get(COOKIE_USER_KEY)
    return str(found) if found else None


def check_not_removed(user_id: str) -> None:
    """Raise UnknownUserError for somebody who was removed while the page was open."""
    if user_id in studio().people.removed():
        raise UnknownUserError(messages.REMOVED)


def selected_source() -> ImageRecord | None:
    """The image that the Edit page works on."""
    tab = tab_state()
    try:
        source = _source(tab)
    except NotFoundError:  # deleted in another window
        select_source(None)
        return None
    if source is not None and source.hidden:  # another version of it is shown by now
        source = studio().keeping.shown_version(source)
    if source is not None:
        tab.source_id, tab.source_task_id = source.id, source.task_id
    return source


def _source(tab: TabState) -> ImageRecord | None:
    """A version of the selected source. Raises NotFoundError if all are deleted."""
    if tab.source_id is None:
        return None
    try:
        return studio().image(tab.user_id, tab.source_id)
    except NotFoundError:
        if tab.source_task_id is None:
            raise
        shown_id = studio().task(tab.user_id, tab.source_task_id).image_id
        return studio().image(tab.user_id, shown_id or "")


def begin_typing(mode: str) -> None:
    """Put the cursor into the prompt of this form when it is drawn next; its text is selected."""
    tab = tab_state()
    tab.typing = TypingRequest(mode, tab.typing.number + 1)


def select_source(image_id: str | None) -> None:
    """Select another source, or none. Raises NotFoundError."""
    tab = tab_state()
    studio().select_source(tab.user_id, image_id)
    tab.source_id, tab.source_task_id = image_id, None
    tab.pair, tab.source_error = None, None


def time_zone() -> tzinfo | None:
    """The user's time zone as the browser reports it; None is the server's."""
    return read_time_zone(st.context.timezone)


def describe_moment(moment: float) -> str:
    """When something to come happens, in words and in the user's time zone."""
    return moment_label(moment, studio().clock(), time_zone())


def studio() -> Studio:
    """The running studio. Raises DatabaseError or SettingsError."""
    return open_studio()
