"""The life of a task near its end: its picture is stored, a restart or a second look comes."""

from __future__ import annotations

import pytest

from components.kie import OutcomeUnknown, Progress, TaskNotFound
from components.studio.tasks.models import Obstacle, State, Task, Trouble
from components.studio.tasks.transitions import (
    Accepted,
    Hindered,
    Report,
    Stored,
    advance,
    called_back,
    interrupted,
    looked_again,
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

DISK = Hindered(Obstacle(Trouble.DISK), may_retry=True)
LOST = Hindered(Obstacle(Trouble.RESULT_LOST), may_retry=True)


def test_a_stored_picture_ends_the_task() -> None:
    task = advance(STORING_TASK, Stored(STORING_TASK.id), NOW + 9)
    assert (task.state, task.picture_id, task.finished_at) == (State.DONE, STORING_TASK.id, NOW + 9)


def test_a_result_that_cannot_be_fetched_is_tried_for_a_while_and_can_be_looked_at_again() -> None:
    task, tries = STORING_TASK, 0
    while (task := advance(task, LOST, NOW)).state is State.STORING:
        tries += 1
        assert task.not_before > NOW
    assert (tries + 1, failure_reason(task)) == (7, Trouble.RESULT_LOST)
    assert looked_again(task, NOW).state is State.GENERATING


def test_a_full_disk_is_waited_for_without_end() -> None:
    task = STORING_TASK
    for _ in range(1100):
        task = advance(task, DISK, NOW)
    assert (task.state, failure_reason(task)) == (State.STORING, Trouble.DISK)


# Ends and restarts


@pytest.mark.parametrize(
    "report",
    [
        Accepted("other"),
        Stored("6" * 32),
        LOST,
        make_status(Progress.SUCCEEDED, result_url=RESULT_URL),
        OutcomeUnknown(),
        TaskNotFound(),
    ],
    ids=["accepted", "stored", "result lost", "succeeded", "outcome unknown", "not found"],
)
@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.REFUSED])
def test_no_report_moves_a_task_that_has_ended(state: State, report: Report) -> None:
    task = make_task(state=state, service_id=SERVICE_ID)
    assert advance(task, report, NOW) == task


def test_a_restart_takes_what_may_have_been_sent_for_unconfirmed() -> None:
    assert interrupted(SUBMITTING_TASK, NOW).state is State.UNCONFIRMED


def test_a_restart_sends_what_was_still_uploading() -> None:
    assert interrupted(make_task(state=State.SUBMITTING), NOW).state is State.QUEUED


def test_a_restart_follows_a_task_whose_callback_came_before_the_answer() -> None:
    task = interrupted(called_back(SUBMITTING_TASK, SERVICE_ID, NOW), NOW + 5)
    assert (task.state, task.watched_since) == (State.GENERATING, NOW + 5)


def test_a_restart_asks_for_the_link_again_before_it_fetches() -> None:
    assert interrupted(STORING_TASK, NOW).tries == 1


@pytest.mark.parametrize(
    "task",
    [
        SUBMITTING_TASK,
        UNCONFIRMED_TASK,
        make_task(state=State.DONE, service_id=SERVICE_ID),
        make_task(state=State.REFUSED, service_id=SERVICE_ID),
        make_task(state=State.FAILED),
        make_task(
            state=State.FAILED, service_id=SERVICE_ID, obstacle=Obstacle(Trouble.NOT_GENERATED)
        ),
    ],
    ids=["being sent", "unconfirmed", "done", "refused", "failed without an id", "not generated"],
)
def test_there_is_no_second_look_where_nothing_can_come_of_it(task: Task) -> None:
    assert looked_again(task, NOW) == task
