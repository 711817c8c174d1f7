"""State machine: a task that is not to be sent after all, or not to be watched any more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from components.studio.tasks.transitions import (
    Accepted,
    apply_event,
    apply_webhook,
    claim,
    mark_sent,
    recheck,
    requeue,
    stop_watching,
    withdraw,
)
from tests.support.factories import (
    GENERATING_TASK,
    NOW,
    PROVIDER_ID,
    STORING_TASK,
    SUBMITTING_TASK,
    UNCONFIRMED_TASK,
    failure_reason,
    make_task,
)


@pytest.mark.parametrize(
    "task",
    [
        make_task(),
        make_task(attempts=3, retry_at=NOW + 60, failure=Failure(FailureReason.RATE_LIMITED)),
        make_task(state=TaskState.SUBMITTING, source_id="5" * 32),
    ],
    ids=["queued", "queued again", "uploading its source"],
)
def test_unsent_task_can_be_withdrawn_and_is_never_sent(task: Task) -> None:
    withdrawn = withdraw(task, NOW)

    assert (withdrawn.state, failure_reason(withdrawn)) == (
        TaskState.FAILED,
        FailureReason.WITHDRAWN,
    )
    assert claim(withdrawn) == withdrawn
    assert mark_sent(withdrawn, NOW) == withdrawn


@pytest.mark.parametrize(
    "task",
    [SUBMITTING_TASK, UNCONFIRMED_TASK, GENERATING_TASK, STORING_TASK],
    ids=lambda task: task.state,
)
def test_sent_task_cannot_be_withdrawn(task: Task) -> None:
    assert withdraw(task, NOW) == task


def test_withdrawn_second_send_leaves_the_first_one_unconfirmed() -> None:
    assert withdraw(requeue(UNCONFIRMED_TASK), NOW) == UNCONFIRMED_TASK


def test_withdrawn_task_can_be_queued_again() -> None:
    task = make_task()

    assert requeue(withdraw(task, NOW)) == task


def test_task_that_ended_otherwise_is_not_queued_again() -> None:
    failed = make_task(state=TaskState.FAILED, failure=Failure(FailureReason.UPLOAD))

    assert requeue(failed) == failed


@pytest.mark.parametrize("state", [TaskState.GENERATING, TaskState.STILL_RUNNING])
def test_running_task_that_is_not_watched_can_be_looked_at_again(state: TaskState) -> None:
    stopped = stop_watching(replace(GENERATING_TASK, state=state), NOW)

    assert (stopped.state, failure_reason(stopped)) == (
        TaskState.FAILED,
        FailureReason.NOT_WATCHED,
    )
    assert requeue(stopped) == stopped
    assert recheck(stopped, NOW + 1).state is TaskState.GENERATING
    assert apply_webhook(stopped, PROVIDER_ID, NOW + 1).state is TaskState.GENERATING


@pytest.mark.parametrize(
    "task",
    [
        make_task(),
        SUBMITTING_TASK,
        STORING_TASK,
        apply_event(UNCONFIRMED_TASK, Accepted(PROVIDER_ID, confirmed=False), NOW),
    ],
    ids=["queued", "sending", "storing", "under an id that is not verified"],
)
def test_only_a_task_under_its_own_id_can_be_left_unwatched(task: Task) -> None:
    assert stop_watching(task, NOW) == task
