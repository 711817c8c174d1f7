"""Drafts of a form: stored per user, so that a reload restores what was typed."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.form.generation_form import GenerationForm


def restore_draft(form: GenerationForm) -> None:
    """Restore the stored draft into a form that this session has not rendered yet."""
    tab, studio = session.tab_state(), session.studio()
    if form.key("prompt") not in st.session_state:
        prompt = studio.load_draft(tab.user_id, form.mode)
        tab.drafts[form.mode] = prompt
        if prompt:  # otherwise a value set here would overtake the first letters typed
            st.session_state[form.key("prompt")] = prompt
    if form.key("model") not in st.session_state:
        form.restore(studio.load_draft(tab.user_id, _settings_name(form)))


def save_draft(form: GenerationForm) -> None:
    """Store the current values if they differ from the stored ones."""
    tab, studio = session.tab_state(), session.studio()
    drafts = {form.mode: form.values().prompt, _settings_name(form): form.settings()}
    for name, text in drafts.items():
        if tab.drafts.get(name) != text:
            tab.drafts[name] = text
            studio.save_draft(tab.user_id, name, text)


def _settings_name(form: GenerationForm) -> str:
    return f"{form.mode}-settings"
