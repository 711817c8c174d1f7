"""Credits in the bar: the balance, and in a popover what was spent.

A fragment of its own: it refreshes by itself without a rerun of the page.
"""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from components.studio.credits import DOLLARS_PER_CREDIT, CreditBalance, Spending
from components.studio.db.budgets import KEY, BudgetLeft, Period
from components.ui import budgets, fault_controls, session, task_id_dialogs
from components.ui.dates import day_of, midnight
from components.ui.messages import (
    ask_whom,
    failure_headline,
    format_amount,
    format_count,
    format_credits,
)
from components.ui.streamlit_internals.auto_refresh import auto_refresh
from components.ui.streamlit_internals.uncaught_errors import run_fragment
from components.ui.urls import DEVICE_URL

REFRESH_SECONDS = 10.0  # a refresh costs one database query; kie.ai is asked less often
_POPOVER_KEY = "kx-credits-open"


def render_credits() -> None:
    """Render the widget."""
    run_fragment(_render)


def _render() -> None:
    budgets.rerun_if_budgets_changed()
    studio = session.studio()
    balance = studio.credit_balance()
    with st.container(key="kx-credits", horizontal=True, vertical_alignment="center", gap=None):
        # Not in the popover's label: with another label or help it is another popover, and closed.
        st.html(balance_html(balance), width="content")
        # Its state must be known, so that it can be closed from here.
        popover = st.popover("credits", key=_POPOVER_KEY, type="tertiary", on_change="rerun")
        auto_refresh(REFRESH_SECONDS, key="credits-refresh")
    with popover:
        run_fragment(_render_spending, balance)  # an error belongs here, and not into the bar
        import_clicked = st.button("Bring home by task id", width="stretch", on_click=_close)
        if not studio.settings.signs_in:  # else a sign-in carries the gallery along
            st.link_button("Open on another device", DEVICE_URL, width="stretch")
        if studio.fault_controls is not None:
            fault_controls.render_fault_controls(studio.fault_controls)
    if import_clicked:
        task_id_dialogs.import_task_dialog()


def _render_spending(balance: CreditBalance | None) -> None:
    tab, studio, zone = session.tab_state(), session.studio(), session.time_zone()
    today = studio.spending(tab.user_id, since=midnight(day_of(time.time(), zone), zone))
    left = budgets.budgets_left()
    st.html(
        credits_html(
            balance,
            today=today,
            total=studio.spending(tab.user_id),
            budgets_left=left,
            under_way=studio.budgets.under_way(tab.user_id) if left else Decimal(0),
            people_to_ask=budgets.whom_to_ask(),
        )
    )


def _close() -> None:
    st.session_state[_POPOVER_KEY] = False


def format_usd(credits_: Decimal) -> str:
    """Credits in dollars, such as "$4.98", and "$0.025" where a cent is too coarse."""
    dollars = f"{credits_ * DOLLARS_PER_CREDIT:,.3f}"
    return f"${dollars.removesuffix('0')}"


def balance_html(balance: CreditBalance | None) -> str:
    """The credits left, or a dash whose tooltip says why there is no number."""
    reason = _missing_reason(balance)
    tooltip = f' title="{html.escape(reason)}"' if reason else ""
    return f'<span class="kx-credits-number"{tooltip}>{_format_balance(balance)}</span>'


def credits_html(
    balance: CreditBalance | None,
    *,
    today: Spending,
    total: Spending,
    budgets_left: Sequence[BudgetLeft] = (),
    under_way: Decimal = Decimal(0),
    people_to_ask: Sequence[str] = (),
) -> str:
    """The balance, the budgets, and the sums as a table.

    `under_way` is what is reserved for pictures that are being made.
    """
    sums = [
        ("Spent today", today.credits, format_count(today.images, "picture")),
        ("Spent in all", total.credits, format_count(total.images, "picture")),
    ]
    if under_way:
        sums.append(("Reserved", under_way, "for pictures under way"))
    if total.unconfirmed_tasks:
        tasks = format_count(total.unconfirmed_tasks, "task")
        if budgets_left:
            tasks += f" · {ask_whom(people_to_ask)} can decide"
        sums.append(("May have been charged", total.unconfirmed_credits, tasks))
    rows = "".join(
        f"<tr><th>{name}<small>{html.escape(count)}</small></th>"
        f"<td>{format_credits(amount)}<small>{format_usd(amount)}</small></td></tr>"
        for name, amount, count in sums
    )
    remaining = balance.credits if balance else None
    note = (
        _missing_reason(balance) if remaining is None else f"credits left · {format_usd(remaining)}"
    )
    head = f"<strong>{_format_balance(balance)}</strong> <span>{html.escape(note or '')}</span>"
    return (
        f'<div class="kx-credits-details"><p>{head}</p>'
        f"{_budgets_html(budgets_left)}<table>{rows}</table>"
        "<small>At the expected prices: the service names none.</small></div>"
    )


def _budgets_html(budgets_left: Sequence[BudgetLeft]) -> str:
    """Each budget with a bar of what is taken: this person's before everybody's."""

    def place(budget: BudgetLeft) -> tuple[bool, bool]:
        return budget.subject == KEY, budget.period is Period.DAY

    return "".join(_budget_html(budget) for budget in sorted(budgets_left, key=place))


def _budget_html(budget: BudgetLeft) -> str:
    name = "This month" if budget.period is Period.MONTH else "Today"
    if budget.subject == KEY:
        name += ", everybody"
    left, cap = format_amount(budget.left), format_amount(budget.cap)
    share = min(budget.taken / budget.cap, Decimal(1)) if budget.cap else Decimal(1)
    warning = ' data-state="warning"' if budget.is_nearly_spent else ""
    return (
        f'<div class="kx-budget"{warning}><span>{name}</span><span>{left} of {cap} left</span>'
        f'<div class="kx-budget-bar"><i style="inline-size:{share:.1%}"></i></div></div>'
    )


def _format_balance(balance: CreditBalance | None) -> str:
    """The number of credits, such as "9,995" or "12.5", or a dash."""
    if balance is None or balance.credits is None:
        return "—"
    return format_amount(balance.credits)


def _missing_reason(balance: CreditBalance | None) -> str | None:
    """Why there is no number, or None where there is one."""
    if balance is None:
        return "The balance is being read."
    if balance.failure_reason is not None:
        return f"The balance cannot be read: {failure_headline(balance.failure_reason)}."
    return None
