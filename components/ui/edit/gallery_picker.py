"""Dialog that chooses the source of an edit among all pictures of the gallery."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.studio.db.gallery import MAX_SEARCH_CHARACTERS, GalleryQuery
from components.studio.studio import NotFoundError
from components.studio.tasks.models import TaskState
from components.ui import session
from components.ui.card_actions import image_id_for
from components.ui.card_grid import build_gallery_cards
from components.ui.messages import IMAGE_NOT_FOUND
from components.ui.widgets.image_grid import GridExtras, image_grid

MAX_SHOWN = 120  # what is older is found by searching
_KEY = "source-picker"


@st.dialog("From the gallery", width="large")
def gallery_picker_dialog() -> None:
    """Show finished and brought-in pictures, starred ones first; a press chooses one."""
    render_picker()


def render_picker() -> None:
    """What stands in the dialog."""
    text = st.text_input(
        "Search",
        key=f"{_KEY}-find",
        type="search",
        placeholder="Search prompts and names",
        max_chars=MAX_SEARCH_CHARACTERS,
        label_visibility="collapsed",
        live=True,
    )
    tab, studio = session.tab_state(), session.studio()
    query = GalleryQuery(text=text or "", states=frozenset({TaskState.DONE}))
    items = studio.gallery.find(tab.user_id, query, group_variants=False)
    starred_first = sorted(items, key=lambda item: not item.starred)[:MAX_SHOWN]
    entries = studio.gallery.entries(tab.user_id, [item.id for item in starred_first])
    event = image_grid(
        [replace(card, actions=(), group="") for card in build_gallery_cards(entries)],
        key=_KEY,
        layout="grid",
        push_url=None,
        empty=f"Nothing matches “{text.strip()}”." if text else "Nothing here yet.",
        extras=GridExtras(press_verb="choose"),
    )
    if len(items) > MAX_SHOWN:
        st.caption(f"The newest {MAX_SHOWN} of {len(items)}. Search for older ones.")
    if event is not None:
        _choose(event.card_id)


def _choose(card_id: str) -> None:
    """Choose the picture of a card and close the dialog."""
    try:
        session.select_source(image_id_for(card_id))
    except NotFoundError:
        st.caption(IMAGE_NOT_FOUND)
        return
    session.begin_typing("edit")
    st.rerun()
