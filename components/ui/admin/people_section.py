"""People: who is here, what their pictures take, and who is let in no more or erased."""

from __future__ import annotations

import streamlit as st

from components.studio.administration import Administration
from components.studio.db.people import Person
from components.ui import session
from components.ui.admin.parts import (
    ago_text,
    bytes_text,
    heading,
    name_in,
    note,
    open_administration,
    row,
    row_text,
    show_more,
    shown_rows,
    table,
)
from components.ui.messages import format_count
from components.ui.streamlit_internals.toasts import show_toast

_KEY, _DISK = "people", "disk"
_ERASED = "kontext.admin.erased"  # the dialog has nobody to show any more


def render_people(admin: Administration) -> None:
    """Render the section."""
    people = admin.everybody()
    heading("People", _count_text(people))
    wanted = str(
        st.text_input(
            "Find",
            key="admin-find",
            placeholder="Find by name or address",
            label_visibility="collapsed",
        )
    ).casefold()
    found = [person for person in people if wanted in f"{person.name} {person.email}".casefold()]
    limit, tabs = shown_rows(_KEY), admin.open_tabs()
    shown = found[:limit]
    use = admin.disk_use_of([person.user_id for person in shown])
    for person in shown:
        with row(f"person-{person.user_id}"):
            of_person = use.get(person.user_id)
            open_tabs = tabs.get(person.user_id, 0)
            row_text(
                person.name or person.email or f"Without a name ({person.user_id[:8]})",
                (
                    person.email if person.email != person.name else "",
                    f"here now, {format_count(open_tabs, 'tab')}"
                    if open_tabs
                    else f"seen {ago_text(person.last_seen)} ago",
                    f"{format_count(of_person.images, 'picture')}, "
                    f"{bytes_text(of_person.size_bytes)}"
                    if of_person
                    else "",
                ),
                mark="Removed" if person.removed_at else "Admin" if person.is_admin else "",
            )
            if person.user_id != admin.admin_id and st.button(
                "Manage", key=f"manage-{person.user_id}"
            ):
                _dialog(person)
    if not found:
        note("Nobody of that name was here." if wanted else "Nobody was here yet.")
    show_more(_KEY, has_more=len(found) > limit)
    _render_disk(admin)


def _render_disk(admin: Administration) -> None:
    heading("Disk", "Pictures with their originals, the trash included.")
    limit = shown_rows(_DISK)
    use = admin.disk_use(limit=limit + 1)
    names = admin.names([found.user_id for found in use])
    table(
        ("Person", "Pictures", "Size"),
        [
            (name_in(names, found.user_id), f"{found.images:,}", bytes_text(found.size_bytes))
            for found in use[:limit]
        ],
        empty="There are no pictures yet.",
    )
    show_more(_DISK, has_more=len(use) > limit)


def _count_text(people: list[Person]) -> str:
    now = session.studio().clock()
    lately = sum(now - person.last_seen < 15 * 60 for person in people)
    return f"{len(people):,} were here, {lately:,} in the last quarter of an hour."


@st.dialog("Manage a person")
def _dialog(person: Person) -> None:
    name = open_administration().name_of(person.user_id)
    row_text(name, (person.email if person.email != name else "",))
    args = (person.user_id,)
    if person.removed_at:
        note("Cannot come in. What they made is kept.")
        is_done = st.button(
            "Let in again", key="person-readmit", width="stretch", on_click=_readmit, args=args
        )
    else:
        is_done = st.button(
            "Let in no more", key="person-remove", width="stretch", on_click=_remove, args=args
        )
    st.html('<hr class="kx-admin-line">')
    note(
        "Erase deletes all of their pictures, prompts, collections and links for good. "
        "What was spent stays counted, without a name."
    )
    st.text_input("Type the name to erase", key="person-confirm", placeholder=name)
    st.button(
        "Erase for good",
        key="person-erase",
        type="primary",
        width="stretch",
        on_click=_erase,
        args=args,
    )
    if is_done or st.session_state.pop(_ERASED, False):
        st.rerun()  # which closes the dialog


def _remove(user_id: str) -> None:
    open_administration().remove(user_id)


def _readmit(user_id: str) -> None:
    open_administration().readmit(user_id)


def _erase(user_id: str) -> None:
    typed = str(st.session_state["person-confirm"])
    try:
        count = open_administration().erase(user_id, typed)
    except OSError:
        show_toast("Some files could not be deleted just now. They go with the next cleaning.")
        return
    show_toast(f"Erased, with {format_count(count, 'picture')}.")
    st.session_state[_ERASED] = True
