"""What the stage says of the edits that have no picture yet, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from components.studio.db.models import Entry
from components.studio.lineage import Family
from components.studio.tasks.models import State
from components.ui.generate.recent_tasks import summary
from components.ui.messages import STATE_WORDS, wording
from components.ui.widgets.progress import Progress

MOVING = frozenset({State.QUEUED, State.SUBMITTING, State.GENERATING, State.STORING})


def line_for(
    edits: Sequence[Entry], family: Family, *, now: float, expected_seconds: float | None
) -> Progress | None:
    """The line for a family's edits without a picture, newest first; None says nothing.

    What moves comes before what has ended, and what has ended is told only until a newer edit
    has its picture. `now` is in epoch seconds.
    """
    moving = [entry for entry in edits if entry.task.state in MOVING]
    if moving:
        newest = moving[0].task
        begun_at = min(entry.task.created_at for entry in moving)
        said = wording(newest)
        headline = said.headline or STATE_WORDS[newest.state]
        return Progress(
            message=headline if len(moving) == 1 else summary(moving),
            detail=said.advice or newest.request.prompt,
            elapsed_seconds=max(0.0, now - begun_at),
            expected_seconds=expected_seconds,
        )
    if not edits:
        return None
    latest = edits[0].task
    made = (step.task.created_at for step in family.steps if step.task)
    if max(made, default=0.0) > latest.created_at:
        return None
    said = wording(latest)
    return Progress(message=said.headline or STATE_WORDS[latest.state], detail=said.advice)
