"""State machine: download, final states, restart and recheck."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.kie import ProviderState, TaskNotFoundError, UnknownOutcomeError
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from components.studio.tasks.transitions import (
    Accepted,
    HostPaused,
    ResultStored,
    StepFailed,
    TaskEvent,
    apply_event,
    apply_webhook,
    recheck,
    recover_after_restart,
)
from tests.support.factories import (
    GENERATING_TASK,
    NOW,
    PROVIDER_ID,
    RESULT_URL,
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


def test_failing_download_is_retried_for_14_days_then_can_be_rechecked() -> None:
    task, pauses = STORING_TASK, []
    while (task := apply_event(task, DOWNLOAD_FAILED, NOW)).state is TaskState.STORING:
        pauses.append(task.retry_at - NOW)
    assert pauses[:12] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800]
    assert set(pauses[12:]) == {1800}
    assert 13.9 < sum(pauses) / 86_400 < 14
    assert failure_reason(task) is FailureReason.DOWNLOAD_FAILED
    assert recheck(task, NOW).state is TaskState.GENERATING


def test_failing_download_begins_anew_on_request() -> None:
    task = replace(STORING_TASK, attempts=300)
    task = apply_event(task, DOWNLOAD_FAILED, NOW)
    again = recheck(task, NOW + 5)
    assert (again.state, again.retry_at, again.failure) == (TaskState.STORING, NOW + 5, None)
    assert again.attempts == 1  # not 0: a query comes before the download
    assert apply_event(again, DOWNLOAD_FAILED, NOW).retry_at == NOW + 2


def test_paused_host_is_waited_for_without_an_attempt() -> None:
    task = apply_event(STORING_TASK, HostPaused(7), NOW)
    assert (task.state, failure_reason(task), task.attempts, task.retry_at) == (
        TaskState.STORING,
        FailureReason.DOWNLOAD_FAILED,
        0,
        NOW + 7,
    )
    full = apply_event(STORING_TASK, DISK_FULL, NOW)
    assert failure_reason(apply_event(full, HostPaused(7), NOW)) is FailureReason.DISK


def test_full_disk_is_retried_each_minute_without_limit() -> None:
    task = replace(STORING_TASK, attempts=600)
    for _ in range(1100):
        task = apply_event(task, DISK_FULL, NOW)
    assert (task.state, failure_reason(task)) == (TaskState.STORING, FailureReason.DISK)
    assert task.retry_at == NOW + 64
    assert apply_event(task, DOWNLOAD_FAILED, NOW).state is TaskState.STORING


def test_download_without_a_url_ends_at_once() -> None:
    failed = StepFailed(Failure(FailureReason.DOWNLOAD_FAILED), may_retry=False)
    assert apply_event(STORING_TASK, failed, NOW).state is TaskState.FAILED


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
    task = make_task(state=state, provider_id=PROVIDER_ID)
    assert apply_event(task, event, NOW) == task


def test_restart_marks_sent_task_unconfirmed() -> None:
    assert recover_after_restart(SUBMITTING_TASK, NOW).state is TaskState.UNCONFIRMED


def test_restart_requeues_task_that_was_uploading() -> None:
    assert (
        recover_after_restart(make_task(state=TaskState.SUBMITTING), NOW).state is TaskState.QUEUED
    )


def test_restart_polls_task_whose_webhook_came_first() -> None:
    task = recover_after_restart(apply_webhook(SUBMITTING_TASK, PROVIDER_ID, NOW), NOW + 5)
    assert (task.state, task.polling_since) == (TaskState.GENERATING, NOW + 5)


@pytest.mark.parametrize("state", [TaskState.GENERATING, TaskState.STILL_RUNNING])
def test_time_that_a_clock_jumped_over_a_restart_ends_no_patience(state: TaskState) -> None:
    later = NOW + 30 * 86_400
    task = replace(GENERATING_TASK, state=state, not_found_since=NOW)
    task = recover_after_restart(task, later)
    assert task.state is state
    assert apply_event(task, make_status(), later + 600).state is state
    assert apply_event(task, TaskNotFoundError(), later + 600).state is state


def test_restart_tries_a_download_within_a_minute() -> None:
    task = replace(STORING_TASK, attempts=300, retry_at=NOW + 1800)
    task = recover_after_restart(task, NOW)
    assert (task.attempts, task.retry_at) == (300, NOW + 60)


def test_restart_queries_before_downloading() -> None:
    assert recover_after_restart(STORING_TASK, NOW).attempts == 1


@pytest.mark.parametrize(
    "task",
    [
        SUBMITTING_TASK,
        UNCONFIRMED_TASK,
        STORING_TASK,
        make_task(state=TaskState.DONE, provider_id=PROVIDER_ID),
        make_task(state=TaskState.REFUSED, provider_id=PROVIDER_ID),
        make_task(state=TaskState.FAILED),
        make_task(
            state=TaskState.FAILED,
            provider_id=PROVIDER_ID,
            failure=Failure(FailureReason.NOT_GENERATED),
        ),
    ],
    ids=[
        "submitting",
        "unconfirmed",
        "storing",
        "done",
        "refused",
        "failed without an id",
        "not generated",
    ],
)
def test_recheck_changes_nothing_where_no_result_can_exist(task: Task) -> None:
    assert recheck(task, NOW) == task
