"""Page watchdog: draws a page again after Streamlit has blanked it.

A fragment's rerun request names the page that the browser knows. If it reaches the server after
a page change, Streamlit (1.67) takes it for a navigation back: the browser throws away what the
new page has drawn, and nothing is left below the top bar.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import streamlit as st
from streamlit.navigation.page import Page

from components.ui import frontend
from components.ui.streamlit_internals.page_switch import switch_page

_KEY = "kx-hidden-watchdog"
# Without any timer, Streamlit (1.67) does not draw the page again after a server restart.
_RARELY = timedelta(days=1)


def page_watchdog(
    page: Page, *, landmarks: str, person: str, on_stranger: Callable[[], None]
) -> None:
    """Draw `page` again whenever none of its landmarks, a CSS selector, is in the document.

    `on_stranger` is called in place of a paid press if the browser is no longer this person's, a
    tag that the server's `/who` gives as well. Call it outside of the page: inside, it would be
    blanked with it.
    """
    st.fragment(_draw, run_every=_RARELY)(page, landmarks, person, on_stranger)


def _draw(page: Page, landmarks: str, person: str, on_stranger: Callable[[], None]) -> None:
    with st.container(key=_KEY):
        state = frontend.load_component("streamlit_internals/page_watchdog/watchdog.js")(
            key="page-watchdog",
            data={"landmarks": landmarks, "person": person},
            on_blank_change=lambda: None,
            on_stranger_change=on_stranger,
        )
    if state.blank:
        switch_page(page)
