"""The chain behind the picture in the viewer: its drift, and the run that makes it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from components.studio.db.budgets import OverBudget
from components.studio.db.chain_runs import ChainRun, RunState, StopReason
from components.studio.db.database import DatabaseError
from components.studio.lineage import EditNode, EditTree
from components.studio.studio import NotFoundError
from components.studio.tasks.models import IN_PROGRESS, Task, TaskState
from components.studio.tasks.transitions import can_retry
from components.ui import budgets, session
from components.ui.edit.chain_dialogs import (
    CHANGE,
    RUN_AGAIN,
    open_chain_dialog,
    open_instruction_dialog,
    price_left,
    price_of_step,
    render_dialogs,
)
from components.ui.edit.drift import drift_of
from components.ui.escape import escape_markdown
from components.ui.messages import NOTHING_SENT, format_credits, task_message
from components.ui.session import FollowedRun
from components.ui.streamlit_internals.toasts import show_toast
from components.ui.widgets.drift_chart import drift_chart

_MAX_PROMPT_CHARACTERS = 90


def follow_run(tree: EditTree) -> None:
    """Show the newest picture of the run that this tab has begun, until it is done."""
    tab, studio = session.tab_state(), session.studio()
    followed = tab.followed_run
    if followed is None:
        return
    try:
        run = studio.chains.own_run(tab.user_id, followed.run_id)
    except NotFoundError:
        run = None
    if run is None or tab.pair != followed.pair:  # another pair was chosen
        tab.followed_run = None
        return
    task = studio.task(tab.user_id, run.task_id) if run.task_id else None
    newest = tree.node(task.image_id) if task and task.image_id else tree.node(run.image_id)
    parent = tree.node(newest.parent_id) if newest and newest.parent_id else None
    if newest and parent and newest is not tree.node(run.source_id):
        tab.pair = (parent.lasting_id, newest.lasting_id)
        tab.followed_run = FollowedRun(run.id, tab.pair)
    if run.state in {RunState.DONE, RunState.ENDED}:
        tab.followed_run = None


def render_run(tree: EditTree) -> None:
    """One line for each run on a picture of this tree, with what can be done about it."""
    tab = session.tab_state()
    for run, task in session.studio().chains.active(tab.user_id):
        if tree.node(run.source_id) or tree.node(run.image_id):
            _render_line(run, task)


def render_drift(tree: EditTree, shown: EditNode) -> None:
    """The drift of a chain of two steps or more, and the button that makes the chain again."""
    steps = tree.ancestors(shown.image.id)
    if len(steps) > 2:
        points = drift_of(steps)
        with st.container(key="kx-chain"):
            with st.container(key="kx-chain-head", horizontal=True, vertical_alignment="center"):
                if points:
                    st.subheader("Drift", anchor=False, width="content")
                st.button(
                    RUN_AGAIN,
                    key="chain-open",
                    on_click=open_chain_dialog,
                    args=(list(steps),),
                )
            if points:
                drift_chart(points, key="edit-drift")
    render_dialogs()


@dataclass(frozen=True)
class RunMessage:
    """What the line says: how far the run is, and what about."""

    headline: str
    detail: str
    is_stopped: bool = False


def run_message(run: ChainRun, task: Task | None, refusal: str = "") -> RunMessage:
    """The words for a run that is not done or ended.

    `refusal` says why no budget has the credits of its next step; empty if they are there.
    """
    step = f"Step {run.position + 1} of {len(run.steps)}"
    prompt = " ".join(run.steps[run.position].prompt.split())
    if len(prompt) > _MAX_PROMPT_CHARACTERS:
        prompt = f"{prompt[: _MAX_PROMPT_CHARACTERS - 1].rstrip()}…"
    if run.state is RunState.STOPPED:
        return _stop_message(run, task, step, refusal)
    if task is not None and task.state not in IN_PROGRESS | {TaskState.DONE}:
        message = task_message(task)
        return RunMessage(f"{step} waits", f"{message.headline}. Its card says what to do.")
    if task is not None and task.state is TaskState.DONE:
        return RunMessage(step, "Made. Your own pixels are being put back…")
    return RunMessage(step, prompt)


def _stop_message(run: ChainRun, task: Task | None, step: str, refusal: str) -> RunMessage:
    if run.reason == StopReason.TASK and task is not None:
        message = task_message(task)
        return RunMessage(f"{step} stopped", f"{message.headline}. {message.advice}", True)
    made = run.position + (task is not None)  # a result in the trash was made
    headline = f"Stopped after {made} of {len(run.steps)} steps"
    if run.reason == StopReason.NO_BUDGET:
        detail = refusal or "There are enough credits for the next step again: go on."
        return RunMessage(headline, detail, True)
    if run.reason == StopReason.NO_ROOM:
        return RunMessage(headline, "There is no room for more pictures. Make room first.", True)
    return RunMessage(
        headline,
        "The picture that the next one starts from is in the trash. Restore it first.",
        True,
    )


def _render_line(run: ChainRun, task: Task | None) -> None:
    is_stopped = run.state is RunState.STOPPED
    refusal = budgets.over_budget(price_of_step(run)) if is_stopped else ""
    message = run_message(run, task, refusal)
    kind = "stopped" if message.is_stopped else "running"
    with st.container(
        key=f"kx-chain-run-{kind}-{run.id[:8]}", horizontal=True, vertical_alignment="center"
    ):
        st.markdown(f"**{message.headline}** · {escape_markdown(message.detail)}")
        if message.is_stopped:
            is_failed = run.reason == StopReason.TASK
            if is_failed:
                st.button(
                    CHANGE,
                    key=f"chain-change-{run.id[:8]}",
                    on_click=open_instruction_dialog,
                    args=(run,),
                )
            price = f" · {format_credits(price_left(run))}"
            if is_failed and task is not None and not can_retry(task):
                _button("Check again", run, _go_on, help="It is paid for: this costs nothing.")
            else:
                _button("Try again" if is_failed else "Go on", run, _go_on, price=price)
        _button("End", run, _end, help="What is made stays.")


def _button(
    label: str,
    run: ChainRun,
    action: Callable[[ChainRun], None],
    help: str | None = None,  # noqa: A002 - as Streamlit calls it
    *,
    price: str = "",
) -> None:
    st.button(
        label + price,
        key=f"chain-{label.lower().replace(' ', '-')}-{run.id[:8]}",
        help=help,
        on_click=_take,
        args=(action, run),
    )


def _take(action: Callable[[ChainRun], None], run: ChainRun) -> None:
    try:
        action(run)
    except OverBudget as error:
        budgets.show_refusal(error)
    except NotFoundError:
        show_toast("This chain is no longer here.")
    except DatabaseError as error:
        show_toast(escape_markdown(f"{NOTHING_SENT} {error}"))


def _go_on(run: ChainRun) -> None:
    studio = session.studio()
    studio.chains.resume(run.user_id, run.id, run.position)
    refusal = budgets.over_budget(price_of_step(run))
    if refusal and studio.chains.own_run(run.user_id, run.id).reason == StopReason.NO_BUDGET:
        show_toast(escape_markdown(refusal))


def _end(run: ChainRun) -> None:
    session.studio().chains.end(run.user_id, run.id)
