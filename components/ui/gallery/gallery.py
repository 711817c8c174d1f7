"""The gallery: everything a designer has made, laid out whole and filled where they look."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

import streamlit as st

from components.studio.db.gallery import Found
from components.studio.db.gallery_query import Search
from components.studio.tasks.models import UNFINISHED, State
from components.ui import card_actions, compare_dialog, session
from components.ui.card_view_models import (
    CARD_STATE,
    DELETE,
    DOWNLOAD,
    PURGE,
    RESTORE,
    STAR,
    card_of,
    day_of,
    size_of,
)
from components.ui.gallery import filters
from components.ui.generate.recent_tasks import PUSH_URL
from components.ui.related_images import kin_of
from components.ui.widgets.image_grid import (
    Action,
    Card,
    GridExtras,
    Placeholder,
    Placeholders,
    RelatedImages,
    grid_view,
    image_grid,
)

EXPORT_URL = "/app/static/exports"
FILLED_BEFORE, FILLED_AFTER = 40, 80  # beside what is seen, so that a scroll finds it there
MOST_FILLED = 300
_KEY = "gallery"
_NEEDS_YOU = frozenset({State.UNCONFIRMED, State.STILL_RUNNING})
_MANY = (STAR, Action("compare", "Compare"), DOWNLOAD, DELETE)
_MANY_IN_TRASH = (RESTORE, PURGE)


def draw_gallery() -> None:
    """Draw the gallery; redrawn by the push alone."""
    tab = session.current()
    if tab.came_from != tab.page and filters.is_left_out():
        st.rerun()  # the browser's Back brings an empty URL, which a second run does not heed
    st.fragment(_draw)()


def _draw() -> None:
    with st.container(key="kx-title"):
        st.header("Gallery", anchor=False)  # for who hears the page: the bar on top shows it
    search, said = filters.draw_finder()
    tab, studio = session.current(), session.studio()
    found = _in_groups(studio.archive.find(tab.designer, search, stacked=filters.stacks_variants()))
    with said:
        st.caption(_count(found), width="content")
        if search.in_trash and found:
            _draw_emptying(studio.archive.count(tab.designer, in_trash=True))
    groups = _groups(found, search)
    event = image_grid(
        _cards(found, groups),
        key=_KEY,
        layout="grid",
        push_url=PUSH_URL,
        empty=_nothing(search),
        extras=GridExtras(
            placeholders=Placeholders(
                [_shape(place, group) for place, group in zip(found, groups, strict=True)],
                "/app/static/thumbnails/{}" + ("?trash=1" if search.in_trash else ""),
            ),
            related=_kin(search),
            undo=card_actions.undo_of(),
            dialog_open=tab.table is not None,
            bulk_actions=_MANY_IN_TRASH if search.in_trash else _MANY,
            export_url=EXPORT_URL,
        ),
        on_event=lambda: card_actions.prepare(_KEY),
    )
    if not found and search.narrows:
        with st.container(key="kx-gallery-empty", horizontal_alignment="center"):
            st.button("Clear the filter", key="nothing-clear", on_click=filters.clear)
    card_actions.follow(event)
    compare_dialog.draw_table()


def _in_groups(found: Sequence[Found]) -> list[Found]:
    """What is under way, then what waits for the designer, then the rest; else in their order.

    What goes on by itself stands first: it is what was asked for just now.
    """
    return sorted(
        found, key=lambda place: (place.state not in UNFINISHED, place.state in _NEEDS_YOU)
    )


def _groups(found: Sequence[Found], search: Search) -> list[str]:
    """The heading of each place: what has not ended, and then the days."""
    now, zone = time.time(), session.time_zone()
    if search.in_trash:
        days = [day_of(place.deleted_at or now, now, zone) for place in found]
        return [f"Deleted {day if ',' in day else day.lower()}" for day in days]
    return [_group(place, now, zone) for place in found]


def _group(place: Found, now: float, zone: tzinfo | None) -> str:
    if place.state in _NEEDS_YOU:
        return "Needs you"
    if place.state in UNFINISHED:
        return "Under way"
    return day_of(place.created_at, now, zone)


def _shape(place: Found, group: str) -> Placeholder:
    expected = size_of(place.aspect_ratio)
    return Placeholder(
        id=place.task_id,
        width_px=place.width_px or expected[0],
        height_px=place.height_px or expected[1],
        state=CARD_STATE.get(place.state, place.state.value),
        starred=place.starred,
        group=group,
        variant_ids=place.behind,
    )


def _cards(found: Sequence[Found], groups: Sequence[str]) -> list[Card]:
    """The cards near what the browser says it shows, and the one in its lightbox."""
    tab, studio = session.current(), session.studio()
    view = grid_view(_KEY)
    first = max(0, min(view.first, len(found) - 1) - FILLED_BEFORE)
    last = min(view.last + FILLED_AFTER, first + MOST_FILLED)
    near = range(first, min(last + 1, len(found)))
    wanted = {found[number].task_id: number for number in near}
    numbers = {place.task_id: number for number, place in enumerate(found)}
    if view.open_id in numbers:
        wanted[view.open_id] = numbers[view.open_id]
    queue = studio.place_in_queue()
    return [
        replace(
            card_of(
                entry,
                place=queue.get(entry.task.id),
                held_by=studio.held_by,
                typical_seconds=studio.engine.typical_seconds(entry.task),
                group=groups[wanted[entry.task.id]],
                in_gallery=True,
            ),
            variant_ids=found[wanted[entry.task.id]].behind,
        )
        for entry in studio.archive.entries(tab.designer, list(wanted))
    ]


def _kin(search: Search) -> RelatedImages | None:
    looking = grid_view(_KEY).open_id
    if not looking or search.in_trash:
        return None
    return kin_of(session.studio(), session.current().designer, looking)


def _draw_emptying(count: int) -> None:
    """Emptying cannot be undone, so it takes two presses."""
    with st.popover("Empty the trash", type="tertiary"):
        st.caption("What is deleted stays here for 14 days.")
        st.button(f"Delete {count} for good", key="trash-empty", type="primary", on_click=_empty)


def _empty() -> None:
    try:
        session.studio().archive.empty_trash(session.current().designer)
    except OSError:
        st.toast("Some could not be deleted: the server's disk refuses. They stay in the trash.")


def _count(found: Sequence[Found]) -> str:
    made = sum(1 + len(place.behind) for place in found if place.state is State.DONE)
    return f"{made:,} picture{'' if made == 1 else 's'}"


def _nothing(search: Search) -> str:
    if search.narrows:
        words = f" “{search.text.strip()}”" if search.text.strip() else " this filter"
        return f"Nothing matches{words}."
    if search.in_trash:
        return "The trash is empty."
    return "Nothing here yet. What you make on Generate is kept here."
