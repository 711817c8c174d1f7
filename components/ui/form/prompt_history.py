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
    entries = studio.prompts.list_prompts(tab.user_id, editing=form.mode == "edit")
    prompt_picker(
        form.key("prompt"),
        current_text=form.values().prompt,
        loads=form.loads,
        history=[_picker_item(entry) for entry in entries],
        templates=prompt_templates.EDITS if form.mode == "edit" else (),
        key=f"{form.mode}-prompt-picker",
        focus=tab.typing.number if tab.typing.mode == form.mode else 0,
        on_pin=lambda event: _handle_pin(event, entries),
    )


def _picker_item(entry: PromptEntry) -> PromptItem:
    return PromptItem(
        id=entry.id, text=entry.prompt, pinned=entry.pinned, history_index=entry.position
    )


def _handle_pin(event: PinEvent, entries: list[PromptEntry]) -> None:
    tab, studio = session.tab_state(), session.studio()
    if not event.pinned:
        studio.prompts.unpin(tab.user_id, event.id)
        return
    for entry in entries:
        if entry.id == event.id:
            studio.prompts.pin(tab.user_id, entry.prompt, studio.clock())
