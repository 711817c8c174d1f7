"""Budgets: those that hold, and a form for more."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import streamlit as st

from components.studio.administration import Administration
from components.studio.db.administration import StoredBudget
from components.studio.db.budgets import EVERYBODY, KEY, Period
from components.ui.admin.parts import (
    credit_text,
    heading,
    name_in,
    note,
    open_administration,
    row,
    row_text,
)
from components.ui.streamlit_internals.toasts import show_toast

_PERIOD_WORDS = {Period.DAY: "a day", Period.MONTH: "a month"}
_PERSON = "person:"
_SUBJECTS = {
    EVERYBODY: "Each person",
    KEY: "All together",
    "role:user": "Each user",
    "role:admin": "Each admin",
    _PERSON: "One person",
}


def render_budgets(admin: Administration) -> None:
    """Render the section."""
    heading(
        "Budgets",
        "A press that does not fit is refused before anything is sent. A person's own budget "
        "wins over their role's, and that over each person's.",
    )
    budgets = admin.stored_budgets()
    names = admin.names([_user_id(found.subject) for found in budgets])
    for found in budgets:
        with row(f"budget-{found.subject}-{found.period}"):
            row_text(
                f"{_subject_text(found.subject, names)}: {credit_text(found.cap)} "
                f"{_PERIOD_WORDS[found.period]}",
                (_taken_text(found), "from the settings" if found.is_setting else ""),
            )
            if not found.is_setting:
                st.button(
                    "Remove",
                    key=f"budget-remove-{found.subject}-{found.period}",
                    on_click=_remove,
                    args=(found.subject, found.period),
                )
    if not budgets:
        note("There is none: everybody may spend what the account has.")
    _render_form(admin)


def _render_form(admin: Administration) -> None:
    heading("Set a budget")
    with st.container(key="kx-admin-form", horizontal=True, vertical_alignment="bottom"):
        subject = st.selectbox(
            "For", list(_SUBJECTS), format_func=_SUBJECTS.__getitem__, key="budget-subject"
        )
        if subject == _PERSON:
            people = {
                found.user_id: found.name or found.email
                for found in admin.everybody()
                if found.name or found.email
            }
            st.selectbox(
                "Person",
                list(people),
                format_func=people.__getitem__,
                key="budget-person",
                placeholder="Nobody has signed in yet",
            )
        st.number_input(
            "Credits", min_value=0.0, value=100.0, step=10.0, format="%g", key="budget-credits"
        )
        st.segmented_control(
            "In",
            list(Period),
            format_func=_PERIOD_WORDS.__getitem__,
            default=Period.MONTH,
            required=True,
            key="budget-period",
        )
        st.button("Set", type="primary", key="budget-set", on_click=_set)


def _set() -> None:
    state = st.session_state
    subject = str(state["budget-subject"])
    if subject == _PERSON:
        user_id = state.get("budget-person")
        if not user_id:
            show_toast("Choose a person first.")
            return
        subject += str(user_id)
    cap = Decimal(str(round(float(state["budget-credits"]), 2)))
    open_administration().set_budget(subject, Period(state["budget-period"]), cap)
    show_toast("The budget holds from now on.")


def _remove(subject: str, period: Period) -> None:
    open_administration().set_budget(subject, Period(period), None)


def _user_id(subject: str) -> str:
    return subject.removeprefix(_PERSON) if subject.startswith(_PERSON) else ""


def _subject_text(subject: str, names: Mapping[str, str]) -> str:
    if subject.startswith(_PERSON):
        return name_in(names, _user_id(subject))
    return _SUBJECTS.get(subject) or f"Each {subject.removeprefix('role:')}"


def _taken_text(budget: StoredBudget) -> str:
    if budget.taken is None:
        return "counted for each of them"
    share = f" ({budget.taken / budget.cap:.0%})" if budget.cap else ""
    return f"{credit_text(budget.taken)} taken{share}"
