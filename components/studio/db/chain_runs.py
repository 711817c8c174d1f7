"""Runs of a chain of edits: its instructions, made once more on the source, one after the other.

A step's task is inserted in the transaction that writes it down as the run's: no crash can make
a step twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from components.kie import GenerationRequest, Model, OutputFormat
from components.studio.db.budgets import reserve
from components.studio.db.database import Database, MessageKind
from components.studio.db.kept_versions import BUSY
from components.studio.db.tables import (
    ImageRecord,
    chain_runs,
    image_from_row,
    images,
    insert_or,
    keep_reports,
    request_columns,
    stored_word,
    task_from_row,
    task_to_row,
    tasks,
)
from components.studio.tasks.models import Task, TaskState
from components.studio.tasks.transitions import can_retry


class RunState(StrEnum):
    """State of a run. The values are stored: add, never rename."""

    RUNNING = "running"
    STOPPED = "stopped"
    """A step did not succeed: a person says how to go on."""
    DONE = "done"
    ENDED = "ended"
    """A person ended it, or its pictures were deleted for good."""


class StopReason(StrEnum):
    """Why a run has stopped. The values are stored."""

    TASK = "task"
    """The step's task was refused or has failed, and says why."""
    IMAGE_GONE = "image_gone"
    """The picture that the next step starts from is in the trash."""
    NO_ROOM = "no_room"
    NO_BUDGET = "no_budget"
    """The next step costs more than this person, or all together, may still spend."""


ACTIVE = frozenset({RunState.RUNNING, RunState.STOPPED})


@dataclass(frozen=True, kw_only=True)
class ChainRun:
    """One run. `created_at` is in epoch seconds."""

    id: str
    user_id: str
    source_id: str
    """The image that the first step starts from."""
    steps: tuple[GenerationRequest, ...]
    """Empty once the run is done or ended: its words go."""
    position: int = 0
    """Of the current step; the first one has 0."""
    image_id: str
    """The image that the current step starts from."""
    task_id: str | None = None
    """The task of the current step; None before it is submitted."""
    state: RunState = RunState.RUNNING
    reason: str = ""
    """A `StopReason` where it has stopped."""
    created_at: float


@dataclass(frozen=True, kw_only=True)
class StepFacts:
    """What the database knows about the current step of a run."""

    task: Task | None
    is_settling: bool
    """Whether the source's pixels are still to be put back into its result."""
    image: ImageRecord | None
    """The result that is shown, if the step is done; before that, what it starts from.

    None if it is in the trash or deleted.
    """


Rule = Callable[[ChainRun, StepFacts], tuple[ChainRun, Task | None]]
"""What a run becomes, and the task of its next step if one is due."""


@dataclass(kw_only=True)
class ChainRuns:
    """Reads and writes runs. Every method raises DatabaseError."""

    database: Database

    def add(self, run: ChainRun, task: Task) -> tuple[ChainRun, bool]:
        """Insert a run with the task of its first step: (the stored run, whether it is new).

        A second one with its id is not inserted. Raises OverBudget.
        """
        with self.database.write_transaction() as connection:
            inserted = connection.execute(
                insert_or(connection, chain_runs)
                .values(_run_to_row(run))
                .on_conflict_do_nothing(index_elements=[chain_runs.c.id])
                .returning(chain_runs.c.id)
            ).one_or_none()
            if inserted is not None:
                connection.execute(sa.insert(tasks), [task_to_row(task)])
                reserve(connection, task, self.database.default_budgets)
                self.database.announce(connection, MessageKind.TASK, task.id)
            row = connection.execute(sa.select(chain_runs).where(chain_runs.c.id == run.id)).one()
            return _run_from_row(row), inserted is not None

    def run(self, run_id: str) -> ChainRun | None:
        """The run with this id."""
        return self._find(chain_runs.c.id == run_id)

    def run_of_task(self, task_id: str) -> ChainRun | None:
        """The run whose current step has this task."""
        return self._find(chain_runs.c.task_id == task_id)

    def _find(self, where: sa.ColumnElement[bool]) -> ChainRun | None:
        with self.database.read_transaction() as connection:
            row = connection.execute(sa.select(chain_runs).where(where).limit(1)).one_or_none()
        return None if row is None else _run_from_row(row)

    def active(self, user_id: str | None = None) -> list[ChainRun]:
        """Runs that are not done or ended, oldest first: of a user, or of all."""
        query = sa.select(chain_runs).where(chain_runs.c.state.in_([str(word) for word in ACTIVE]))
        if user_id is not None:
            query = query.where(chain_runs.c.user_id == user_id)
        with self.database.read_transaction() as connection:
            rows = connection.execute(query.order_by(chain_runs.c.created_at, chain_runs.c.id))
            return [_run_from_row(row) for row in rows]

    def update(self, run_id: str, rule: Rule) -> tuple[ChainRun, ChainRun, Task | None] | None:
        """Apply a rule in one transaction: (before, after, the task that was inserted).

        A failed task that the new one replaces is hidden. None if there is no such run. Raises
        OverBudget.
        """
        this = chain_runs.c.id == run_id
        with self.database.write_transaction() as connection:
            row = connection.execute(
                sa.select(chain_runs).where(this).with_for_update()
            ).one_or_none()
            if row is None:
                return None
            before = _run_from_row(row)
            facts = _facts(connection, before)
            after, task = rule(before, facts)
            if task is not None:
                connection.execute(sa.insert(tasks), [task_to_row(task)])
                reserve(connection, task, self.database.default_budgets)
                self.database.announce(connection, MessageKind.TASK, task.id)
                if facts.task is not None and can_retry(facts.task):
                    _hide_failed(connection, before.task_id, task.created_at)
            if after != before:
                connection.execute(sa.update(chain_runs).where(this).values(_run_to_row(after)))
            return before, after, task


def follow_retry(connection: sa.Connection, task_id: str, new_task_id: str) -> None:
    """Let a run that this failed task has stopped go on with the task that replaces it."""
    connection.execute(
        sa.update(chain_runs)
        .where(
            chain_runs.c.task_id == task_id,
            chain_runs.c.state.in_([str(word) for word in ACTIVE]),
        )
        .values(task_id=new_task_id, state=RunState.RUNNING.value, reason="")
    )


def end_runs_of_deleted(connection: sa.Connection, image_ids: Sequence[str]) -> None:
    """End runs that cannot go on, as these images are deleted for good; their words go."""
    made = sa.select(tasks.c.id).where(tasks.c.image_id.in_(image_ids))
    connection.execute(
        sa.update(chain_runs)
        .where(
            chain_runs.c.state.in_([str(word) for word in ACTIVE]),
            # A step that is being made needs its source no more.
            sa.or_(
                chain_runs.c.task_id.in_(made),
                chain_runs.c.image_id.in_(image_ids)
                & (chain_runs.c.task_id.is_(None) | (chain_runs.c.state == RunState.STOPPED.value)),
            ),
        )
        .values(state=RunState.ENDED.value, steps="[]", reason="")
    )


def _facts(connection: sa.Connection, run: ChainRun) -> StepFacts:
    task = None
    if run.task_id is not None:
        row = connection.execute(sa.select(tasks).where(tasks.c.id == run.task_id)).one_or_none()
        task = None if row is None else task_from_row(row)
    is_settling = (
        task is not None
        and connection.execute(
            sa.select(keep_reports.c.image_id)
            .where(keep_reports.c.task_id == task.id)
            .where(keep_reports.c.state.in_([state.value for state in BUSY]))
            .limit(1)
        ).first()
        is not None
    )
    is_done = task is not None and task.state is TaskState.DONE
    image_id = task.image_id if task is not None and is_done else run.image_id
    return StepFacts(
        task=task, is_settling=is_settling, image=_shown_image(connection, image_id or "")
    )


def _shown_image(connection: sa.Connection, image_id: str) -> ImageRecord | None:
    """The image, or the version of it that is shown; None if that is in the trash or deleted."""
    task_id = sa.select(images.c.task_id).where(images.c.id == image_id).scalar_subquery()
    # A raw answer, which may be deleted by now, has the id of its task.
    shown_id = (
        sa.select(tasks.c.image_id)
        .where(tasks.c.id == sa.func.coalesce(task_id, image_id))
        .scalar_subquery()
    )
    row = connection.execute(
        sa.select(images).where(
            images.c.id == sa.func.coalesce(shown_id, image_id), images.c.deleted_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else image_from_row(row)


def _hide_failed(connection: sa.Connection, task_id: str | None, now: float) -> None:
    ended = [TaskState.FAILED.value, TaskState.REFUSED.value]
    connection.execute(
        sa.update(tasks)
        .where(tasks.c.id == task_id, tasks.c.state.in_(ended), tasks.c.image_id.is_(None))
        .values(dismissed=True, dismissed_at=now)
    )


def _run_to_row(run: ChainRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "user_id": run.user_id,
        "source_id": run.source_id,
        "steps": json.dumps([request_columns(step) for step in run.steps]),
        "position": run.position,
        "image_id": run.image_id,
        "task_id": run.task_id,
        "state": str(run.state),
        "reason": run.reason,
        "created_at": run.created_at,
    }


def _run_from_row(row: Any) -> ChainRun:
    return ChainRun(
        id=row.id,
        user_id=row.user_id,
        source_id=row.source_id,
        steps=tuple(_step(values) for values in json.loads(row.steps)),
        position=row.position,
        image_id=row.image_id,
        task_id=row.task_id,
        state=stored_word(RunState, row.state),
        reason=row.reason,
        created_at=row.created_at,
    )


def _step(values: dict[str, Any]) -> GenerationRequest:
    model = stored_word(Model, values.pop("model"))
    output_format = stored_word(OutputFormat, values.pop("output_format"))
    return GenerationRequest.from_storage(model=model, output_format=output_format, **values)
