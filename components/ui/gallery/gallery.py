"""The gallery: all of a user's images, laid out whole, loaded where they are visible."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

import streamlit as st

from components.studio.db.gallery import GalleryItem
from components.studio.db.gallery_query import GalleryQuery
from components.studio.tasks.models import UNFINISHED, TaskState
from components.ui import card_actions, compare_dialog, session
from components.ui.card_view_models import (
    CARD_STATE,
    DELETE,
    DOWNLOAD,
    PURGE,
    RESTORE,
    STAR,
    build_card,
    day_label,
    expected_size,
)
from components.ui.gallery import filters
from components.ui.generate.recent_tasks import LIVE_UPDATES_URL
from components.ui.related_images import related_images
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
FILLED_BEFORE, FILLED_AFTER = 40, 80  # around the visible range, so that a scroll finds them loaded
MAX_LOADED = 300
_KEY = "gallery"
_NEEDS_ATTENTION = frozenset({TaskState.UNCONFIRMED, TaskState.STILL_RUNNING})
_BATCH_ACTIONS = (STAR, Action("compare", "Compare"), DOWNLOAD, DELETE)
_TRASH_BATCH_ACTIONS = (RESTORE, PURGE)


def render_gallery() -> None:
    """Render the gallery; only live updates rerun it."""
    tab = session.tab_state()
    if tab.previous_page != tab.page and filters.has_unbound_filters():
        st.rerun()  # the browser's Back brings an empty URL, which a second run ignores
    st.fragment(_render)()


def _render() -> None:
    with st.container(key="kx-title"):
        st.header("Gallery", anchor=False)  # for screen readers: the bar shows it to others
    search, summary = filters.render_filters()
    tab, studio = session.tab_state(), session.studio()
    items = _sort_by_group(
        studio.gallery_items(tab.user_id, search, group_variants=filters.groups_variants())
    )
    with summary:
        st.caption(_count_label(items), width="content")
        if search.in_trash and items:
            _render_empty_trash(studio.count_images(tab.user_id, in_trash=True))
    groups = _headings(items, search)
    event = image_grid(
        _loaded_cards(items, groups),
        key=_KEY,
        layout="grid",
        push_url=LIVE_UPDATES_URL,
        empty=_empty_message(search),
        extras=GridExtras(
            placeholders=Placeholders(
                [_placeholder(item, group) for item, group in zip(items, groups, strict=True)],
                "/app/static/thumbnails/{}" + ("?trash=1" if search.in_trash else ""),
            ),
            related=_related_images(search),
            undo=card_actions.pending_undo(),
            dialog_open=tab.dialog is not None,
            bulk_actions=_TRASH_BATCH_ACTIONS if search.in_trash else _BATCH_ACTIONS,
            export_url=EXPORT_URL,
        ),
        on_event=lambda: card_actions.on_card_event(_KEY),
    )
    if not items and search.is_filtered:
        with st.container(key="kx-gallery-empty", horizontal_alignment="center"):
            st.button("Clear the filter", key="nothing-clear", on_click=filters.clear)
    card_actions.navigate_after(event)
    compare_dialog.render_dialog()


def _sort_by_group(items: Sequence[GalleryItem]) -> list[GalleryItem]:
    """Running tasks first, then those that need attention, then the rest, each in given order.

    Running tasks were submitted just now.
    """
    return sorted(
        items, key=lambda item: (item.state not in UNFINISHED, item.state in _NEEDS_ATTENTION)
    )


def _headings(items: Sequence[GalleryItem], query: GalleryQuery) -> list[str]:
    """The heading of each item: unfinished ones apart, the rest by day."""
    now, zone = time.time(), session.time_zone()
    if query.in_trash:
        days = [day_label(item.deleted_at or now, now, zone) for item in items]
        return [f"Deleted {day if ',' in day else day.lower()}" for day in days]
    return [_heading(item, now, zone) for item in items]


def _heading(item: GalleryItem, now: float, zone: tzinfo | None) -> str:
    if item.state in _NEEDS_ATTENTION:
        return "Needs you"
    if item.state in UNFINISHED:
        return "Under way"
    return day_label(item.created_at, now, zone)


def _placeholder(item: GalleryItem, group: str) -> Placeholder:
    expected = expected_size(item.aspect_ratio)
    return Placeholder(
        id=item.task_id,
        width_px=item.width_px or expected[0],
        height_px=item.height_px or expected[1],
        state=CARD_STATE.get(item.state, item.state.value),
        starred=item.starred,
        group=group,
        variant_ids=item.hidden_variants,
    )


def _loaded_cards(items: Sequence[GalleryItem], groups: Sequence[str]) -> list[Card]:
    """The cards around the visible range, and the one in the lightbox."""
    tab, studio = session.tab_state(), session.studio()
    view = grid_view(_KEY)
    first = max(0, min(view.first, len(items) - 1) - FILLED_BEFORE)
    last = min(view.last + FILLED_AFTER, first + MAX_LOADED)
    near = range(first, min(last + 1, len(items)))
    wanted = {items[number].task_id: number for number in near}
    numbers = {item.task_id: number for number, item in enumerate(items)}
    if view.open_id in numbers:
        wanted[view.open_id] = numbers[view.open_id]
    queue = studio.queue_positions()
    return [
        replace(
            build_card(
                entry,
                queue_position=queue.get(entry.task.id),
                pause_reason=studio.pause_reason,
                typical_seconds=studio.expected_seconds(entry.task),
                group=groups[wanted[entry.task.id]],
                in_gallery=True,
            ),
            variant_ids=items[wanted[entry.task.id]].hidden_variants,
        )
        for entry in studio.tasks_with_images(tab.user_id, list(wanted))
    ]


def _related_images(query: GalleryQuery) -> RelatedImages | None:
    looking = grid_view(_KEY).open_id
    if not looking or query.in_trash:
        return None
    return related_images(session.studio(), session.tab_state().user_id, looking)


def _render_empty_trash(count: int) -> None:
    """Emptying cannot be undone, so it takes two clicks."""
    with st.popover("Empty the trash", type="tertiary"):
        st.caption("What is deleted stays here for 14 days.")
        st.button(
            f"Delete {count} for good", key="trash-empty", type="primary", on_click=_empty_trash
        )


def _empty_trash() -> None:
    try:
        session.studio().empty_trash(session.tab_state().user_id)
    except OSError:
        st.toast("Some could not be deleted: the server's disk refuses. They stay in the trash.")


def _count_label(items: Sequence[GalleryItem]) -> str:
    made = sum(1 + len(item.hidden_variants) for item in items if item.state is TaskState.DONE)
    return f"{made:,} picture{'' if made == 1 else 's'}"


def _empty_message(query: GalleryQuery) -> str:
    if query.is_filtered:
        words = f" “{query.text.strip()}”" if query.text.strip() else " this filter"
        return f"Nothing matches{words}."
    if query.in_trash:
        return "The trash is empty."
    return "Nothing here yet. What you make on Generate is kept here."
