"""The prompt box with history, templates and hints, and its stored draft."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.form import prompt_hints, prompt_history
from components.ui.form.generation_form import GenerationForm


def render_prompt(form: GenerationForm, *, placeholder: str) -> None:
    """Render the box as this user left it."""
    _restore_draft(form)
    with st.container(key="kx-prompt"):
        prompt_history.render_history(form)
        form.render_prompt(placeholder=placeholder)
        prompt_hints.render_hints(form)
    _save_draft(form)


def _restore_draft(form: GenerationForm) -> None:
    """Restore the stored draft into a form that this session has not rendered yet."""
    tab, studio = session.tab_state(), session.studio()
    if form.key("prompt") not in st.session_state:
        draft = studio.load_draft(tab.user_id, form.mode)
        tab.drafts[form.mode] = draft
        if draft:  # otherwise a value set here would overtake the first letters typed
            st.session_state[form.key("prompt")] = draft
    if form.key("model") not in st.session_state:
        form.restore(studio.load_draft(tab.user_id, _settings_from_draft(form)))


def _save_draft(form: GenerationForm) -> None:
    """Store the current values as the draft."""
    tab, studio = session.tab_state(), session.studio()
    standing = {form.mode: form.values().prompt, _settings_from_draft(form): form.settings()}
    for box, text in standing.items():
        if tab.drafts.get(box) != text:
            tab.drafts[box] = text
            studio.save_draft(tab.user_id, box, text)


def _settings_from_draft(form: GenerationForm) -> str:
    return f"{form.mode}-settings"
