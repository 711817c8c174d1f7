"""The prompt with what stands around it, and what a reload shall find in the form."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.form import prompt_hints, prompt_history
from components.ui.form.generation_form import Form


def draw_prompt(form: Form, *, placeholder: str) -> None:
    """Draw the box as this designer left it, with its lists above and its advice below."""
    _restore(form)
    with st.container(key="kx-prompt"):
        prompt_history.draw_history(form)
        form.draw_prompt(placeholder=placeholder)
        prompt_hints.draw_advice(form)
    _keep(form)


def _restore(form: Form) -> None:
    """A form that this session has not drawn yet has what stood in it before the reload."""
    tab, drafts = session.current(), session.studio().drafts
    if form.key("prompt") not in st.session_state:
        draft = drafts.of(tab.designer, form.mode)
        tab.drafts[form.mode] = draft
        if draft:  # else a value set from here would overtake the first letters typed
            st.session_state[form.key("prompt")] = draft
    if form.key("model") not in st.session_state:
        form.restore(drafts.of(tab.designer, _settings_of(form)))


def _keep(form: Form) -> None:
    """Whoever filled the form, what stands in it now is what a reload shall find."""
    tab, drafts = session.current(), session.studio().drafts
    standing = {form.mode: form.draft().prompt, _settings_of(form): form.settings()}
    for box, text in standing.items():
        if tab.drafts.get(box) != text:
            tab.drafts[box] = text
            drafts.keep(tab.designer, box, text)


def _settings_of(form: Form) -> str:
    return f"{form.mode}-settings"
