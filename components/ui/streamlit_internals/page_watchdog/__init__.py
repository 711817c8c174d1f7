"""Page watchdog: draws a page again after Streamlit has blanked it.

A fragment's rerun request names the page that the browser knows. If it reaches the server after
a page change, Streamlit (1.67) takes it for a navigation back: the browser throws away what the
new page has drawn, and nothing is left below the top bar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st
from streamlit.navigation.page import Page

from components.ui import frontend
from components.ui.streamlit_internals.page_switch import switch_page

_KEY = "kx-hidden-watchdog"
_WIDGET = "page-watchdog"
# Without any timer, Streamlit (1.67) does not draw the page again after a server restart.
_RARELY = timedelta(days=1)


@dataclass(frozen=True)
class PressHandlers:
    """What is called when a paid press has come to nothing."""

    on_stranger: Callable[[], None]
    """The browser is no longer this person's, so the press was held back."""
    on_lost: Callable[[float], None]
    """The connection ended before the press had an answer, so many seconds ago."""


def page_watchdog(page: Page, *, landmarks: str, person: str, presses: PressHandlers) -> None:
    """Draw `page` again whenever none of its landmarks, a CSS selector, is in the document.

    `person` is the tag that the server's `/who` gives as well. Call it outside of the page: inside,
    it would be blanked with it.
    """
    st.fragment(_draw, run_every=_RARELY)(page, landmarks, person, presses)


def _draw(page: Page, landmarks: str, person: str, presses: PressHandlers) -> None:
    def tell_lost() -> None:
        match st.session_state[_WIDGET].get("lost_press"):
            case int(seconds) | float(seconds):
                presses.on_lost(seconds)

    with st.container(key=_KEY):
        state = frontend.load_component("streamlit_internals/page_watchdog/watchdog.js")(
            key=_WIDGET,
            data={"landmarks": landmarks, "person": person},
            on_blank_change=lambda: None,
            on_stranger_change=presses.on_stranger,
            on_lost_press_change=tell_lost,
        )
    if state.blank:
        switch_page(page)
