"""The page of admins. Who is none is told that there is nothing here."""

from __future__ import annotations

import streamlit as st

from components.studio.studio import NotFoundError
from components.ui import paused_banner
from components.ui.admin import budget_section, people_section, queue_section, rule_section
from components.ui.admin.log_section import render_log
from components.ui.admin.parts import Section, open_administration
from components.ui.admin.spending_section import render_spending
from components.ui.streamlit_internals.uncaught_errors import run_fragment

_SECTIONS: dict[str, Section] = {
    "Spending": render_spending,
    "Budgets": budget_section.render_budgets,
    "Queue": queue_section.render_queue,
    "People": people_section.render_people,
    "Rules": rule_section.render_rules,
    "Log": render_log,
}


def render_admin() -> None:
    """Render the page: one section at a time, as each reads the database."""
    try:
        open_administration()
    except NotFoundError:
        _render_not_found()
        return
    with st.container(key="kx-title"):
        st.header("Admin", anchor=False)  # for screen readers
    with st.container(key="kx-admin"):
        section = st.segmented_control(
            "Section",
            list(_SECTIONS),
            key="admin-section",
            default="Spending",
            required=True,
            label_visibility="collapsed",
        )
        run_fragment(_render_section, str(section))


def _render_section(name: str) -> None:
    paused_banner.rerun_if_pause_changed()
    _SECTIONS[name](open_administration())


def _render_not_found() -> None:
    with st.container(key="kx-title"):
        st.header("Not found", anchor=False)
    with st.container(key="kx-admin"):
        st.html('<div class="kx-admin-head"><h2>Not found</h2><p>There is no such page.</p></div>')
