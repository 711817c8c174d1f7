"""The words for a chain that is run again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from components.kie import GenerationRequest
from components.studio.credits import CreditBalance
from components.studio.db.budgets import KEY, BudgetLeft, Period
from components.studio.db.chain_runs import ChainRun, RunState, StopReason
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from components.ui.edit.chain_dialogs import run_forecast
from components.ui.edit.chain_panel import run_message
from tests.support.factories import NOW, make_task

RUN = ChainRun(
    id="a" * 32,
    user_id="d" * 32,
    source_id="source",
    image_id="source",
    steps=tuple(GenerationRequest(prompt=prompt) for prompt in ("one", "two", "three")),
    position=1,
    task_id="task",
    created_at=NOW,
)


def task(state: TaskState, reason: FailureReason | None = None) -> Task:
    return make_task(state=state, failure=reason and Failure(reason))


@pytest.mark.parametrize(
    ("count", "balance", "words"),
    [
        (4, CreditBalance(Decimal(45)), "4 steps · 20 credits · 45 left"),
        (1, CreditBalance(Decimal(4)), "1 step · 5 credits · only 4 left"),
        (2, CreditBalance(None), "2 steps · 10 credits · credits left unknown"),
        (2, None, "2 steps · 10 credits · credits left unknown"),
    ],
)
def test_price_is_said_before(count: int, balance: CreditBalance | None, words: str) -> None:
    assert run_forecast([Decimal(5)] * count, balance) == words


def test_run_that_a_budget_will_stop_says_so_before() -> None:
    budget = BudgetLeft(KEY, Period.DAY, Decimal(100), Decimal("87.5"))

    words = run_forecast([Decimal(5)] * 4, None, [budget])

    assert words == (
        "4 steps · 20 credits · only 12.5 of 100 left today for everybody · stops after 2 steps"
    )


def test_run_that_a_budget_has_stopped_says_whom_to_ask_until_it_may_go_on() -> None:
    stopped = replace(RUN, state=RunState.STOPPED, reason=StopReason.NO_BUDGET, task_id=None)

    assert run_message(stopped, None, "Ask Anna.").detail == "Ask Anna."
    assert "go on" in run_message(stopped, None).detail
    assert run_message(stopped, None).is_stopped


@pytest.mark.parametrize(
    ("state", "headline", "detail"),
    [
        (TaskState.GENERATING, "Step 2 of 3", "two"),
        (TaskState.DONE, "Step 2 of 3", "Made. Your own pixels are being put back…"),
    ],
)
def test_running_step_is_named(state: TaskState, headline: str, detail: str) -> None:
    message = run_message(RUN, task(state))

    assert (message.headline, message.detail) == (headline, detail)
    assert not message.is_stopped


def test_unconfirmed_step_says_where_to_look() -> None:
    message = run_message(RUN, task(TaskState.UNCONFIRMED, FailureReason.NO_RESPONSE))

    assert message.headline == "Step 2 of 3 waits"
    assert message.detail == "Sent, but no answer came. Its card says what to do."


def test_refused_step_says_why() -> None:
    stopped = replace(RUN, state=RunState.STOPPED, reason=StopReason.TASK)
    message = run_message(stopped, task(TaskState.REFUSED, FailureReason.CONTENT_POLICY))

    assert message.headline == "Step 2 of 3 stopped"
    assert message.detail.startswith("Refused by the content policy. Say it in other words")
    assert message.is_stopped


@pytest.mark.parametrize(
    ("reason", "has_task", "headline", "detail"),
    [
        (StopReason.IMAGE_GONE, True, "Stopped after 2 of 3 steps", "is in the trash"),
        (StopReason.IMAGE_GONE, False, "Stopped after 1 of 3 steps", "is in the trash"),
        (StopReason.NO_ROOM, False, "Stopped after 1 of 3 steps", "Make room first"),
    ],
)
def test_other_reasons_say_what_to_do(
    reason: StopReason, has_task: bool, headline: str, detail: str
) -> None:
    stopped = replace(RUN, state=RunState.STOPPED, reason=reason)
    message = run_message(stopped, task(TaskState.DONE) if has_task else None)

    assert message.headline == headline
    assert detail in message.detail


def test_long_instruction_is_cut() -> None:
    run = replace(RUN, steps=(GenerationRequest(prompt="a " * 200),) * 3)

    assert len(run_message(run, task(TaskState.QUEUED)).detail) == 90
