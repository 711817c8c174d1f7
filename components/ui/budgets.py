"""What this person may still spend, and the words for a press that costs more."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from components.studio.db.budgets import BudgetLeft, OverBudget, Period, obstacle
from components.ui import session
from components.ui.dates import day_of
from components.ui.escape import escape_markdown
from components.ui.messages import over_budget_message
from components.ui.streamlit_internals.toasts import show_toast

MAX_NAMES = 3


def budgets_left() -> tuple[BudgetLeft, ...]:
    """The budgets that a press of this person counts against, the scarcest first."""
    return tuple(session.studio().budgets_left(session.tab_state().user_id))


def whom_to_ask() -> tuple[str, ...]:
    """The people who decide about budgets, by their addresses; a group is not a person."""
    admins = getattr(session.studio().settings, "admins", ())
    return tuple(sorted(name for name in admins if not name.startswith("group:")))[:MAX_NAMES]


def over_budget(price: Decimal, left: tuple[BudgetLeft, ...] | None = None) -> str:
    """Why a press of this price does not fit, in one or two sentences; empty if it fits."""
    studio = session.studio()
    budget = obstacle(budgets_left() if left is None else left, price, studio.clock())
    return "" if budget is None else _message(budget, price)


def refusal(error: OverBudget) -> str:
    """Why a press was refused, as it is now: another budget may be the one that ends later."""
    return over_budget(error.price) or _message(error.budget, error.price)


def show_refusal(error: OverBudget) -> None:
    """Say so where there is no place beside the button. For callbacks."""
    show_toast(escape_markdown(refusal(error)))


def rerun_if_budgets_changed() -> None:
    """Rerun the page if the line above the press has to change; for fragments."""
    tab = session.tab_state()
    if tab.shown_budgets is not None and tab.shown_budgets != (left := budgets_left()):
        tab.shown_budgets = left
        st.rerun()


def _message(budget: BudgetLeft, price: Decimal) -> str:
    return over_budget_message(
        budget, price, renewed=_renewed(budget.period), people_to_ask=whom_to_ask()
    )


def _renewed(period: Period) -> str:
    """When a budget is new again, such as "on 1 December" or "tomorrow at 01:00"."""
    now, zone = session.studio().clock(), session.time_zone()
    moment = period.ends_at(now)
    day = day_of(moment, zone)
    if period is Period.MONTH and day != day_of(now, zone):
        return f"on {day.day} {day:%B}"
    return session.describe_moment(moment)
