"""The gallery: every picture of this designer, newest first, by day and in pages."""

from __future__ import annotations

import math
import time

import streamlit as st

from components.studio.search import Search
from components.studio.tasks import State
from components.ui import acts, session
from components.ui.cards import card_of, day_of
from components.ui.feed import PUSH_URL
from components.ui.sheet import sheet

PICTURES_A_PAGE = 48
MADE = Search(states=frozenset({State.DONE}))
_KEY = "gallery"


def draw_gallery() -> None:
    """Draw one page of the gallery."""
    st.fragment(_draw)()


def _draw() -> None:
    tab, studio = session.current(), session.studio()
    made = studio.archive.find(tab.designer, MADE, stacked=False)
    count = len(made)
    with st.container(key="kx-gallery-head", horizontal=True, vertical_alignment="center"):
        st.subheader("Gallery", anchor=False, width="content")
        st.caption(f"{count} picture{'' if count == 1 else 's'}", width="content")
    page_count = max(1, math.ceil(count / PICTURES_A_PAGE))
    page = min(st.session_state.get("gallery-page", 1), page_count)
    first = (page - 1) * PICTURES_A_PAGE
    shown = made[first : first + PICTURES_A_PAGE]
    entries = studio.archive.entries(tab.designer, [place.task_id for place in shown])
    now = time.time()
    event = sheet(
        [
            card_of(entry, group=day_of(entry.task.created_at, now, session.time_zone()))
            for entry in entries
        ],
        key=_KEY,
        layout="grid",
        push_url=PUSH_URL,
        empty="Nothing here yet. What you make on Generate is kept here.",
        on_event=lambda: acts.prepare(_KEY),
    )
    if page_count > 1:
        st.pagination(page_count, key="gallery-page")
    acts.follow(event)
