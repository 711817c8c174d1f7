"""Hooks of a state change: uploads, durations and balance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from components.studio.events import EventBus
from components.studio.tasks.models import Task, TaskState
from components.studio.worker.jobs import WorkerStats
from components.studio.worker.worker import StateChangeHooks
from tests.support.factories import GENERATING_TASK, NOW, STORING_TASK, UNCONFIRMED_TASK

EDIT = replace(GENERATING_TASK, source_id="5" * 32)


@dataclass
class Calls:
    """Records which hooks were called with which task."""

    recorded: list[tuple[str, Task | None]] = field(default_factory=list)

    def hook(self, name: str) -> Callable[..., Any]:
        return lambda task=None: self.recorded.append((name, task))


def hooks_called(before: Task, after: Task) -> list[tuple[str, Task | None]]:
    calls = Calls()
    hooks = StateChangeHooks(
        stats=WorkerStats(),
        events=EventBus(),
        monotonic=lambda: 0.0,
        on_edit_failed=calls.hook("invalidate upload"),
        on_finished=calls.hook("record duration"),
        on_charge=calls.hook("refresh balance"),
    )
    hooks.run(before, after)
    return calls.recorded


def test_failed_edit_invalidates_the_upload_of_its_source() -> None:
    failed = replace(EDIT, state=TaskState.FAILED)

    assert ("invalidate upload", failed) in hooks_called(EDIT, failed)


@pytest.mark.parametrize(
    ("before", "state"),
    [
        (GENERATING_TASK, TaskState.FAILED),
        (EDIT, TaskState.REFUSED),
        (replace(EDIT, provider_id=None), TaskState.FAILED),
    ],
    ids=["failed, not an edit", "refused edit", "edit without a provider id"],
)
def test_other_endings_keep_the_upload(before: Task, state: TaskState) -> None:
    called = [name for name, _ in hooks_called(before, replace(before, state=state))]

    assert "invalidate upload" not in called


def test_finished_image_records_its_duration() -> None:
    done = replace(STORING_TASK, state=TaskState.DONE, finished_at=NOW + 9)

    assert ("record duration", done) in hooks_called(STORING_TASK, done)


@pytest.mark.parametrize(
    ("before", "after", "is_refreshed"),
    [
        (UNCONFIRMED_TASK, replace(UNCONFIRMED_TASK, accepted_at=NOW), True),
        (GENERATING_TASK, replace(GENERATING_TASK, state=TaskState.FAILED), True),
        (GENERATING_TASK, replace(GENERATING_TASK, state=TaskState.STILL_RUNNING), False),
    ],
    ids=["accepted", "ended", "still running"],
)
def test_balance_is_refreshed_after_a_charge_or_an_end(
    before: Task, after: Task, is_refreshed: bool
) -> None:
    assert (("refresh balance", None) in hooks_called(before, after)) is is_refreshed
