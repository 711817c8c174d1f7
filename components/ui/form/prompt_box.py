"""The prompt with what stands around it, and what a reload shall find in the form."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.form import prompt_hints, prompt_history
from components.ui.form.generation_form import GenerationForm


def render_prompt(form: GenerationForm, *, placeholder: str) -> None:
    """Draw the box as this designer left it, with its lists above and its advice below."""
    _restore_draft(form)
    with st.container(key="kx-prompt"):
        prompt_history.render_history(form)
        form.render_prompt(placeholder=placeholder)
        prompt_hints.render_hints(form)
    _save_draft(form)


def _restore_draft(form: GenerationForm) -> None:
    """A form that this session has not drawn yet has what stood in it before the reload."""
    tab, studio = session.tab_state(), session.studio()
    if form.key("prompt") not in st.session_state:
        draft = studio.load_draft(tab.user_id, form.mode)
        tab.drafts[form.mode] = draft
        if draft:  # else a value set from here would overtake the first letters typed
            st.session_state[form.key("prompt")] = draft
    if form.key("model") not in st.session_state:
        form.restore(studio.load_draft(tab.user_id, _settings_from_draft(form)))


def _save_draft(form: GenerationForm) -> None:
    """Whoever filled the form, what stands in it now is what a reload shall find."""
    tab, studio = session.tab_state(), session.studio()
    standing = {form.mode: form.values().prompt, _settings_from_draft(form): form.settings()}
    for box, text in standing.items():
        if tab.drafts.get(box) != text:
            tab.drafts[box] = text
            studio.save_draft(tab.user_id, box, text)


def _settings_from_draft(form: GenerationForm) -> str:
    return f"{form.mode}-settings"
