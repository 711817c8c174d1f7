"""What a designer wrote before, beside the prompt: recalled by keys, found, and pinned."""

from __future__ import annotations

import time

from components.studio.db.prompts import Remembered
from components.ui import session
from components.ui.form import prompt_templates
from components.ui.form.generation_form import Form
from components.ui.widgets.prompt_picker import PinEvent, PromptItem, prompt_picker


def draw_history(form: Form) -> None:
    """Draw the openers of the lists for this form's prompt."""
    tab, studio = session.current(), session.studio()
    remembered = studio.notebook.remembered(tab.designer, editing=form.mode == "edit")
    prompt_picker(
        form.key("prompt"),
        current_text=form.draft().prompt,
        history=[_row(item) for item in remembered],
        templates=prompt_templates.EDITS if form.mode == "edit" else (),
        key=f"{form.mode}-prompt-picker",
        on_pin=lambda pin: _heed_pin(pin, remembered),
    )


def _row(item: Remembered) -> PromptItem:
    return PromptItem(id=item.id, text=item.prompt, pinned=item.pinned, history_index=item.place)


def _heed_pin(pin: PinEvent, remembered: list[Remembered]) -> None:
    tab, notebook = session.current(), session.studio().notebook
    if not pin.pinned:
        notebook.unpin(tab.designer, pin.id)
        return
    for item in remembered:
        if item.id == pin.id:
            notebook.pin(tab.designer, item.prompt, time.time())
