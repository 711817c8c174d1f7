"""One line on the edits that have no image yet."""

from __future__ import annotations

from collections.abc import Sequence

from components.studio.db.models import TaskWithImage
from components.studio.lineage import EditTree
from components.studio.tasks.models import TaskState
from components.ui.generate.recent_tasks import summary
from components.ui.messages import STATE_LABELS, task_message
from components.ui.widgets.progress import Progress

IN_PROGRESS = frozenset(
    {TaskState.QUEUED, TaskState.SUBMITTING, TaskState.GENERATING, TaskState.STORING}
)


def progress_for(
    edits: Sequence[TaskWithImage], tree: EditTree, *, now: float, expected_seconds: float | None
) -> Progress | None:
    """The line for a tree's pending edits, newest first; None shows nothing.

    Running edits come before ended ones, which are named only until a newer edit has its image.
    `now` is in epoch seconds.
    """
    moving = [entry for entry in edits if entry.task.state in IN_PROGRESS]
    if moving:
        newest = moving[0].task
        begun_at = min(entry.task.created_at for entry in moving)
        text = task_message(newest)
        headline = text.headline or STATE_LABELS[newest.state]
        return Progress(
            message=headline if len(moving) == 1 else summary(moving),
            detail=text.advice or newest.request.prompt,
            elapsed_seconds=max(0.0, now - begun_at),
            expected_seconds=expected_seconds,
        )
    if not edits:
        return None
    latest = edits[0].task
    made = (step.task.created_at for step in tree.nodes if step.task)
    if max(made, default=0.0) > latest.created_at:
        return None
    text = task_message(latest)
    return Progress(message=text.headline or STATE_LABELS[latest.state], detail=text.advice)
