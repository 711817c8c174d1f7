"""Hints under the prompt: at most two lines, each with a one-click fix where there is one.

The space for both lines is always reserved, so that nothing below moves.
"""

from __future__ import annotations

import streamlit as st

from components.studio.prompt_hints import Hint, HintRule, lint_prompt
from components.ui.escape import escape_markdown
from components.ui.form.generation_form import GenerationForm, Mode

MAX_HINTS = 2
_HINTS: dict[Mode, str] = {
    "generate": "Say the subject, its place, the light and the style.",
    "edit": "Name what changes, and say what stays.",
}


def render_hints(form: GenerationForm) -> None:
    """Render the hints for this form's prompt."""
    with st.container(key="kx-hints"):
        lines = _hints_for(form)[:MAX_HINTS]
        for advice in lines:
            _render_hint(form, advice)
        if not lines:
            st.caption(_HINTS[form.mode])


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
    draft = form.values()
    return lint_prompt(draft.prompt, editing=form.mode == "edit", translate=draft.translate)


def _apply_fix(form: GenerationForm, rule: str) -> None:
    """Apply a fix to the current text: letters may have been typed since the hint was drawn."""
    for advice in _hints_for(form):
        if advice.rule == HintRule(rule) and advice.fix is not None:
            if advice.fix.prompt is not None:
                st.session_state[form.key("prompt")] = advice.fix.prompt
            if advice.fix.translate is not None:
                st.session_state[form.key("translate")] = advice.fix.translate
