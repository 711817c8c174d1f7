"""Hints under the prompt: at most two lines, each with a one-click fix where there is one."""

from __future__ import annotations

import streamlit as st

from components.ui.escape import escape_markdown
from components.ui.form.generation_form import GenerationForm, Mode
from components.ui.form.prompt_hints import Hint, HintRule, lint_prompt

MAX_HINTS = 2
_GENERAL_HINTS: dict[Mode, str] = {
    "generate": "Say the subject, its place, the light and the style.",
    "edit": "Name what changes, and say what stays.",
}


def render_hints(form: GenerationForm) -> None:
    """Render the hints for this form's prompt."""
    with st.container(key="kx-hints"):
        hints = _hints_for(form)[:MAX_HINTS]
        for hint in hints:
            _render_hint(form, hint)
        if not hints:
            st.caption(_GENERAL_HINTS[form.mode])


def _render_hint(form: GenerationForm, hint: Hint) -> None:
    with st.container(key=f"kx-hints-{hint.rule}", horizontal=True, vertical_alignment="center"):
        st.caption(escape_markdown(hint.message), width="content")
        if hint.fix is not None:
            st.button(
                hint.fix.label,
                key=f"{form.mode}-fix-{hint.rule}",
                type="tertiary",
                on_click=_apply_fix,
                args=(form, hint.rule.value),
            )


def _hints_for(form: GenerationForm) -> list[Hint]:
    values = form.values()
    return lint_prompt(values.prompt, editing=form.mode == "edit", translate=values.translate)


def _apply_fix(form: GenerationForm, rule: str) -> None:
    """Apply a fix to the current text: letters may have been typed since the hint was drawn."""
    for hint in _hints_for(form):
        if hint.rule == HintRule(rule) and hint.fix is not None:
            if hint.fix.prompt is not None:
                st.session_state[form.key("prompt")] = hint.fix.prompt
            if hint.fix.translate is not None:
                st.session_state[form.key("translate")] = hint.fix.translate
