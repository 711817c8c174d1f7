"""One line on the edits that have no image yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from components.studio.db.tables import TaskWithImage
from components.studio.lineage import EditTree
from components.studio.tasks.models import IN_PROGRESS, FailureReason, Task
from components.studio.tasks.transitions import can_stop_watching, is_unsent
from components.ui.card_view_models import STOP_WATCHING, WITHDRAW
from components.ui.messages import STATE_LABELS, state_summary, task_message
from components.ui.widgets.progress import Progress


def progress_for(
    edits: Sequence[TaskWithImage],
    tree: EditTree,
    *,
    now: float,
    expected_seconds: float | None,
    queue_positions: Mapping[str, int],
    pause_reason: FailureReason | None,
    describe_moment: Callable[[float], str] = lambda _: "later",
) -> Progress | None:
    """The line for a tree's pending edits, newest first; None shows nothing.

    Running edits come before ended ones, which are named only until a newer edit has its image.
    `now` is in epoch seconds; `queue_positions` by task id, 1 goes first.
    """

    def headline_and_advice(task: Task) -> tuple[str, str]:
        """The state's label where there is no headline."""
        message = task_message(
            task,
            queue_position=queue_positions.get(task.id),
            pause_reason=pause_reason,
            describe_moment=describe_moment,
        )
        return message.headline or STATE_LABELS[task.state], message.advice

    running = [entry.task for entry in edits if entry.task.state in IN_PROGRESS]
    if running:
        started_at = min(task.created_at for task in running)
        stop = WITHDRAW if all(map(is_unsent, running)) else STOP_WATCHING
        can_stop = stop is WITHDRAW or any(map(can_stop_watching, running))
        headline, advice = headline_and_advice(running[0])
        return Progress(
            message=headline if len(running) == 1 else state_summary(running),
            detail=advice or running[0].request.prompt,
            elapsed_seconds=max(0.0, now - started_at),
            expected_seconds=expected_seconds,
            stop=stop.label.partition(":")[0] if can_stop else "",
            stop_title=stop.label,
        )
    if not edits:
        return None
    newest = edits[0].task
    finished_edits = (node.task.created_at for node in tree.nodes if node.task)
    if max(finished_edits, default=0.0) > newest.created_at:
        return None
    headline, advice = headline_and_advice(newest)
    return Progress(message=headline, detail=advice)
