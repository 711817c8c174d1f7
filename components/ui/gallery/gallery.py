"""The gallery: all of a user's images, laid out whole, loaded where they are visible."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.studio.db.gallery import GalleryItem, GalleryQuery, Origin
from components.studio.db.sharing import PictureCollection
from components.studio.tasks.models import UNFINISHED, TaskState
from components.ui import card_actions, paused_banner, session, share_dialogs
from components.ui.card_grid import build_gallery_cards, render_card_grid
from components.ui.card_view_models import (
    COLLECT,
    DELETE,
    DOWNLOAD,
    PURGE,
    RESTORE,
    STAR,
    TAKE_OUT,
    UNKNOWN_SIZE,
    build_collection_card,
    card_state,
)
from components.ui.dates import day_label
from components.ui.form.prompt_examples import PROMPT_EXAMPLES, render_prompt_tiles
from components.ui.gallery import compare_dialog, filters
from components.ui.gallery.related_images import related_images
from components.ui.messages import PURGE_FAILED, format_count
from components.ui.result_checks import expected_size
from components.ui.streamlit_internals.page_switch import switch_page
from components.ui.streamlit_internals.toasts import show_toast
from components.ui.streamlit_internals.uncaught_errors import run_fragment
from components.ui.urls import export_url, in_collection, thumbnail_url_template
from components.ui.widgets.image_grid import (
    Action,
    Card,
    GridExtras,
    Placeholder,
    Placeholders,
    RelatedImages,
    grid_view,
)

LOADED_BEFORE, LOADED_AFTER = 40, 80  # around the visible range, so that a scroll finds them loaded
MAX_LOADED = 300
_KEY = "gallery"
_NEEDS_ATTENTION = frozenset({TaskState.UNCONFIRMED, TaskState.STILL_RUNNING})
_BULK_ACTIONS = (STAR, Action("compare", "Compare"), COLLECT, DOWNLOAD, DELETE)
_COLLECTION_BULK_ACTIONS = (STAR, Action("compare", "Compare"), TAKE_OUT, DOWNLOAD, DELETE)
_TRASH_BULK_ACTIONS = (RESTORE, PURGE)


def render_gallery() -> None:
    """Render the gallery; only live updates rerun it."""
    tab = session.tab_state()
    if tab.previous_page != tab.page and filters.has_unbound_filters():
        st.rerun()  # the browser's Back brings an empty URL, which a second run ignores
    run_fragment(_render)


def _render() -> None:
    paused_banner.rerun_if_pause_changed()
    with st.container(key="kx-title"):
        st.header("Gallery", anchor=False)  # for screen readers: the bar shows it to others
    tab, studio = session.tab_state(), session.studio()
    collections = studio.sharing.collections(tab.user_id)
    query, header, tools = filters.render_filters(collections)
    tab.collection_id = query.collection_id
    collection = next((each for each in collections if each.id == query.collection_id), None)
    with tools:
        if collection is not None and collection.user_id == tab.user_id:
            share_dialogs.render_collection_tools(collection)
        if studio.sharing.count_links(tab.user_id):
            st.button(
                "Shared links",
                key="shared-links",
                type="tertiary",
                on_click=share_dialogs.open_links_dialog,
            )
    if collection is not None and collection.user_id != tab.user_id:
        _render_collection_of_another(collection, header)
        return
    items = _sort_by_group(
        studio.gallery.find(tab.user_id, query, group_variants=filters.groups_variants())
    )
    with header:
        quota = studio.storage.quota(tab.user_id)
        count = _count_label(items)
        st.caption(f"{count} · {quota.label}" if quota else count, width="content")
        if query.in_trash and items:
            _render_empty_trash(studio.gallery.count(tab.user_id, in_trash=True))
    headings = _headings(items, query)
    event = render_card_grid(
        _loaded_cards(items, headings),
        key=_KEY,
        layout="grid",
        empty=_empty_message(query),
        extras=GridExtras(
            placeholders=Placeholders(
                [
                    _placeholder(item, heading)
                    for item, heading in zip(items, headings, strict=True)
                ],
                thumbnail_url_template(in_trash=query.in_trash),
            ),
            related=_related_images(query),
            dialog_open=tab.has_dialog,
            bulk_actions=_bulk_actions(query),
            export_url=export_url(st.context.timezone),
        ),
    )
    if not items and query.is_filtered:
        with st.container(key="kx-gallery-empty", horizontal_alignment="center"):
            st.button("Clear the filter", key="no-results-clear", on_click=filters.clear)
    elif not items and not query.in_trash:
        _render_first_steps()
    card_actions.navigate_after(event)
    compare_dialog.render_dialog()


def _render_first_steps() -> None:
    """What an empty gallery leads on to."""
    with st.container(key="kx-first-steps", horizontal_alignment="center"):
        with st.container(horizontal=True, width=340):
            if st.button("Write a prompt", key="empty-generate", type="primary", width="stretch"):
                session.begin_typing("generate")
                switch_page("pages/generate.py")
            if st.button("Edit a picture of yours", key="empty-edit", width="stretch"):
                switch_page("pages/edit.py")
        st.caption("Or begin with one of these: one click makes it.", width="content")
        render_prompt_tiles(PROMPT_EXAMPLES[:3])


def _bulk_actions(query: GalleryQuery) -> tuple[Action, ...]:
    if query.in_trash:
        return _TRASH_BULK_ACTIONS
    return _COLLECTION_BULK_ACTIONS if query.collection_id else _BULK_ACTIONS


def _render_collection_of_another(collection: PictureCollection, header: DeltaGenerator) -> None:
    """What another person shares with everybody here: to look at, and to edit copies of."""
    tab, studio = session.tab_state(), session.studio()
    pictures = studio.sharing.pictures(tab.user_id, collection.id)
    with header:
        st.caption(format_count(len(pictures), "picture"), width="content")
    shown = _near_the_screen(len(pictures))
    event = render_card_grid(
        [build_collection_card(pictures[at].image, collection) for at in shown],
        key=_KEY,
        layout="grid",
        empty="No picture is in this collection now.",
        extras=GridExtras(
            placeholders=Placeholders(
                [
                    Placeholder(
                        id=picture.image.id,
                        width_px=picture.image.width_px,
                        height_px=picture.image.height_px,
                        group=collection.name,
                    )
                    for picture in pictures
                ],
                in_collection(thumbnail_url_template(in_trash=False), collection.id),
            ),
            dialog_open=tab.has_dialog,
        ),
    )
    card_actions.navigate_after(event)


def _near_the_screen(count: int) -> range:
    """The positions of the cards around the visible range, of so many."""
    view = grid_view(_KEY)
    first = max(0, min(view.first, count - 1) - LOADED_BEFORE)
    return range(first, min(view.last + LOADED_AFTER, first + MAX_LOADED, count - 1) + 1)


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


def _placeholder(item: GalleryItem, heading: str) -> Placeholder:
    expected = expected_size(item.aspect_ratio, None) or UNKNOWN_SIZE
    return Placeholder(
        id=item.id,
        width_px=item.width_px or expected[0],
        height_px=item.height_px or expected[1],
        state=card_state(item.state, item.failure_reason),
        starred=item.starred,
        group=heading,
        variant_ids=item.hidden_variants,
    )


def _loaded_cards(items: Sequence[GalleryItem], headings: Sequence[str]) -> list[Card]:
    """The cards around the visible range, and the one in the lightbox."""
    tab, studio = session.tab_state(), session.studio()
    view = grid_view(_KEY)
    positions = {item.id: position for position, item in enumerate(items)}
    item_ids = [items[position].id for position in _near_the_screen(len(items))]
    if view.open_id in positions and view.open_id not in item_ids:
        item_ids.append(view.open_id)
    return [
        replace(
            card,
            group=headings[positions[card.id]],
            variant_ids=items[positions[card.id]].hidden_variants,
        )
        for card in build_gallery_cards(studio.gallery.entries(tab.user_id, item_ids))
    ]


def _related_images(query: GalleryQuery) -> RelatedImages | None:
    card_id = grid_view(_KEY).open_id
    if not card_id or query.in_trash:
        return None
    return related_images(session.studio(), session.tab_state().user_id, card_id)


def _render_empty_trash(count: int) -> None:
    """Emptying cannot be undone, so it takes two clicks."""
    with st.popover("Empty the trash", type="tertiary"):
        days = format_count(session.studio().retention().trash, "day")
        st.caption(f"What is deleted stays here for {days}.")
        st.button(
            f"Delete {count} for good", key="trash-empty", type="primary", on_click=_empty_trash
        )


def _empty_trash() -> None:
    try:
        session.studio().gallery.empty_trash(session.tab_state().user_id)
    except OSError:
        show_toast(PURGE_FAILED)


def _count_label(items: Sequence[GalleryItem]) -> str:
    """How many pictures are shown, and how many cards of something that has none."""
    done = [item for item in items if item.state is TaskState.DONE]
    images = format_count(sum(1 + len(item.hidden_variants) for item in done), "picture")
    others = len(items) - len(done)
    if not others:
        return images
    return f"{images} · {others:,} without one" if done else f"{others:,} without a picture"


def _empty_message(query: GalleryQuery) -> str:
    if query == GalleryQuery(origins=frozenset({Origin.BROUGHT_IN})):
        return "Nothing brought in yet. The pictures that you add on Edit are kept here."
    if query.is_filtered:
        text = query.text.strip()
        return f"Nothing matches “{text}”." if text else "Nothing matches this filter."
    if query.in_trash:
        return "The trash is empty."
    return "Nothing here yet. What you make or bring in is kept here."
