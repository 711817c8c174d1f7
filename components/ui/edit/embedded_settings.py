"""The generation metadata of an imported image, and the offer to restore its settings.

Text in a file can come from anybody: it is shown as typed, and put into the form only when the
user asks for it.
"""

from __future__ import annotations

import streamlit as st

from components.studio.db.tables import ImageRecord
from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.form.generation_form import GenerationForm, Mode
from components.ui.streamlit_internals.page_switch import switch_page

_MAX_PROMPT_CHARACTERS = 90


def remember_metadata(image_id: str) -> None:
    """Remember the metadata of the file that an image was imported from, to offer it."""
    tab = session.tab_state()
    metadata = session.studio().image_importer.embedded_metadata(tab.user_id, image_id)
    if metadata is not None:
        tab.embedded_settings[image_id] = metadata


def render_restore_offer(source: ImageRecord) -> None:
    """Offer the settings that this source was made with, if its file named any."""
    metadata = session.tab_state().embedded_settings.get(source.id)
    if metadata is None:
        return
    prompt = metadata.request.prompt
    if len(prompt) > _MAX_PROMPT_CHARACTERS:
        prompt = f"{prompt[:_MAX_PROMPT_CHARACTERS].rstrip()}…"
    with st.container(key="kx-embedded-settings"):
        st.caption(f"This file says how it was made: “{escape_markdown(prompt)}”")
        with st.container(horizontal=True):
            restore = st.button("Restore its settings", key="embedded-settings-use")
            st.button(
                "No, thanks",
                key="embedded-settings-dismiss",
                type="tertiary",
                on_click=_dismiss,
                args=(source.id,),
            )
    if restore:
        mode: Mode = "edit" if metadata.is_edit else "generate"
        # The form is rendered after this, or on the other page.
        GenerationForm(mode).load_request(metadata.request)
        _dismiss(source.id)
        if mode == "edit":
            st.rerun()
        switch_page("pages/generate.py")


def _dismiss(image_id: str) -> None:
    session.tab_state().embedded_settings.pop(image_id, None)
