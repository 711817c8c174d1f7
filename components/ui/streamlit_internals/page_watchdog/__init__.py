"""Draws a page again that Streamlit has taken from the screen.

What a browser asks of a fragment names the page that it knows. Where that reaches the server
while another page is drawn, Streamlit (1.67) takes it for a way back: the browser throws away
what the new page has drawn, and nothing stands below the bar.
"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st
from streamlit.navigation.page import Page

from components.ui import frontend

_KEY = "kx-unseen-guard"
# Where nothing runs by itself Streamlit (1.67) does not draw the page of a server that came back.
_SELDOM = timedelta(days=1)


def guard(page: Page, *, landmarks: str) -> None:
    """Draw `page` again whenever none of its landmarks, a CSS selector, is on the screen.

    Call it outside of the page, or it would be taken away with it.
    """
    st.fragment(_draw, run_every=_SELDOM)(page, landmarks)


def _draw(page: Page, landmarks: str) -> None:
    with st.container(key=_KEY):
        seen = frontend.component("streamlit_internals/page_watchdog/guard.js")(
            key="guard", data={"landmarks": landmarks}, on_lost_change=lambda: None
        )
    if seen.lost:
        st.switch_page(page)
