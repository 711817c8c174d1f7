"""What a picture that was brought in says of its own making, and the offer to go on from there.

The words in a file are anybody's: they are shown as typed, and only put into the form when the
designer asks for it.
"""

from __future__ import annotations

import streamlit as st

from components.studio.images.metadata import read_metadata
from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.form.generation_form import GenerationForm, Mode

_MAX_PROMPT_CHARACTERS = 90


def remember_metadata(data: bytes) -> None:
    """Keep what the file says, before the intake cleans it away."""
    session.tab_state().embedded_settings = read_metadata(data)


def render_restore_offer() -> None:
    """Offer the settings that the picture on the desk was made with, if it came with any."""
    carried = session.tab_state().embedded_settings
    if carried is None:
        return
    prompt = carried.request.prompt
    shown = (
        prompt
        if len(prompt) <= _MAX_PROMPT_CHARACTERS
        else f"{prompt[:_MAX_PROMPT_CHARACTERS].rstrip()}…"
    )
    with st.container(key="kx-embedded-settings"):
        st.caption(f"This file says how it was made: “{escape_markdown(shown)}”")
        with st.container(horizontal=True):
            wanted = st.button("Restore its settings", key="carried-restore")
            st.button("No, thanks", key="carried-leave", type="tertiary", on_click=_dismiss)
    if wanted:
        mode: Mode = "edit" if carried.is_edit else "generate"
        GenerationForm(mode).load_request(
            carried.request
        )  # the form is drawn after this, or on the other page
        _dismiss()
        if mode == "edit":
            st.rerun()
        st.switch_page("pages/generate.py")


def _dismiss() -> None:
    session.tab_state().embedded_settings = None
