"""The purse: a quiet chip in the bar with the account's credits, and behind it what was spent.

A fragment of its own: it looks again by itself, and no page is drawn anew for it.
"""

from __future__ import annotations

import html
import time
from datetime import datetime, tzinfo
from decimal import Decimal

import streamlit as st

from components.studio.credits import Balance
from components.studio.db.spending import DOLLARS_A_CREDIT, Spend
from components.ui import fault_controls, session, task_id_dialogs
from components.ui.messages import credits_in_words, headline
from components.ui.streamlit_internals.auto_refresh import auto_refresh

LOOK_SECONDS = 10.0  # a look costs the ledger a sum; the service is asked more rarely
_KEY = "kx-credits-open"


def draw_purse() -> None:
    """Draw the chip."""
    st.fragment(_draw)()


def _draw() -> None:
    tab, studio = session.current(), session.studio()
    balance = studio.balance.look()
    midnight = start_of_day(time.time(), session.time_zone())
    with st.container(key="kx-credits", horizontal=True, vertical_alignment="center", gap=None):
        # Not in the popover's label: with another label or help it is another one, and closed.
        st.html(number_html(balance), width="content")
        # Of its state we must know, so that it can be closed from here.
        behind = st.popover("credits", key=_KEY, type="tertiary", on_change="rerun")
        auto_refresh(LOOK_SECONDS, key="purse-beat")
    with behind:
        st.html(
            purse_html(
                balance,
                today=studio.spent(tab.designer, since=midnight),
                in_all=studio.spent(tab.designer),
            )
        )
        bring = st.button("Bring home by task id", width="stretch", on_click=_close)
        if studio.drill is not None:
            fault_controls.draw_drill(studio.drill)
    if bring:
        task_id_dialogs.bring_home()


def _close() -> None:
    st.session_state[_KEY] = False


def start_of_day(now: float, zone: tzinfo | None) -> float:
    """The last midnight in this zone, as epoch seconds."""
    today = datetime.fromtimestamp(now, zone)
    return today.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def money(credits_: Decimal) -> str:
    """Dollars of so many credits, such as "$4.98", and "$0.025" where a cent is too coarse."""
    dollars = f"{credits_ * DOLLARS_A_CREDIT:,.3f}"
    return f"${dollars.removesuffix('0')}"


def number_html(balance: Balance | None) -> str:
    """The credits left, or a dash that tells why there is no number."""
    reason = _reason(balance)
    why = f' title="{html.escape(reason)}"' if reason else ""
    return f'<span class="kx-credits-number"{why}>{_number(balance)}</span>'


def purse_html(balance: Balance | None, *, today: Spend, in_all: Spend) -> str:
    """The balance and the sums, as a table without a frame."""
    rows = [
        ("Spent today", today.credits, _counted(today.pictures, "picture")),
        ("Spent in all", in_all.credits, _counted(in_all.pictures, "picture")),
    ]
    if in_all.doubtful_tasks:
        tasks = _counted(in_all.doubtful_tasks, "task")
        rows.append(("May have been charged", in_all.doubtful_credits, tasks))
    lines = "".join(
        f"<tr><th>{name}<small>{count}</small></th>"
        f"<td>{credits_in_words(amount)}<small>{money(amount)}</small></td></tr>"
        for name, amount, count in rows
    )
    left = balance.credits if balance else None
    told = _reason(balance) if left is None else f"credits left · {money(left)}"
    head = f"<strong>{_number(balance)}</strong> <span>{html.escape(told or '')}</span>"
    return (
        f'<div class="kx-credits-details"><p>{head}</p><table>{lines}</table>'
        "<small>At the expected prices: the service names none.</small></div>"
    )


def _number(balance: Balance | None) -> str:
    return "—" if balance is None or balance.credits is None else _grouped(balance.credits)


def _reason(balance: Balance | None) -> str | None:
    """Why there is no number, or None where there is one."""
    if balance is None:
        return "The balance is being read."
    if balance.trouble is not None:
        return f"The balance cannot be read: {headline(balance.trouble)}."
    return None


def _grouped(amount: Decimal) -> str:
    """A number of credits, such as "9,995" or "12.5"."""
    whole, _, part = f"{amount.normalize():,f}".partition(".")
    return f"{whole}.{part}" if part else whole


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
