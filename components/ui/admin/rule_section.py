"""What holds for everybody: the notice above every page, and how long things are kept."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from components.studio.administration import MAX_NOTICE_CHARACTERS, Administration
from components.studio.db.administration import Forecast, Retention
from components.ui import session
from components.ui.admin.parts import (
    bytes_text,
    heading,
    moment_text,
    open_administration,
    table,
)
from components.ui.messages import format_count
from components.ui.streamlit_internals.toasts import show_toast

_KINDS = {
    "pictures": "Pictures",
    "raw_answers": "Raw answers of edits",
    "trash": "Trash",
    "drafts": "Drafts",
}


def render_rules(admin: Administration) -> None:
    """Render the section."""
    _render_notice()
    _render_retention(admin)


def _render_notice() -> None:
    notice = session.studio().notice()
    heading("Notice", "Stands above every page at once, until each person hides it.")
    st.text_area(
        "Notice",
        value=notice.text if notice else "",
        key="notice-text",
        max_chars=MAX_NOTICE_CHARACTERS,
        height=80,
        placeholder="The studio is down at noon for ten minutes.",
        label_visibility="collapsed",
    )
    with st.container(key="kx-admin-acts", horizontal=True):
        st.button("Tell everybody", type="primary", key="notice-set", on_click=_set_notice)
        if notice:
            st.button("Take it back", key="notice-clear", on_click=_clear_notice)


def _set_notice() -> None:
    open_administration().set_notice(str(st.session_state["notice-text"]))


def _clear_notice() -> None:
    open_administration().set_notice("")
    st.session_state["notice-text"] = ""


def _render_retention(admin: Administration) -> None:
    heading(
        "How long things are kept",
        "In days. An empty field leaves it as the settings have it. "
        "The studio keeps no log files: its log goes to the output of its process.",
    )
    studio = session.studio()
    as_set, stored = admin.retention_with({}), studio.orders.retention
    with st.container(key="kx-admin-days", horizontal=True):
        for name, label in _KINDS.items():
            st.number_input(
                label,
                min_value=1,
                max_value=36_500,
                value=stored.get(name),
                step=1,
                key=f"days-{name}",
                placeholder=_days_text(as_set, name),
            )
    days = _typed_days()
    wanted = admin.retention_with(days)
    forecast = admin.forecast(wanted)
    table(
        ("Would be deleted now", "Number", "Size", "Oldest"),
        [_forecast_row(name, wanted, forecast) for name in _KINDS],
        empty="",
    )
    if {name: value for name, value in days.items() if value is not None} != stored:
        with st.container(key="kx-admin-confirm", horizontal=True):
            count = sum(found.count for found in forecast.values())
            label = f"Keep to this, and delete {count:,}" if count else "Keep to this"
            st.button(label, type="primary", key="days-set", on_click=_set_days)


def _typed_days() -> dict[str, int | None]:
    return {name: st.session_state.get(f"days-{name}") for name in _KINDS}


def _set_days() -> None:
    open_administration().set_retention(_typed_days())
    show_toast("The next cleaning obeys, within an hour.")


def _days_text(retention: Retention, name: str) -> str:
    days: int | None = getattr(retention, name)
    return "for ever" if days is None else str(days)


def _forecast_row(
    name: str, retention: Retention, forecast: Mapping[str, Forecast]
) -> tuple[str, str, str, str]:
    found, days = forecast.get(name), getattr(retention, name)
    if found is None or days is None:
        return f"{_KINDS[name]}, kept for ever", "none", "", ""
    title = f"{_KINDS[name]} of more than {format_count(days, 'day')}"
    oldest = moment_text(found.oldest_at) if found.oldest_at else ""
    return (
        title,
        f"{found.count:,}" if found.count else "none",
        bytes_text(found.size_bytes),
        oldest,
    )
