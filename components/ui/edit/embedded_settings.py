"""What a picture that was brought in says of its own making, and the offer to go on from there.

The words in a file are anybody's: they are shown as typed, and only put into the form when the
designer asks for it.
"""

from __future__ import annotations

import streamlit as st

from components.studio.images.metadata.files import read
from components.ui import session
from components.ui.escape import plain
from components.ui.form.generation_form import Form, Mode

_MOST_WORDS = 90


def note_what_it_says(data: bytes) -> None:
    """Keep what the file says, before the intake cleans it away."""
    session.current().carried = read(data)


def draw_offer() -> None:
    """Offer the settings that the picture on the desk was made with, if it came with any."""
    carried = session.current().carried
    if carried is None:
        return
    prompt = carried.request.prompt
    shown = prompt if len(prompt) <= _MOST_WORDS else f"{prompt[:_MOST_WORDS].rstrip()}…"
    with st.container(key="kx-embedded-settings"):
        st.caption(f"This file says how it was made: “{plain(shown)}”")
        with st.container(horizontal=True):
            wanted = st.button("Restore its settings", key="carried-restore")
            st.button("No, thanks", key="carried-leave", type="tertiary", on_click=_leave)
    if wanted:
        mode: Mode = "edit" if carried.is_edit else "generate"
        Form(mode).fill(carried.request)  # the form is drawn after this, or on the other page
        _leave()
        if mode == "edit":
            st.rerun()
        st.switch_page("pages/generate.py")


def _leave() -> None:
    session.current().carried = None
