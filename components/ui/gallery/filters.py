"""Search and filters above the gallery. Each value stands in the URL and survives a reload."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.studio import ASPECT_RATIOS, Model
from components.studio.db.gallery_query import MATCH_INPUT, GalleryQuery, Origin
from components.studio.tasks.models import TaskState
from components.ui import session
from components.ui.messages import STATE_LABELS

# The keys are the names in the URL.
_TEXT, _SHOW, _MODEL, _WAY, _RATIO, _STATE = "find", "show", "model", "way", "ratio", "state"
_SPAN, _DAY, _EACH = "when", "day", "variants"
_EMPTY: dict[str, object] = {
    _TEXT: "",
    _MODEL: [],
    _WAY: [],
    _RATIO: [],
    _STATE: [],
    _SPAN: None,
    _DAY: None,
}
_ALL, _STARRED, _TRASH = "All", "Starred", "Trash"
_EVERY_VARIANT = "Each on its own"
_MODELS = {"Pro": Model.PRO.value, "Max": Model.MAX.value}
_ORIGINS = {"Made": Origin.MADE, "Edited": Origin.EDITED}
_RATIOS = {"Match input": MATCH_INPUT, **{ratio: ratio for ratio in ASPECT_RATIOS}}
_DATE_RANGES = {"Today": 0, "Last 7 days": 6, "Last 30 days": 29}  # days before today


def render_filters() -> tuple[GalleryQuery, DeltaGenerator]:
    """Render the filters; returns the query, and the place for the number of results."""
    with st.container(key="kx-gallery-filters", horizontal=True, vertical_alignment="center"):
        text = st.text_input(
            "Search",
            key=_TEXT,
            type="search",
            placeholder="Search prompts",
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
            search = _render_popover()
        if count or text:
            st.button("Clear", key="finder-clear", type="tertiary", on_click=clear)
        summary = st.container(horizontal=True, vertical_alignment="center", width="content")
    starred, in_trash = show == _STARRED, show == _TRASH
    return replace(search, text=text or "", starred=starred, in_trash=in_trash), summary


def groups_variants() -> bool:
    """Whether the variants of one submission are shown as one item."""
    return st.session_state.get(_EACH) != _EVERY_VARIANT


def has_unbound_filters() -> bool:
    """Whether a filter is active that the URL does not say."""
    shown = st.session_state.get(_SHOW, _ALL)
    asked = shown != _ALL or any(st.session_state.get(key) for key in _EMPTY)
    return asked and not st.query_params


def clear() -> None:
    """Reset all filters. Call it before they are rendered."""
    for key, value in _EMPTY.items():
        st.session_state[key] = value


def _render_popover() -> GalleryQuery:
    models = _pills("Model", list(_MODELS), _MODEL)
    ways = _pills("Mode", list(_ORIGINS), _WAY)
    ratios = _pills("Aspect ratio", list(_RATIOS), _RATIO)
    words = _pills("State", list(dict.fromkeys(STATE_LABELS.values())), _STATE)
    span = st.pills(
        "When",
        list(_DATE_RANGES),
        key=_SPAN,
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
        ["In one place", _EVERY_VARIANT],
        default="In one place",
        required=True,
        key=_EACH,
        bind="query-params",
        persist_state="session",
    )
    since, until = _date_range(span, day if isinstance(day, date) else None)
    return GalleryQuery(
        models=frozenset(_MODELS[word] for word in models),
        origins=frozenset(_ORIGINS[word] for word in ways),
        ratios=frozenset(_RATIOS[word] for word in ratios),
        states=frozenset(state for state in TaskState if STATE_LABELS[state] in words),
        since=since,
        until=until,
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


def _date_range(span: str | None, day: date | None) -> tuple[float | None, float | None]:
    """First moment and exclusive end, in the user's own days."""
    if day is not None:
        return _midnight(day), _midnight(day + timedelta(days=1))
    if span is not None:
        today = datetime.fromtimestamp(time.time(), session.time_zone()).date()
        return _midnight(today - timedelta(days=_DATE_RANGES[span])), None
    return None, None


def _midnight(day: date) -> float:
    return datetime.combine(day, clock_time.min, session.time_zone()).timestamp()
