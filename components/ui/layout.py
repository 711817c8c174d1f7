"""The layout of every page: page map, bar, banners and page title."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page

from components.studio.db.database import DatabaseError
from components.studio.db.people import user_tag
from components.studio.settings import SettingsError
from components.studio.studio import Studio
from components.ui import (
    credits_widget,
    notice_banner,
    paused_banner,
    person_menu,
    session,
    storage_banner,
)
from components.ui.edit import source_picker
from components.ui.escape import escape_markdown
from components.ui.messages import COOKIE_LOST, PRESS_LOST, SIGN_IN_LOST
from components.ui.streamlit_internals.page_watchdog import PressHandlers, page_watchdog
from components.ui.urls import ENDINGS_URL, LIVE_UPDATES_URL
from components.ui.widgets.bar_tools import bar_tools

_ROOT = Path(__file__).parents[2]
# Every page has one of them, also one that cannot be drawn.
_LANDMARKS = ".st-key-kx-form, .st-key-kx-title, [class*=st-key-kx-error]"

_NOTICE = "sandbox-notice"
SANDBOX_MESSAGE = "**Sandbox** Pictures are drawn here, at no cost."
SANDBOX_HELP = "To use the real service, set `KIE_API_KEY` and start again."


def pages() -> Sequence[Page]:
    """The pages in the order of the bar. The first one answers at `/`."""
    return (
        st.Page(_ROOT / "pages" / "generate.py", title="Generate", default=True),
        st.Page(_ROOT / "pages" / "edit.py", title="Edit", url_path="edit"),
        st.Page(_ROOT / "pages" / "gallery.py", title="Gallery", url_path="gallery"),
    )


def pages_to_open() -> Sequence[Page]:
    """The pages that have an address: where people sign in, that of admins, too.

    Who is no admin finds nothing there.
    """
    try:
        has_admins = session.studio().settings.signs_in
    except (DatabaseError, SettingsError):  # every page says why
        has_admins = False
    return (*pages(), admin_page()) if has_admins else pages()


def admin_page() -> Page:
    """The page of admins, which the bar does not name."""
    return st.Page(_ROOT / "pages" / "admin.py", title="Admin", url_path="admin")


def render_page(page: Page) -> None:
    """Render one page with bar and banners."""
    # The icon stands in the page itself: `page_icon` would import NumPy (Streamlit 1.67).
    st.set_page_config(page_title=f"{page.title} · Kontext Studio", layout="wide")
    bar = _render_bar()
    tab = session.tab_state()  # before the bar: what keeps the studio shut is said once
    session.check_not_removed(tab.user_id)
    with bar:
        credits_widget.render_credits()
        bar_tools(push_url=LIVE_UPDATES_URL, endings_url=ENDINGS_URL, key="bar-tools")
        person_menu.render_person_menu(admin_page)
    _render_banners()
    page_watchdog(
        page,
        landmarks=_LANDMARKS,
        person=user_tag(tab.user_id),
        presses=PressHandlers(on_stranger=_say_cookie_lost, on_lost=_say_press_lost),
    )
    tab.previous_page, tab.page = tab.page, page.url_path
    if tab.previous_page != tab.page:
        tab.dialog = tab.sharing = None  # the browser's Back closes it unheard
    tab.shown_budgets = None
    page.run()
    if page.url_path != "edit":
        source_picker.render_global_drop_target()


def _render_bar() -> DeltaGenerator:
    """The bar with the page links; other parts are added to it later."""
    bar = st.container(key="kx-bar", horizontal=True, vertical_alignment="center")
    with bar:
        st.markdown("Kontext Studio", width="content")
        for page in pages():
            st.page_link(page, label=page.title)
    return bar


def _active_faults_text(studio: Studio) -> str:
    """Names the active faults, so that a user knows that a fault is injected."""
    if studio.fault_controls is None or not studio.fault_controls.rates:
        return ""
    return f" **Faults are on:** {escape_markdown(', '.join(studio.fault_controls.rates))}."


def _hide_sandbox() -> None:
    """Kept as drafts are: for this person, in every tab."""
    session.studio().drafts.save(session.tab_state().user_id, _NOTICE, "hidden")


def _hides_sandbox() -> bool:
    return bool(session.studio().drafts.load(session.tab_state().user_id, _NOTICE).text)


def _say_cookie_lost() -> None:
    signs_in = session.studio().settings.signs_in
    st.toast(SIGN_IN_LOST if signs_in else COOKIE_LOST, duration="infinite")


def _say_press_lost(seconds_ago: float) -> None:
    """Say that the connection ended over a press, unless the press has arrived."""
    studio, user_id = session.studio(), session.tab_state().user_id
    newest = studio.tasks.recent(user_id, limit=1)
    if not any(entry.task.created_at >= studio.clock() - seconds_ago - 1 for entry in newest):
        st.toast(PRESS_LOST, duration="infinite")


def _render_banners() -> None:
    studio = session.studio()
    faults = _active_faults_text(studio)
    if studio.settings.uses_sandbox and (faults or not _hides_sandbox()):
        with st.container(key="kx-sandbox", horizontal=True, vertical_alignment="center"):
            st.markdown(SANDBOX_MESSAGE + faults, help=SANDBOX_HELP, width="content")
            if not faults:
                st.button("Hide", key="sandbox-hide", type="tertiary", on_click=_hide_sandbox)
    notice_banner.render_notice()
    person_menu.render_claim_offer()
    storage_banner.render_storage_banner()
    paused_banner.render_paused_banner()
