"""Drafts of a form: stored per tab, so that a reload restores what was typed.

A tab that was reloaded is a new one: it takes over the newest draft of a tab that is closed. The
settings are those of the newest tab.
"""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.form.generation_form import GenerationForm
from components.ui.streamlit_internals.open_tabs import open_tabs, this_tab
from components.ui.streamlit_internals.sent_values import has_sent_value


def restore_draft(form: GenerationForm) -> None:
    """Restore the stored draft into a form that this session has not rendered yet.

    After a restart of the server the browser still has the form: what it shows stays.
    """
    tab, studio = session.tab_state(), session.studio()
    if _is_new(form.key("prompt")):
        prompt = studio.drafts.take_over(
            tab.user_id, form.mode, tab=this_tab(), open_tabs=open_tabs()
        )
        tab.drafts[form.mode] = prompt
        if prompt:  # otherwise a value set here would overtake the first letters typed
            st.session_state[form.key("prompt")] = prompt
    restore_settings(form)


def restore_settings(form: GenerationForm) -> None:
    """The same for the settings alone, also on a page without this form."""
    if _is_new(form.key("model")):
        user_id = session.tab_state().user_id
        form.restore(session.studio().drafts.load(user_id, _settings_name(form)).text)


def _is_new(key: str) -> bool:
    return key not in st.session_state and not has_sent_value(key)


def save_draft(form: GenerationForm) -> None:
    """Store the current values if they differ from the stored ones."""
    tab, studio = session.tab_state(), session.studio()
    drafts = (
        (form.mode, form.values().prompt, this_tab()),
        (_settings_name(form), form.settings(), ""),
    )
    for name, text, of_tab in drafts:
        if tab.drafts.get(name) != text:
            tab.drafts[name] = text
            studio.drafts.save(tab.user_id, name, text, tab=of_tab)


def _settings_name(form: GenerationForm) -> str:
    return f"{form.mode}-settings"
