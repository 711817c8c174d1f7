"""Dialogs for a task id of the service: bring a picture home, or settle an unconfirmed task."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.studio import InvalidRequest, KontextError
from components.studio.db.tasks import LedgerUnavailable
from components.studio.studio import NotYours
from components.studio.task_import import Homecoming
from components.studio.tasks.failures import obstacle_of
from components.studio.tasks.models import State, Task
from components.ui import session
from components.ui.escape import plain
from components.ui.messages import STATE_WORDS, headline

_LONGEST_PROMPT = 80


@st.dialog("Bring home by task id")
def bring_home() -> None:
    """Ask for the id of a task made elsewhere, or lost, and follow it from here."""
    st.caption("For a picture that was made with this key and is not here.")
    tab, studio = session.current(), session.studio()
    _ask("Bring it home", lambda named: home_words(studio.adopt(tab.designer, named)))


@st.dialog("I have its task id")
def settle(task_id: str) -> None:
    """Ask for the id of an unconfirmed task of this designer's."""
    st.caption("The studio asks the service whether the picture was made.")
    tab, studio = session.current(), session.studio()

    def confirm(named: str) -> str:
        studio.confirm(tab.designer, task_id, named)
        return "Looking for it. Its card says what comes of it."

    _ask("Look for it", confirm)


def _ask(verb: str, act: Callable[[str], str]) -> None:
    """A line for the id and a button; below them what came of the last press."""
    with st.form("kx-task-id", border=False):
        named = st.text_input("Task id", placeholder="32 letters and digits")
        pressed = st.form_submit_button(verb, type="primary", width="stretch")
    if not pressed:
        return
    try:
        with st.spinner("Asking the service…"):
            said = act(named)
    except InvalidRequest as error:
        st.error(plain(error.sentence))
    except KontextError as error:
        st.error(plain(f"{headline(obstacle_of(error).trouble)}. Nothing was changed: try again."))
    except NotYours:
        st.error("This task is no longer here.")
    except LedgerUnavailable as error:
        st.error(plain(str(error)))
    else:
        st.success(plain(said))


def home_words(home: Homecoming) -> str:
    """One sentence on what came of an id."""
    task = home.task
    if home.is_new:
        return f"Found {_prompt(task)}. It is on its way to your gallery."
    if task.state is State.DONE:
        return f"It is in your gallery already: {_prompt(task)}."
    return f"It is here already: {_prompt(task)}, {STATE_WORDS[task.state].lower()}."


def _prompt(task: Task) -> str:
    prompt = " ".join(task.request.prompt.split())
    short = prompt if len(prompt) <= _LONGEST_PROMPT else f"{prompt[: _LONGEST_PROMPT - 1]}…"
    return f"“{short}”"
