"""The frame around every page: the page map, the bar on top, the look, and what all must know."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page

from components.studio.db.tasks import LedgerUnavailable
from components.studio.settings import SettingsError
from components.studio.studio import Studio
from components.ui import credits_widget, paused_banner, session
from components.ui.edit import source_picker
from components.ui.escape import plain
from components.ui.streamlit_internals.page_watchdog import page_watchdog

_ROOT = Path(__file__).parents[2]
_LANDMARKS = ".st-key-kx-form, .st-key-kx-title"  # every page has one of them

SANDBOX_SENTENCE = (
    "**Sandbox.** Pictures are painted on this machine and cost nothing. "
    "To use the real service, set `KIE_API_KEY` and start again."
)


def pages() -> Sequence[Page]:
    """The pages in the order of the bar. The first one answers at `/`."""
    return (
        st.Page(_ROOT / "pages" / "generate.py", title="Generate", default=True),
        st.Page(_ROOT / "pages" / "edit.py", title="Edit", url_path="edit"),
        st.Page(_ROOT / "pages" / "gallery.py", title="Gallery", url_path="gallery"),
    )


def draw(page: Page) -> None:
    """Draw one page in its frame."""
    st.set_page_config(
        page_title=f"{page.title} · Kontext Studio",
        page_icon=_ROOT / "static" / "icon.png",
        layout="wide",
    )
    bar = _bar()
    try:
        session.current()  # in here, as Streamlit shows what a fragment raises in its own way
        with bar:
            credits_widget.draw_purse()
        _notices()
    except (LedgerUnavailable, SettingsError) as error:
        st.error(plain(str(error)))
        st.stop()
    page_watchdog(page, landmarks=_LANDMARKS)
    tab = session.current()
    tab.came_from, tab.page = tab.page, page.url_path
    page.run()
    if page.url_path != "edit":
        source_picker.draw_catcher()


def _bar() -> DeltaGenerator:
    """The bar with the pages; what needs the studio is put into it later."""
    bar = st.container(key="kx-bar", horizontal=True, vertical_alignment="center")
    with bar:
        st.markdown("Kontext Studio", width="content")
        for page in pages():
            st.page_link(page, label=page.title)
    return bar


def _faults(studio: Studio) -> str:
    """Whoever meets a fault that was switched on should know that it is one."""
    if studio.drill is None or not studio.drill.rates:
        return ""
    return f" **Faults are on:** {plain(', '.join(studio.drill.rates))}."


def _notices() -> None:
    studio = session.studio()
    if studio.settings.sandboxed:
        with st.container(key="kx-sandbox"):
            st.markdown(SANDBOX_SENTENCE + _faults(studio))
    paused_banner.draw_hold()
