"""Earlier prompts beside the prompt: recalled by keys, searched, and pinned."""

from __future__ import annotations

from components.studio.db.prompts import PromptEntry
from components.ui import session
from components.ui.form import prompt_templates
from components.ui.form.generation_form import GenerationForm
from components.ui.widgets.prompt_picker import PinEvent, PromptItem, prompt_picker


def render_history(form: GenerationForm) -> None:
    """Render the buttons of history and templates for this form."""
    tab, studio = session.tab_state(), session.studio()
    remembered = studio.prompt_history(tab.user_id, editing=form.mode == "edit")
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
    tab, studio = session.tab_state(), session.studio()
    if not pin.pinned:
        studio.unpin_prompt(tab.user_id, pin.id)
        return
    for item in entries:
        if item.id == pin.id:
            studio.pin_prompt(tab.user_id, item.prompt)
