"""What follows when a designer uses a card: in two steps, as Streamlit wants it.

Widget values may be set only before a run draws them, and a page changed only while it runs.
"""

from __future__ import annotations

import streamlit as st

from components.studio.studio import NotYours
from components.studio.tasks import Task
from components.ui import session
from components.ui.form import Form
from components.ui.sheet import SheetEvent, event_of


def prepare(sheet_key: str) -> None:
    """The first step, in the callback: change what the next run will draw."""
    event = event_of(sheet_key)
    if event is None:
        return
    tab, studio = session.current(), session.studio()
    try:
        match event.verb:
            case "remix":
                _remix(studio.task(tab.designer, event.card_id))
            case "edit":
                session.choose_source(studio.task(tab.designer, event.card_id).picture_id)
            case "look":
                studio.look_again(tab.designer, event.card_id)
            case "send":
                studio.send_again(tab.designer, event.card_id)
            case "dismiss":
                studio.dismiss(tab.designer, event.card_id)
    except NotYours:
        st.toast("That picture is no longer here.")


def follow(event: SheetEvent | None) -> None:
    """The second step, in the run: go where the designer wants to be."""
    if event is None:
        return
    if event.verb == "edit":
        st.switch_page("pages/edit.py")
    if event.verb == "remix" and (task := _task_of(event)) is not None:
        st.switch_page("pages/edit.py" if task.is_edit else "pages/generate.py")
    st.rerun(scope="fragment")


def _task_of(event: SheetEvent) -> Task | None:
    """The card's task, or None when it was deleted meanwhile in another tab."""
    try:
        return session.studio().task(session.current().designer, event.card_id)
    except NotYours:
        return None


def _remix(task: Task) -> None:
    Form("edit" if task.is_edit else "generate").fill(task.request)
    if task.is_edit:
        session.choose_source(task.source_id)
