"""Spending: images at their price, and possible charges apart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from components.studio.credits import Spending, spending_for_user
from components.studio.db.tasks import TaskRepository
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from tests.support.factories import NOW, make_task

ANNA = "a" * 32


def task_of_anna(state: TaskState, reason: FailureReason | None = None, **fields: object) -> Task:
    failure = Failure(reason, 500, 'some "words"') if reason else None
    return make_task(user_id=ANNA, state=state, failure=failure, **{"sent_at": NOW, **fields})


def test_user_without_tasks_has_spent_nothing(repository: TaskRepository) -> None:
    repository.add_tasks([make_task(user_id="b" * 32, state=TaskState.DONE)])

    assert spending_for_user(repository.database, ANNA) == Spending()


def test_images_count_at_their_submission_price(repository: TaskRepository) -> None:
    repository.add_tasks(
        [
            task_of_anna(TaskState.DONE, price=Decimal("4.5")),
            task_of_anna(TaskState.DONE, price=Decimal("4.5")),
            task_of_anna(TaskState.DONE, price=Decimal(10)),
        ]
    )

    assert spending_for_user(repository.database, ANNA) == Spending(
        credits=Decimal("19.0"), images=3
    )


def test_spending_starts_at_the_given_moment(repository: TaskRepository) -> None:
    repository.add_tasks(
        [task_of_anna(TaskState.DONE, created_at=NOW - 1), task_of_anna(TaskState.DONE)]
    )

    assert spending_for_user(repository.database, ANNA, since=NOW).images == 1
    assert spending_for_user(repository.database, ANNA).images == 2


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (TaskState.UNCONFIRMED, FailureReason.NO_RESPONSE),
        (TaskState.REFUSED, FailureReason.CONTENT_POLICY),
        (TaskState.FAILED, FailureReason.NOT_GENERATED),
        (TaskState.FAILED, FailureReason.DOWNLOAD_FAILED),
        (TaskState.STILL_RUNNING, None),
    ],
)
def test_ended_tasks_without_image_may_be_charged(
    state: TaskState, reason: FailureReason | None, repository: TaskRepository
) -> None:
    repository.add_tasks([task_of_anna(state, reason)])

    assert spending_for_user(repository.database, ANNA) == Spending(
        unconfirmed_credits=Decimal(5), unconfirmed_tasks=1
    )


@pytest.mark.parametrize(
    ("state", "reason", "sent_at"),
    [
        (TaskState.FAILED, FailureReason.UNREACHABLE, NOW),
        (TaskState.FAILED, FailureReason.INVALID, NOW),
        (TaskState.FAILED, FailureReason.UPLOAD, None),
        (TaskState.FAILED, FailureReason.NO_RESULT, None),
        (TaskState.QUEUED, FailureReason.CREDITS, None),
        (TaskState.GENERATING, None, NOW),
    ],
)
def test_unsent_and_running_tasks_are_not_counted(
    state: TaskState,
    reason: FailureReason | None,
    sent_at: float | None,
    repository: TaskRepository,
) -> None:
    repository.add_tasks([task_of_anna(state, reason, sent_at=sent_at)])

    assert spending_for_user(repository.database, ANNA) == Spending()
