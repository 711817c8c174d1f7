"""Advice under the prompt: two quiet lines at most, each with a one-click fix where there is one.

The room for both lines is always kept, so that nothing below moves when they come and go.
"""

from __future__ import annotations

import streamlit as st

from components.studio.prompt_hints import Advice, Matter, advise
from components.ui.escape import plain
from components.ui.form.generation_form import Form, Mode

MOST_LINES = 2
_HINTS: dict[Mode, str] = {
    "generate": "Say the subject, its place, the light and the style.",
    "edit": "Name what changes, and say what stays.",
}


def draw_advice(form: Form) -> None:
    """Draw what could be said better in this form's prompt, or what belongs in it."""
    with st.container(key="kx-hints"):
        lines = _advice_on(form)[:MOST_LINES]
        for advice in lines:
            _draw_line(form, advice)
        if not lines:
            st.caption(_HINTS[form.mode])


def _draw_line(form: Form, advice: Advice) -> None:
    with st.container(
        key=f"kx-hints-{advice.matter}", horizontal=True, vertical_alignment="center"
    ):
        st.caption(plain(advice.sentence), width="content")
        if advice.fix is not None:
            st.button(
                advice.fix.label,
                key=f"{form.mode}-fix-{advice.matter}",
                type="tertiary",
                on_click=_mend,
                args=(form, advice.matter.value),
            )


def _advice_on(form: Form) -> list[Advice]:
    draft = form.draft()
    return advise(draft.prompt, editing=form.mode == "edit", translate=draft.translate)


def _mend(form: Form, matter: str) -> None:
    """Mend what stands in the box now: letters may have been typed since the line was drawn."""
    for advice in _advice_on(form):
        if advice.matter == Matter(matter) and advice.fix is not None:
            if advice.fix.prompt is not None:
                st.session_state[form.key("prompt")] = advice.fix.prompt
            if advice.fix.translate is not None:
                st.session_state[form.key("translate")] = advice.fix.translate
