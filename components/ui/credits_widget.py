"""Credits in the bar: the balance, and in a popover what was spent.

A fragment of its own: it refreshes by itself without a rerun of the page.
"""

from __future__ import annotations

import html
import time
from datetime import datetime, tzinfo
from decimal import Decimal

import streamlit as st

from components.studio.credits import CreditBalance
from components.studio.db.spending import DOLLARS_PER_CREDIT, Spending
from components.ui import fault_controls, session, task_id_dialogs
from components.ui.messages import failure_headline, format_credits
from components.ui.streamlit_internals.auto_refresh import auto_refresh

REFRESH_SECONDS = 10.0  # a refresh costs one database query; kie.ai is asked less often
_KEY = "kx-credits-open"


def render_credits() -> None:
    """Render the widget."""
    st.fragment(_render)()


def _render() -> None:
    tab, studio = session.tab_state(), session.studio()
    balance = studio.credit_balance()
    midnight = start_of_day(time.time(), session.time_zone())
    with st.container(key="kx-credits", horizontal=True, vertical_alignment="center", gap=None):
        # Not in the popover's label: with another label or help it is another popover, and closed.
        st.html(balance_html(balance), width="content")
        # Its state must be known, so that it can be closed from here.
        behind = st.popover("credits", key=_KEY, type="tertiary", on_change="rerun")
        auto_refresh(REFRESH_SECONDS, key="purse-beat")
    with behind:
        st.html(
            credits_html(
                balance,
                today=studio.spending(tab.user_id, since=midnight),
                in_all=studio.spending(tab.user_id),
            )
        )
        bring = st.button("Bring home by task id", width="stretch", on_click=_close)
        if studio.fault_controls is not None:
            fault_controls.render_fault_controls(studio.fault_controls)
    if bring:
        task_id_dialogs.import_task_dialog()


def _close() -> None:
    st.session_state[_KEY] = False


def start_of_day(now: float, zone: tzinfo | None) -> float:
    """The last midnight in this zone, in epoch seconds."""
    today = datetime.fromtimestamp(now, zone)
    return today.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def format_usd(credits_: Decimal) -> str:
    """Credits in dollars, such as "$4.98", and "$0.025" where a cent is too coarse."""
    dollars = f"{credits_ * DOLLARS_PER_CREDIT:,.3f}"
    return f"${dollars.removesuffix('0')}"


def balance_html(balance: CreditBalance | None) -> str:
    """The credits left, or a dash whose tooltip says why there is no number."""
    reason = _reason(balance)
    why = f' title="{html.escape(reason)}"' if reason else ""
    return f'<span class="kx-credits-number"{why}>{_format_balance(balance)}</span>'


def credits_html(balance: CreditBalance | None, *, today: Spending, in_all: Spending) -> str:
    """The balance and the sums as a table."""
    rows = [
        ("Spent today", today.credits, _pluralize(today.images, "picture")),
        ("Spent in all", in_all.credits, _pluralize(in_all.images, "picture")),
    ]
    if in_all.unconfirmed_tasks:
        tasks = _pluralize(in_all.unconfirmed_tasks, "task")
        rows.append(("May have been charged", in_all.unconfirmed_credits, tasks))
    lines = "".join(
        f"<tr><th>{name}<small>{count}</small></th>"
        f"<td>{format_credits(amount)}<small>{format_usd(amount)}</small></td></tr>"
        for name, amount, count in rows
    )
    left = balance.credits if balance else None
    summary = _reason(balance) if left is None else f"credits left · {format_usd(left)}"
    head = f"<strong>{_format_balance(balance)}</strong> <span>{html.escape(summary or '')}</span>"
    return (
        f'<div class="kx-credits-details"><p>{head}</p><table>{lines}</table>'
        "<small>At the expected prices: the service names none.</small></div>"
    )


def _format_balance(balance: CreditBalance | None) -> str:
    return "—" if balance is None or balance.credits is None else _format_number(balance.credits)


def _reason(balance: CreditBalance | None) -> str | None:
    """Why there is no number, or None where there is one."""
    if balance is None:
        return "The balance is being read."
    if balance.failure_reason is not None:
        return f"The balance cannot be read: {failure_headline(balance.failure_reason)}."
    return None


def _format_number(amount: Decimal) -> str:
    """A number of credits, such as "9,995" or "12.5"."""
    whole, _, part = f"{amount.normalize():,f}".partition(".")
    return f"{whole}.{part}" if part else whole


def _pluralize(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
