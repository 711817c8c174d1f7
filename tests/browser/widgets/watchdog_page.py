"""The page that `test_guard.py` looks at: two pages, and a fragment on the first."""

from __future__ import annotations

import time

import streamlit as st

from components.ui.streamlit_internals.auto_refresh import auto_refresh
from components.ui.streamlit_internals.page_watchdog import page_watchdog


@st.fragment
def pressed() -> None:
    st.button("Press")


@st.fragment
def counted() -> None:
    st.session_state["beats"] = st.session_state.get("beats", 0) + 1
    st.text(f"Drawn {st.session_state['beats']} times")
    auto_refresh(0.5, key="beat")


def first() -> None:
    st.container(key="landmark").text("The first page")
    pressed()
    counted()


def second() -> None:
    st.session_state["times"] = st.session_state.get("times", 0) + 1
    st.container(key="landmark").text(f"The second page, drawn {st.session_state['times']} times")
    time.sleep(1)


page = st.navigation([st.Page(first, default=True), st.Page(second)], position="top")
page_watchdog(page, landmarks=".st-key-landmark")
page.run()
