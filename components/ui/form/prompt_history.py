"""What a designer wrote before, beside the prompt: recalled by keys, found, and pinned."""

from __future__ import annotations

import time

from components.studio.db.prompts import Remembered
from components.ui import session
from components.ui.form import prompt_templates
from components.ui.form.generation_form import Form
from components.ui.widgets.prompt_picker import Pin, Row, recall


def draw_history(form: Form) -> None:
    """Draw the openers of the lists for this form's prompt."""
    tab, studio = session.current(), session.studio()
    remembered = studio.notebook.remembered(tab.designer, editing=form.mode == "edit")
    recall(
        form.key("prompt"),
        known=form.draft().prompt,
        earlier=[_row(item) for item in remembered],
        templates=prompt_templates.EDITS if form.mode == "edit" else (),
        key=f"{form.mode}-recall",
        on_pin=lambda pin: _heed_pin(pin, remembered),
    )


def _row(item: Remembered) -> Row:
    return Row(id=item.id, text=item.prompt, pinned=item.pinned, place=item.place)


def _heed_pin(pin: Pin, remembered: list[Remembered]) -> None:
    tab, notebook = session.current(), session.studio().notebook
    if not pin.pinned:
        notebook.unpin(tab.designer, pin.id)
        return
    for item in remembered:
        if item.id == pin.id:
            notebook.pin(tab.designer, item.prompt, time.time())
