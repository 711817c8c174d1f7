"""What follows when a designer uses a card: in two steps, as Streamlit wants it.

Widget values may be set only before a run draws them, and a page changed only while it runs.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.studio.db.gallery import Archive
from components.studio.studio import NotYours
from components.studio.tasks.models import Task
from components.ui import session, task_id_dialogs
from components.ui.form.generation_form import Form
from components.ui.session import OnTable, Session
from components.ui.widgets.image_grid import GridEvent, Undo, pending_event


def prepare(sheet_key: str) -> None:
    """The first step, in the callback: change what the next run will draw."""
    event = pending_event(sheet_key)
    if event is None:
        return
    tab, studio = session.current(), session.studio()
    try:
        match event.verb:
            case "remix":
                _remix(studio.task(tab.designer, event.card_id))
            case "edit":
                session.choose_source(_picture_of(event.card_id))
            case "look":
                studio.look_again(tab.designer, event.card_id)
            case "send":
                studio.send_again(tab.designer, event.card_id)
            case _:
                _file(tab, studio.archive, event)
    except NotYours:
        st.toast("That picture is no longer here.")
    except OSError:
        st.toast("Some could not be deleted: the server's disk refuses. They stay in the trash.")


def undo_of() -> Undo | None:
    """What the last press threw away and can be taken back."""
    tab = session.current()
    count = len(tab.thrown)
    if not count:
        return None
    words = "Moved to the trash" if count == 1 else f"{count} moved to the trash"
    return Undo(words, tab.thrown_number)


def follow(event: GridEvent | None) -> None:
    """The second step, in the run: go where the designer wants to be."""
    if event is None:
        return
    if event.verb == "claim":
        task_id_dialogs.settle(event.card_id)
        return
    if event.verb == "edit":
        st.switch_page("pages/edit.py")
    if event.verb == "remix" and (task := _task_of(event)) is not None:
        st.switch_page("pages/edit.py" if task.is_edit else "pages/generate.py")


def _task_of(event: GridEvent) -> Task | None:
    """The card's task, or None when it was deleted meanwhile in another tab."""
    try:
        return session.studio().task(session.current().designer, event.card_id)
    except NotYours:
        return None


def _file(tab: Session, archive: Archive, event: GridEvent) -> None:
    """What changes the archive: everything that can be done to several cards at once."""
    ids = event.card_ids
    match event.verb:
        case "delete" | "dismiss":
            archive.throw_away(tab.designer, ids)
            tab.thrown, tab.thrown_number = ids, tab.thrown_number + 1
        case "undo":
            archive.restore(tab.designer, tab.thrown)
            tab.thrown = ()
        case "restore":
            archive.restore(tab.designer, ids)
        case "purge":
            archive.empty_trash(tab.designer, ids)
        case "star":
            made = [entry.picture for entry in archive.entries(tab.designer, ids)]
            are_starred = all(picture.starred for picture in made if picture)
            archive.star(tab.designer, ids, starred=not are_starred)
        case "front":
            archive.put_in_front(tab.designer, event.card_id)
        case "lineage":
            tab.table = OnTable(tree_of=_picture_of(event.card_id))
        case "compare":
            tab.table = OnTable(pair=_pair_of(ids))


def _picture_of(card_id: str) -> str:
    """The picture of a card, which is a task's or a picture that was brought in.

    Raises NotYours, also for a task without a picture.
    """
    tab, studio = session.current(), session.studio()
    try:
        picture_id = studio.task(tab.designer, card_id).picture_id
    except NotYours:
        picture_id = card_id
    return studio.picture(tab.designer, picture_id or "").id


def _pair_of(card_ids: Sequence[str]) -> tuple[str, str]:
    """Two pictures, the earlier first; a single one is an edit, beside its source."""
    tab, studio = session.current(), session.studio()
    after = _picture_of(card_ids[-1])
    if len(card_ids) == 1:
        source_id = studio.task(tab.designer, card_ids[0]).source_id
        return studio.picture(tab.designer, source_id or "").id, after
    pair = [
        studio.picture(tab.designer, picture_id) for picture_id in (after, _picture_of(card_ids[0]))
    ]
    first, second = sorted(pair, key=lambda picture: picture.created_at)
    return first.id, second.id


def _remix(task: Task) -> None:
    Form("edit" if task.is_edit else "generate").fill(task.request)
    if task.is_edit:
        session.choose_source(task.source_id)
