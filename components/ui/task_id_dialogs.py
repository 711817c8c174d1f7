"""Dialogs for a task id at the provider: import a task, or resolve an unconfirmed one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.studio import KieError, ValidationError
from components.studio.db.database import DatabaseError
from components.studio.studio import NotFoundError
from components.studio.task_import import ImportResult
from components.studio.tasks.models import Task, TaskState
from components.studio.tasks.transitions import failure_from_error
from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.messages import failure_headline, state_label

_MAX_PROMPT_CHARACTERS = 80


@st.dialog("Bring home by task id")
def import_task_dialog() -> None:
    """Ask for the id of a task made elsewhere, or lost, and import it."""
    st.caption("For a picture that was made with this key and is not here.")
    tab, studio = session.tab_state(), session.studio()
    _ask_for_task_id(
        "Bring it home",
        lambda provider_id: import_message(
            studio.task_importer.import_task(tab.user_id, provider_id)
        ),
    )


@st.dialog("I have its task id")
def resolve_unconfirmed_dialog(task_id: str) -> None:
    """Ask for the id of an unconfirmed task of this user."""
    st.caption("The studio asks the service whether the picture was made.")
    tab, studio = session.tab_state(), session.studio()

    def assign(provider_id: str) -> str:
        studio.task_importer.assign_task_id(tab.user_id, task_id, provider_id)
        return "Looking for it. Its card says what comes of it."

    _ask_for_task_id("Look for it", assign)


def _ask_for_task_id(label: str, on_submit: Callable[[str], str]) -> None:
    """A text box for the id and a button; below them the message of `on_submit`."""
    with st.form("kx-task-id", border=False):
        provider_id = st.text_input("Task id", placeholder="32 letters and digits")
        submitted = st.form_submit_button(label, type="primary", width="stretch")
    if not submitted:
        return
    try:
        with st.spinner("Asking the service…"):
            message = on_submit(provider_id)
    except ValidationError as error:
        st.error(escape_markdown(error.message))
    except KieError as error:
        headline = failure_headline(failure_from_error(error).reason)
        st.error(escape_markdown(f"{headline}. Nothing was changed: try again."))
    except NotFoundError:
        st.error("This task is no longer here.")
    except DatabaseError as error:
        st.error(escape_markdown(str(error)))
    else:
        st.success(escape_markdown(message))


def import_message(result: ImportResult) -> str:
    """One sentence on the result of an import."""
    task = result.task
    if result.is_new:
        return f"Found {_quoted_prompt(task)}. It is on its way to your gallery."
    if task.state is TaskState.DONE:
        return f"It is in your gallery already: {_quoted_prompt(task)}."
    return f"It is here already: {_quoted_prompt(task)}, {state_label(task).lower()}."


def _quoted_prompt(task: Task) -> str:
    prompt = " ".join(task.request.prompt.split())
    if len(prompt) > _MAX_PROMPT_CHARACTERS:
        prompt = f"{prompt[: _MAX_PROMPT_CHARACTERS - 1]}…"
    return f"“{prompt}”"
