"""Spending: sums, a chart by day and model, and by person; and outcomes that nobody knows."""

from __future__ import annotations

import html
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import streamlit as st

from components.studio.administration import Administration
from components.studio.db.administration import SpendingSum
from components.ui import session
from components.ui.admin.parts import (
    ago_text,
    credit_text,
    heading,
    name_in,
    note,
    open_administration,
    row,
    row_text,
    show_more,
    shown_rows,
    table,
)
from components.ui.messages import format_count, format_models
from components.ui.streamlit_internals.toasts import show_toast
from components.ui.urls import spending_csv_url
from components.ui.widgets.spending_chart import DayOfSpending, spending_chart

_PERIODS = ("7 days", "30 days", "This month", "Last month")
_UNKNOWN, _PEOPLE = "unknown", "spenders"


def render_spending(admin: Administration) -> None:
    """Render the section. Days are those of UTC, as budgets have them."""
    period = st.segmented_control(
        "Period",
        _PERIODS,
        key="admin-period",
        default="This month",
        required=True,
        label_visibility="collapsed",
    )
    since, until = days_of(str(period), session.studio().clock())
    by_day = admin.spending_by_day(since, until)
    spent = sum((found.spent for found in by_day), Decimal(0))
    reserved = sum((found.reserved for found in by_day), Decimal(0))
    pictures = sum(found.images for found in by_day)
    people = admin.overview.count_spenders(since, until)
    url = html.escape(spending_csv_url(since, until))
    facts = [
        f"{credit_text(reserved)} reserved" if reserved else "",
        format_count(pictures, "picture"),
        "1 person" if people == 1 else f"{people:,} people",
    ]
    st.html(
        f'<div class="kx-admin-sum"><strong>{credit_text(spent)}</strong> credits spent'
        f"<span>{' · '.join(fact for fact in facts if fact)}</span>"
        f'<a href="{url}" download target="_self">Download CSV</a></div>'
    )
    spending_chart(_days(by_day, *days_shown(str(period), since, until)), key="admin-chart")
    _render_unknown(admin)
    heading("By person")
    limit = shown_rows(_PEOPLE)
    by_person = admin.spending_by_person(since, until, limit=limit)
    names = admin.names([found.name for found in by_person])
    table(
        ("Person", "Pictures", "Reserved", "Spent"),
        [
            (
                name_in(names, found.name),
                f"{found.images:,}",
                credit_text(found.reserved),
                credit_text(found.spent),
            )
            for found in by_person
        ],
        empty="Nobody has pressed anything in these days.",
    )
    show_more(_PEOPLE, has_more=people > limit)
    heading("By model")
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for found in by_day:
        added = (Decimal(found.images), found.reserved, found.spent)
        sums[found.model] = [old + new for old, new in zip(sums[found.model], added, strict=True)]
    table(
        ("Model", "Pictures", "Reserved", "Spent"),
        [(format_models([model]), *map(credit_text, amounts)) for model, amounts in sums.items()],
        empty="Nothing was made in these days.",
    )


def days_of(period: str, now: float) -> tuple[str, str]:
    """The first and the last day of a period of the list."""
    today = datetime.fromtimestamp(now, UTC).date()
    first = today.replace(day=1)
    match period:
        case "7 days":
            days = today - timedelta(days=6), today
        case "30 days":
            days = today - timedelta(days=29), today
        case "Last month":
            last = first - timedelta(days=1)
            days = last.replace(day=1), last
        case _:
            days = first, today
    return days[0].isoformat(), days[1].isoformat()


def days_shown(period: str, since: str, until: str) -> tuple[str, str]:
    """The first and the last day of the chart: of this month all, so that bars keep their width."""
    if period != "This month":
        return since, until
    next_month = date.fromisoformat(until).replace(day=28) + timedelta(days=4)
    return since, (next_month.replace(day=1) - timedelta(days=1)).isoformat()


def _days(by_day: list[SpendingSum], since: str, until: str) -> list[DayOfSpending]:
    amounts: dict[str, dict[str, float]] = defaultdict(dict)
    for found in by_day:
        amounts[found.name][format_models([found.model])] = float(found.spent + found.reserved)
    day, last = datetime.fromisoformat(since), datetime.fromisoformat(until)
    days: list[DayOfSpending] = []
    while day <= last:
        name = day.date().isoformat()
        days.append(DayOfSpending(f"{day.day} {day:%b}", amounts.get(name, {})))
        day += timedelta(days=1)
    return days


def _render_unknown(admin: Administration) -> None:
    limit = shown_rows(_UNKNOWN)
    unknown = admin.unknown_outcomes(limit=limit + 1)
    if not unknown:
        return
    heading(
        "May have been charged",
        "These ended without a picture. Look at kie.ai's list, then say which was charged: "
        "until then the credits count as taken.",
    )
    names = admin.names({found.user_id for found in unknown})
    for found in unknown[:limit]:
        with row(f"unknown-{found.task_id}"):
            row_text(
                name_in(names, found.user_id),
                (
                    f"{credit_text(found.credits)} credits",
                    format_models([found.model]),
                    f"{ago_text(found.at)} ago",
                ),
            )
            for label, was_charged in (("Was charged", True), ("Was not", False)):
                st.button(
                    label,
                    key=f"decide-{was_charged}-{found.task_id}",
                    on_click=_decide,
                    args=(found.task_id, was_charged),
                )
    show_more(_UNKNOWN, has_more=len(unknown) > limit)
    if len(unknown) > limit:
        note(f"The oldest {limit} are shown.")


def _decide(task_id: str, was_charged: bool) -> None:
    if not open_administration().decide(task_id, was_charged=was_charged):
        show_toast("Somebody has decided that already.")
