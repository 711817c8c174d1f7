"""The line on edits that have no image yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.studio.db.tables import TaskWithImage
from components.studio.lineage import EditTree
from components.studio.tasks.models import FailureReason, Task, TaskState
from components.ui.edit.pending_status import progress_for
from tests.support.factories import NOW, make_task

QUEUED = make_task("Make it night", source_id="a" * 32)


def message_of(
    task: Task, *, queue_positions: dict[str, int], pause_reason: FailureReason | None = None
) -> str:
    progress = progress_for(
        [TaskWithImage(task, None)],
        EditTree(()),
        now=NOW,
        expected_seconds=None,
        queue_positions=queue_positions,
        pause_reason=pause_reason,
    )
    assert progress is not None
    return progress.message


@pytest.mark.parametrize(
    ("states", "stop"),
    [
        ([TaskState.QUEUED, TaskState.QUEUED], "Do not send"),
        ([TaskState.QUEUED, TaskState.GENERATING], "Stop watching"),
        ([TaskState.STORING], ""),
    ],
)
def test_line_has_a_button_that_ends_all_that_runs(states: list[TaskState], stop: str) -> None:
    edits = [TaskWithImage(replace(QUEUED, state=state, provider_id="x"), None) for state in states]
    progress = progress_for(
        edits, EditTree(()), now=NOW, expected_seconds=None, queue_positions={}, pause_reason=None
    )
    assert progress is not None
    assert progress.stop == stop


def test_queued_edit_shows_its_position() -> None:
    assert message_of(QUEUED, queue_positions={QUEUED.id: 3}) == "3rd in line"


def test_next_edit_is_next_in_line() -> None:
    assert message_of(QUEUED, queue_positions={QUEUED.id: 1}) == "Next in line"


def test_paused_queue_is_not_next_in_line() -> None:
    message = message_of(QUEUED, queue_positions={QUEUED.id: 1}, pause_reason=FailureReason.CREDITS)
    assert "in line" not in message
