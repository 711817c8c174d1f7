"""Search and filters above the gallery. Each value stands in the URL and survives a reload."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.studio import ASPECT_RATIOS
from components.studio.db import gallery
from components.studio.db.gallery import GalleryQuery, Origin
from components.studio.db.sharing import PictureCollection
from components.studio.tasks.models import TaskState
from components.ui import session
from components.ui.dates import day_of, midnight
from components.ui.escape import escape_markdown
from components.ui.messages import MATCH_INPUT, MODEL_LABELS, STATE_LABELS, STOPPED_LABELS

# The keys are the names in the URL.
_TEXT, _SHOW, _MODEL, _ORIGIN, _RATIO, _STATE = "find", "show", "model", "way", "ratio", "state"
_DATE_RANGE, _DAY, _VARIANTS, _COLLECTION = "when", "day", "variants", "collection"
_EMPTY: dict[str, object] = {
    _TEXT: "",
    _MODEL: [],
    _ORIGIN: [],
    _RATIO: [],
    _STATE: [],
    _DATE_RANGE: None,
    _DAY: None,
    _COLLECTION: None,
}
_CLEARED = "filters-cleared"
_ALL, _STARRED, _TRASH = "All", "Starred", "Trash"
_GROUPED, _UNGROUPED = "In one place", "Each on its own"
_MODELS = {label: model.value for model, label in MODEL_LABELS.items()}
_ORIGINS = {"Made": Origin.MADE, "Edited": Origin.EDITED, "Brought in": Origin.BROUGHT_IN}
_RATIOS = {MATCH_INPUT: gallery.MATCH_INPUT, **{ratio: ratio for ratio in ASPECT_RATIOS}}
_DATE_RANGES = {"Today": 0, "Last 7 days": 6, "Last 30 days": 29}  # days before today


def render_filters(
    collections: Sequence[PictureCollection],
) -> tuple[GalleryQuery, DeltaGenerator, DeltaGenerator]:
    """Render the filters; returns the query, the place for the number of results, and for tools.

    `collections` are those to choose from.
    """
    _keep_cleared()
    with st.container(key="kx-gallery-filters", horizontal=True, vertical_alignment="center"):
        text = st.text_input(
            "Search",
            key=_TEXT,
            type="search",
            placeholder="Search prompts and names",
            max_chars=gallery.MAX_SEARCH_CHARACTERS,
            label_visibility="collapsed",
            live=True,
            bind="query-params",
            persist_state="session",
        )
        show = st.segmented_control(
            "Show",
            [_ALL, _STARRED, _TRASH],
            default=_ALL,
            required=True,
            key=_SHOW,
            label_visibility="collapsed",
            bind="query-params",
            persist_state="session",
        )
        count = sum(bool(st.session_state.get(key)) for key in _EMPTY if key != _TEXT)
        with st.popover(f"Filter · {count}" if count else "Filter", key="kx-filters"):
            query = _render_popover(_collection_names(collections))
        if count or text:
            st.button("Clear", key="filters-clear", type="tertiary", on_click=clear)
        header = st.container(horizontal=True, vertical_alignment="center", width="content")
        tools = st.container(
            key="kx-gallery-tools",
            horizontal=True,
            vertical_alignment="center",
            width="content",
        )
    starred, in_trash = show == _STARRED, show == _TRASH
    query = replace(query, text=text or "", starred=starred, in_trash=in_trash)
    return query, header, tools


def groups_variants() -> bool:
    """Whether the variants of one submission are shown as one item."""
    return st.session_state.get(_VARIANTS) != _UNGROUPED


def has_unbound_filters() -> bool:
    """Whether a filter is active that the URL does not say."""
    shown = st.session_state.get(_SHOW, _ALL)
    is_filtered = shown != _ALL or any(st.session_state.get(key) for key in _EMPTY)
    return is_filtered and not st.query_params


def clear() -> None:
    """Reset all filters. Call it before they are rendered."""
    st.session_state[_CLEARED] = {
        key: value for key in _EMPTY if (value := st.session_state.get(key))
    }
    for key, value in _EMPTY.items():
        st.session_state[key] = value


def _keep_cleared() -> None:
    """Reset what the browser sends of filters that were cleared while their popover was closed.

    Streamlit (1.67) draws no widget in a closed popover, so the browser keeps its old value and
    sends it with the next run. A value that a user picks stands in the URL as well.
    """
    cleared = st.session_state.get(_CLEARED, {})
    for key, value in list(cleared.items()):
        if key in st.query_params:
            del cleared[key]
        elif st.session_state.get(key) == value:
            st.session_state[key] = _EMPTY[key]


def _collection_names(collections: Sequence[PictureCollection]) -> dict[str, str]:
    """The id of each collection by its name, which says whose it is where it is another's."""
    user_id, names = session.tab_state().user_id, dict[str, str]()
    for each in collections:
        owner = "" if each.user_id == user_id else f" · {each.owner_name or 'shared here'}"
        name = name_once = f"{each.name}{owner}"
        number = 1
        while name in names:
            number += 1
            name = f"{name_once} ({number})"
        names[name] = each.id
    return names


def _render_popover(collections: Mapping[str, str]) -> GalleryQuery:
    collection = None
    if collections:
        # No select box: in a popover Streamlit (1.67) loses its value after other reruns.
        collection = st.pills(
            "Collection",
            list(collections),
            format_func=escape_markdown,
            key=_COLLECTION,
            bind="query-params",
            persist_state="session",
            wrap=True,
        )
    models = _pills("Model", list(_MODELS), _MODEL)
    origins = _pills("Mode", list(_ORIGINS), _ORIGIN)
    ratios = _pills("Aspect ratio", list(_RATIOS), _RATIO)
    labels = dict.fromkeys([*STATE_LABELS.values(), *STOPPED_LABELS.values()])
    states = _pills("State", list(labels), _STATE)
    date_range = st.pills(
        "When",
        list(_DATE_RANGES),
        key=_DATE_RANGE,
        bind="query-params",
        persist_state="session",
        wrap=True,
    )
    day = st.date_input(
        "On one day",
        value=None,
        key=_DAY,
        format="YYYY-MM-DD",
        bind="query-params",
        persist_state="session",
    )
    st.segmented_control(
        "Variants",
        [_GROUPED, _UNGROUPED],
        default=_GROUPED,
        required=True,
        key=_VARIANTS,
        bind="query-params",
        persist_state="session",
    )
    since, until = _date_range(date_range, day if isinstance(day, date) else None)
    return GalleryQuery(
        models=frozenset(_MODELS[label] for label in models),
        origins=frozenset(_ORIGINS[label] for label in origins),
        ratios=frozenset(_RATIOS[label] for label in ratios),
        states=frozenset(state for state in TaskState if STATE_LABELS[state] in states),
        stopped=frozenset(reason for reason, label in STOPPED_LABELS.items() if label in states),
        since=since,
        until=until,
        collection_id=collections.get(collection or "", ""),
    )


def _pills(label: str, options: Sequence[str], key: str) -> Sequence[str]:
    return st.pills(
        label,
        options,
        selection_mode="multi",
        key=key,
        bind="query-params",
        persist_state="session",
        wrap=True,
    )


def _date_range(label: str | None, day: date | None) -> tuple[float | None, float | None]:
    """First moment and exclusive end, in the user's own days; a single day comes first."""
    zone = session.time_zone()
    if day is not None:
        return midnight(day, zone), midnight(day + timedelta(days=1), zone)
    if label is not None:
        today = day_of(time.time(), zone)
        return midnight(today - timedelta(days=_DATE_RANGES[label]), zone), None
    return None, None
