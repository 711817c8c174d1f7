"""The queue: who waits for how long, holding it, whose turn is first; and how the studio is."""

from __future__ import annotations

import streamlit as st

from components.studio.administration import Administration
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
from components.ui.messages import STATE_LABELS, failure_headline, format_count, format_models
from components.ui.streamlit_internals.auto_refresh import auto_refresh
from components.ui.streamlit_internals.toasts import show_toast

REFRESH_SECONDS = 5.0
_KEY = "waiting"


def render_queue(admin: Administration) -> None:
    """Render the section; it refreshes by itself."""
    auto_refresh(REFRESH_SECONDS, key="admin-queue-refresh")
    status, waiting = session.studio().status(), admin.waiting()
    heading("Queue", _sentence(admin, len(status.queue)))
    with st.container(key="kx-admin-acts", horizontal=True):
        if admin.is_queue_held:
            st.button(
                "Let it go on", type="primary", key="queue-go-on", on_click=_hold, args=(False,)
            )
        else:
            st.button("Hold the queue", key="queue-hold", on_click=_hold, args=(True,))
        if status.queue:
            with st.popover("Withdraw all"):
                st.caption("What waits is not sent, of everybody. Nothing of it is charged.")
                st.button(
                    f"Withdraw {format_count(len(status.queue), 'picture')}",
                    type="primary",
                    key="queue-withdraw-all",
                    on_click=_withdraw,
                    args=(None,),
                )
    names = admin.names([found.user_id for found in waiting])
    limit = shown_rows(_KEY)
    for found in waiting[:limit]:
        is_first = admin.is_first(found)
        with row(f"waiting-{found.user_id}"):
            row_text(
                name_in(names, found.user_id),
                (
                    format_count(found.tasks, "picture"),
                    format_models(found.models),
                    f"{credit_text(found.credits)} credits",
                    f"for {ago_text(found.since)}",
                    f"next at place {found.position}",
                ),
                mark="First" if is_first else "",
            )
            if not is_first:
                st.button(
                    "Put first",
                    key=f"first-{found.user_id}",
                    on_click=_put_first,
                    args=(found.user_id,),
                )
            st.button(
                "Withdraw",
                key=f"withdraw-{found.user_id}",
                on_click=_withdraw,
                args=(found.user_id,),
            )
    if not waiting:
        note("Nobody waits.")
    show_more(_KEY, has_more=len(waiting) > limit)
    heading("Tasks")
    table(
        ("State", "Tasks"),
        [
            (STATE_LABELS.get(state, str(state)), f"{count:,}")
            for state, count in status.tasks_by_state.items()
        ],
        empty="There are no tasks yet.",
    )


def _sentence(admin: Administration, count: int) -> str:
    studio = session.studio()
    if not studio.status().is_running:
        return "The worker has stopped. Look at the log, then restart the studio."
    if admin.is_queue_held:
        return "Held: nothing is sent until you let it go on. What was sent before runs on."
    problem, pause = studio.storage_problem, studio.pause_reason
    if problem is not None:
        return str(problem)
    if pause is not None:
        return f"Paused: {failure_headline(pause)}."
    return f"{format_count(count, 'picture')} to be sent, in fair turns." if count else "It runs."


def _hold(is_held: bool) -> None:
    open_administration().hold_queue(is_held=is_held)


def _put_first(user_id: str) -> None:
    open_administration().put_first(user_id)


def _withdraw(user_id: str | None) -> None:
    open_administration().withdraw_waiting(user_id)
    show_toast("Not sent.")
