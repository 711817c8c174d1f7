"""The prompt with what stands around it: earlier prompts, advice, and its draft in the ledger."""

from __future__ import annotations

import streamlit as st

from components.ui import advice, history, session
from components.ui.form import Form


def draw_prompt(form: Form, *, placeholder: str) -> None:
    """Draw the box as this designer left it, with its lists above and its advice below."""
    _restore(form)
    with st.container(key="kx-prompt"):
        history.draw_history(form)
        form.draw_prompt(placeholder=placeholder)
        advice.draw_advice(form)
    _keep(form)


def _restore(form: Form) -> None:
    """A box that this session has not drawn yet has what stood in it before the reload."""
    tab, key = session.current(), form.key("prompt")
    if key not in st.session_state:
        draft = session.studio().drafts.of(tab.designer, form.mode)
        tab.drafts[form.mode] = draft
        if draft:  # else a value set from here would overtake the first letters typed
            st.session_state[key] = draft


def _keep(form: Form) -> None:
    """Whoever filled the box, what stands in it now is what a reload shall find."""
    tab, typed = session.current(), form.draft().prompt
    if tab.drafts.get(form.mode) != typed:
        tab.drafts[form.mode] = typed
        session.studio().drafts.keep(tab.designer, form.mode, typed)
