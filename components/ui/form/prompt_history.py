"""What a designer wrote before, beside the prompt: recalled by keys, found, and pinned."""

from __future__ import annotations

import time

from components.studio.db.prompts import PromptEntry
from components.ui import session
from components.ui.form import prompt_templates
from components.ui.form.generation_form import GenerationForm
from components.ui.widgets.prompt_picker import PinEvent, PromptItem, prompt_picker


def render_history(form: GenerationForm) -> None:
    """Draw the openers of the lists for this form's prompt."""
    tab, studio = session.tab_state(), session.studio()
    remembered = studio.prompts.list_prompts(tab.user_id, editing=form.mode == "edit")
    prompt_picker(
        form.key("prompt"),
        current_text=form.values().prompt,
        history=[_picker_item(item) for item in remembered],
        templates=prompt_templates.EDITS if form.mode == "edit" else (),
        key=f"{form.mode}-prompt-picker",
        on_pin=lambda pin: _handle_pin(pin, remembered),
    )


def _picker_item(item: PromptEntry) -> PromptItem:
    return PromptItem(id=item.id, text=item.prompt, pinned=item.pinned, history_index=item.position)


def _handle_pin(pin: PinEvent, entries: list[PromptEntry]) -> None:
    tab, notebook = session.tab_state(), session.studio().prompts
    if not pin.pinned:
        notebook.unpin(tab.user_id, pin.id)
        return
    for item in entries:
        if item.id == pin.id:
            notebook.pin(tab.user_id, item.prompt, time.time())
