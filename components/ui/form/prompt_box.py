"""The prompt box with history, templates and hints."""

from __future__ import annotations

import streamlit as st

from components.ui.form import hint_lines, prompt_history
from components.ui.form.drafts import restore_draft, save_draft
from components.ui.form.generation_form import GenerationForm


def render_prompt(form: GenerationForm, *, placeholder: str) -> None:
    """Render the box as this user left it. Call it before the form's other widgets."""
    restore_draft(form)
    with st.container(key="kx-prompt"):
        prompt_history.render_history(form)
        form.render_prompt(placeholder=placeholder)
        hint_lines.render_hints(form)
    save_draft(form)
