"""State machine: download, final states, restart and recheck."""

from __future__ import annotations

import pytest

from components.kie import ProviderState, TaskNotFoundError, UnknownOutcomeError
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from components.studio.tasks.transitions import (
    Accepted,
    ResultStored,
    StepFailed,
    TaskEvent,
    apply_event,
    apply_webhook,
    recheck,
    recover_after_restart,
)
from tests.support.factories import (
    NOW,
    RESULT_URL,
    SERVICE_ID,
    STORING_TASK,
    SUBMITTING_TASK,
    UNCONFIRMED_TASK,
    failure_reason,
    make_status,
    make_task,
)

DISK_FULL = StepFailed(Failure(FailureReason.DISK), may_retry=True)
DOWNLOAD_FAILED = StepFailed(Failure(FailureReason.DOWNLOAD_FAILED), may_retry=True)


def test_stored_image_ends_the_task() -> None:
    task = apply_event(STORING_TASK, ResultStored(STORING_TASK.id), NOW + 9)
    assert (task.state, task.image_id, task.finished_at) == (
        TaskState.DONE,
        STORING_TASK.id,
        NOW + 9,
    )


def test_failing_download_is_retried_then_can_be_rechecked() -> None:
    task, retries = STORING_TASK, 0
    while (task := apply_event(task, DOWNLOAD_FAILED, NOW)).state is TaskState.STORING:
        retries += 1
        assert task.retry_at > NOW
    assert (retries + 1, failure_reason(task)) == (7, FailureReason.DOWNLOAD_FAILED)
    assert recheck(task, NOW).state is TaskState.GENERATING


def test_full_disk_is_retried_without_limit() -> None:
    task = STORING_TASK
    for _ in range(1100):
        task = apply_event(task, DISK_FULL, NOW)
    assert (task.state, failure_reason(task)) == (TaskState.STORING, FailureReason.DISK)


# Final states and restarts


@pytest.mark.parametrize(
    "event",
    [
        Accepted("other"),
        ResultStored("6" * 32),
        DOWNLOAD_FAILED,
        make_status(ProviderState.SUCCEEDED, result_url=RESULT_URL),
        UnknownOutcomeError(),
        TaskNotFoundError(),
    ],
    ids=["accepted", "stored", "download failed", "succeeded", "outcome unknown", "not found"],
)
@pytest.mark.parametrize("state", [TaskState.DONE, TaskState.FAILED, TaskState.REFUSED])
def test_final_task_ignores_events(state: TaskState, event: TaskEvent) -> None:
    task = make_task(state=state, provider_id=SERVICE_ID)
    assert apply_event(task, event, NOW) == task


def test_restart_marks_sent_task_unconfirmed() -> None:
    assert recover_after_restart(SUBMITTING_TASK, NOW).state is TaskState.UNCONFIRMED


def test_restart_requeues_task_that_was_uploading() -> None:
    assert (
        recover_after_restart(make_task(state=TaskState.SUBMITTING), NOW).state is TaskState.QUEUED
    )


def test_restart_polls_task_whose_webhook_came_first() -> None:
    task = recover_after_restart(apply_webhook(SUBMITTING_TASK, SERVICE_ID, NOW), NOW + 5)
    assert (task.state, task.polling_since) == (TaskState.GENERATING, NOW + 5)


def test_restart_queries_before_downloading() -> None:
    assert recover_after_restart(STORING_TASK, NOW).attempts == 1


@pytest.mark.parametrize(
    "task",
    [
        SUBMITTING_TASK,
        UNCONFIRMED_TASK,
        make_task(state=TaskState.DONE, provider_id=SERVICE_ID),
        make_task(state=TaskState.REFUSED, provider_id=SERVICE_ID),
        make_task(state=TaskState.FAILED),
        make_task(
            state=TaskState.FAILED,
            provider_id=SERVICE_ID,
            failure=Failure(FailureReason.NOT_GENERATED),
        ),
    ],
    ids=["submitting", "unconfirmed", "done", "refused", "failed without an id", "not generated"],
)
def test_recheck_changes_nothing_where_no_result_can_exist(task: Task) -> None:
    assert recheck(task, NOW) == task
