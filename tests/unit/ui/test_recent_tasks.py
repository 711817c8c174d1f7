"""The line above the feed: how many tasks stand where, in a designer's words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from components.studio import GenerationRequest
from components.studio.db.models import TaskWithImage
from components.studio.tasks.models import Task, TaskState
from components.ui.generate.recent_tasks import summary

TASK = Task(
    id="a" * 32,
    user_id="d",
    batch="b",
    request=GenerationRequest(prompt="A hill"),
    token="t",
    price=Decimal(5),
    created_at=0.0,
)


def feed_of(*states: TaskState) -> list[TaskWithImage]:
    return [TaskWithImage(replace(TASK, state=state), None) for state in states]


def test_empty_list_has_no_summary() -> None:
    assert summary([]) == ""


def test_equal_labels_are_counted_together() -> None:
    feed = feed_of(TaskState.SUBMITTING, TaskState.GENERATING, TaskState.STORING, TaskState.DONE)

    assert summary(feed) == "3 Generating · 1 Done"


def test_summary_is_in_state_order() -> None:
    feed = feed_of(TaskState.UNCONFIRMED, TaskState.DONE, TaskState.QUEUED, TaskState.REFUSED)

    assert summary(feed) == "1 Queued · 1 Done · 1 Refused · 1 Unconfirmed"
