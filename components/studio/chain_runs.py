"""Runs a chain of edits again on its source: one step after the other, as a new branch.

Each step is a task like any other. When its result is settled, the next one starts from it. A
step that is refused or fails stops the run: a person goes on, with other words or the same, or
ends it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Final

from components.kie import GenerationRequest, ValidationError
from components.studio.db.budgets import OverBudget
from components.studio.db.chain_runs import (
    ACTIVE,
    ChainRun,
    ChainRuns,
    Rule,
    RunState,
    StepFacts,
    StopReason,
)
from components.studio.db.database import DbRetry, NotFoundError
from components.studio.events import EventBus
from components.studio.tasks.models import Task, TaskState
from components.studio.tasks.transitions import can_retry, recheck, requeue
from components.studio.user_tasks import UserTasks

log = logging.getLogger("kontext.chain_runs")

MAX_STEPS: Final = 20
_FAILED = frozenset({TaskState.FAILED, TaskState.REFUSED})


@dataclass(frozen=True)
class ChainStep:
    """A step to make again: the task that made it, and its instruction, which may be another."""

    task_id: str
    prompt: str


# Rules


def build_requests(
    originals: Sequence[GenerationRequest], prompts: Sequence[str]
) -> tuple[GenerationRequest, ...]:
    """The requests of a run: the settings of these, with other instructions.

    Raises ValidationError with a sentence that names the step.
    """
    count = len(originals)
    if count == 0:
        raise ValidationError("steps", "No step is left: choose at least one.")
    if count > MAX_STEPS:
        raise ValidationError(
            "steps",
            f"These are {count} steps, and at most {MAX_STEPS} run at once: leave some out.",
        )
    return tuple(
        _with_prompt(request, prompt, number)
        for number, (request, prompt) in enumerate(zip(originals, prompts, strict=True), start=1)
    )


def _with_prompt(request: GenerationRequest, prompt: str, number: int) -> GenerationRequest:
    try:
        changed = replace(request, prompt=prompt)
        changed.validate_for_edit()
    except ValidationError as error:
        raise ValidationError(error.field, f"Step {number}: {error.message}") from error
    return changed


def advance(run: ChainRun, facts: StepFacts) -> ChainRun:
    """The run after what is known about its step. It needs a task where `is_due` says so."""
    if run.state not in ACTIVE:
        return run
    task = facts.task
    if run.task_id is not None:
        if task is None or task.state in _FAILED:
            return _stop(run, StopReason.TASK)
        if task.state is not TaskState.DONE or facts.is_settling:
            return replace(run, state=RunState.RUNNING, reason="")
        if run.position + 1 >= len(run.steps):
            return replace(run, state=RunState.DONE, reason="", steps=())
        if facts.image is None:
            return _stop(run, StopReason.IMAGE_GONE)
        run = replace(
            run,
            position=run.position + 1,
            image_id=facts.image.id,
            task_id=None,
            state=RunState.RUNNING,
            reason="",
        )
    if run.state is RunState.RUNNING and facts.image is None:
        return _stop(run, StopReason.IMAGE_GONE)
    return run


def is_due(run: ChainRun) -> bool:
    """Whether the current step is to be submitted."""
    return run.state is RunState.RUNNING and run.task_id is None


def resume(run: ChainRun, facts: StepFacts, prompt: str | None) -> ChainRun:
    """A stopped run that a person wants to go on; a failed step is made again.

    `prompt` is another instruction for that step. Raises ValidationError.
    """
    if run.state is not RunState.STOPPED:
        return run
    is_failed = facts.task is None or facts.task.state in _FAILED
    if is_failed:
        run = replace(run, task_id=None)
        if prompt is not None:
            steps = list(run.steps)
            steps[run.position] = _with_prompt(steps[run.position], prompt, run.position + 1)
            run = replace(run, steps=tuple(steps))
    return replace(run, state=RunState.RUNNING, reason="")


def end(run: ChainRun) -> ChainRun:
    """A run that a person ends. What is made stays."""
    return replace(run, state=RunState.ENDED, reason="", steps=()) if run.state in ACTIVE else run


def _stop(run: ChainRun, reason: StopReason) -> ChainRun:
    return replace(run, state=RunState.STOPPED, reason=reason.value)


# At work


@dataclass(kw_only=True)
class ChainRunner:
    """Begins runs, and moves them on whenever a step's task has changed. Thread-safe.

    Its methods raise DatabaseError.
    """

    runs: ChainRuns
    tasks: UserTasks
    events: EventBus

    def __post_init__(self) -> None:
        self._leads = False
        self._changed: SimpleQueue[str | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._db_retry = DbRetry(self._stopping)
        self._thread = threading.Thread(target=self._run, name="chain-runs", daemon=True)

    def start(self) -> None:
        """Watch tasks; runs go on after `take_over`."""
        self._thread.start()

    def take_over(self) -> None:
        """Continue with every active run: this process leads. Raises DatabaseError."""
        self._leads = True
        for run in self.runs.active():
            self._changed.put(run.id)

    def step_down(self) -> None:
        """Leave the runs to another replica."""
        self._leads = False

    def stop(self) -> None:
        """Submit no more steps; every run goes on at the next start."""
        self._stopping.set()
        self._changed.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def task_changed(self, task_id: str) -> None:
        """A task has another state, or its result is settled: a run may go on."""
        self._changed.put(task_id)

    def run_again(
        self, user_id: str, source_id: str, steps: Sequence[ChainStep], *, run_id: str
    ) -> ChainRun:
        """Make these edits once more on the source, one after the other, in the background.

        Each has the settings of the task that it repeats. `run_id` is 32 hex digits that the
        caller makes: a second call with it changes nothing. The credits of the first step are
        reserved, and those of each further one when it begins. Raises ValidationError,
        QuotaExceeded, OverBudget, and NotFoundError for a task or source of another user.
        """
        self.tasks.storage.check_room(user_id)
        self.tasks.repository.own_image(user_id, source_id)
        originals = [
            self.tasks.repository.own_task(user_id, step.task_id).request for step in steps
        ]
        run = ChainRun(
            id=run_id,
            user_id=user_id,
            source_id=source_id,
            image_id=source_id,
            steps=build_requests(originals, [step.prompt for step in steps]),
            created_at=self.tasks.clock(),
        )
        task = self.tasks.new(user_id, run.steps[0], source_id)
        stored, is_new = self.runs.add(replace(run, task_id=task.id), task)
        if is_new:
            self.tasks.worker.enqueue(task)
        if stored.user_id != user_id:
            raise NotFoundError
        return stored

    def active(self, user_id: str) -> list[tuple[ChainRun, Task | None]]:
        """This user's runs that are not done or ended, each with the task of its current step."""
        return [
            (run, self.tasks.repository.task(run.task_id) if run.task_id else None)
            for run in self.runs.active(user_id)
        ]

    def resume(
        self, user_id: str, run_id: str, position: int, *, prompt: str | None = None
    ) -> None:
        """Go on with a run that stopped at this position, with another instruction if given.

        Nothing happens to one that has gone on. Raises ValidationError, NotFoundError, and
        OverBudget, or lets it be stopped for that reason.
        """
        self.tasks.storage.check()
        run = self.own_run(user_id, run_id)
        stopped_at = run.state is RunState.STOPPED and run.position == position
        task = (
            self.tasks.repository.own_task(user_id, run.task_id)
            if stopped_at and run.task_id
            else None
        )
        if task is None or prompt is not None or can_retry(task):
            self._resume(run, position, prompt)
        elif recheck(task, 0.0) is not task:  # it is paid for: its result may still come
            self.tasks.recheck(user_id, task.id)
        elif requeue(task) is not task:
            self.tasks.resubmit(user_id, task.id)
        else:
            self._resume(run, position, prompt)

    def end(self, user_id: str, run_id: str) -> None:
        """End a run: what is made stays, what was not sent is not sent. Raises NotFoundError."""
        run = self.own_run(user_id, run_id)
        after = self._update(run.id, lambda current, _facts: (end(current), None))
        if after is not None and after.task_id is not None:
            self.tasks.withdraw(user_id, after.task_id)

    def own_run(self, user_id: str, run_id: str) -> ChainRun:
        """A run of this user, also one that is done or ended. Raises NotFoundError."""
        run = self.runs.run(run_id)
        if run is None or run.user_id != user_id:
            raise NotFoundError
        return run

    def _resume(self, run: ChainRun, position: int, prompt: str | None) -> None:
        def rule(current: ChainRun, facts: StepFacts) -> ChainRun:
            return resume(current, facts, prompt) if current.position == position else current

        self._advance(run.id, rule)

    def _run(self) -> None:
        while (changed := self._changed.get()) is not None:
            if not self._leads:
                continue
            try:
                self._follow(changed)
            except Exception:
                # Without this thread no run would ever go on.
                log.exception("run not continued", extra={"changed": changed})

    def _follow(self, changed: str) -> None:
        """Move a run on, which is named by its id or by its step's task."""
        find = self.runs.run_of_task
        run = self._db_retry.run(lambda: self.runs.run(changed) or find(changed))
        if run is not None and run.state in ACTIVE:
            run_id = run.id
            self._db_retry.run(lambda: self._advance(run_id))

    def _advance(
        self, run_id: str, change: Callable[[ChainRun, StepFacts], ChainRun] | None = None
    ) -> ChainRun | None:
        """Apply a change, then submit the step that is due."""
        run = self.runs.run(run_id)
        if run is None:
            return None
        # Before the transaction: it reads the disk.
        has_room = self.tasks.storage.room_problem(run.user_id) is None

        def stop_for_budget(current: ChainRun, facts: StepFacts) -> tuple[ChainRun, None]:
            after = advance(change(current, facts) if change else current, facts)
            return _stop(after, StopReason.NO_BUDGET) if is_due(after) else after, None

        def rule(current: ChainRun, facts: StepFacts) -> tuple[ChainRun, Task | None]:
            after = advance(change(current, facts) if change else current, facts)
            if not is_due(after):
                return after, None
            if not has_room:
                return _stop(after, StopReason.NO_ROOM), None
            request = after.steps[after.position]
            task = self.tasks.new(after.user_id, request, facts.image.id if facts.image else "")
            return replace(after, image_id=task.source_id or "", task_id=task.id), task

        try:
            return self._update(run_id, rule)
        except OverBudget:
            return self._update(run_id, stop_for_budget)

    def _update(self, run_id: str, rule: Rule) -> ChainRun | None:
        changed = self.runs.update(run_id, rule)
        if changed is None:
            return None
        before, after, task = changed
        if task is not None:
            self.tasks.worker.enqueue(task)
        if after != before:
            log.info("chain run", extra={"run": run_id, "state": after.state, "at": after.position})
            self.events.publish(after.user_id)
        return after
