"""The agenda: what the engine should do next, for all tasks of one key.

Pure bookkeeping with the clocks as arguments, so that hundreds of tasks can be tried out in no
time: `now` is in seconds of a clock that never goes back, `wall` in epoch seconds, as tasks
carry them. Not thread-safe: the engine guards it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from components.kie import Model
from components.studio.tasks.models import State, Task
from components.studio.worker.account import Account
from components.studio.worker.fair_queue import Turns
from components.studio.worker.rate_limiter import (
    Typical,
    pause_after_empty,
    pause_after_patience,
    pause_before_asking,
)

MOST_RUNNING = 100  # contract.md §4: about 100 tasks run at once
NET_SECONDS = 30.0  # a task of which nothing more is heard is looked at again
LONGEST_SLEEP_SECONDS = 60.0


class Step(StrEnum):
    """What can be done for a task, and for the account as a whole."""

    SEND = "send"
    ASK = "ask"
    FETCH = "fetch"
    PROBE = "probe"


AT_ONCE = {Step.SEND: 8, Step.ASK: 8, Step.FETCH: 6}
MOST_REPEATED_FETCHES = 3  # so that bad links leave room for good ones
_STEP_OF = {
    State.QUEUED: Step.SEND,
    State.GENERATING: Step.ASK,
    State.STILL_RUNNING: Step.ASK,
    State.STORING: Step.FETCH,
}


@dataclass(frozen=True)
class Job:
    """One thing to do now; a PROBE has no task. `asks_first`: a FETCH that begins with a query."""

    step: Step
    task_id: str = ""
    asks_first: bool = False


@dataclass
class _Item:
    task: Task
    due: float

    @property
    def step(self) -> Step:
        return _STEP_OF[self.task.state]


class Agenda:
    """Every task for which something can be done, with the moment it is due."""

    def __init__(
        self,
        account: Account,
        typical: Mapping[tuple[Model, bool], Typical],
    ) -> None:
        """`typical` is by model and by whether a picture is edited."""
        self._creates = account.creates
        self._queries = account.queries
        self._gate = account.gate
        self._typical = typical
        self._items: dict[str, _Item] = {}
        self._busy: dict[str, Job] = {}
        self._hastened: set[str] = set()
        self._turns = {step: Turns() for step in AT_ONCE}

    def put(self, task: Task, now: float, wall: float) -> None:
        """Note where a task stands now; one that nothing can be done for leaves the agenda."""
        if task.state not in _STEP_OF:
            self.drop(task.id)
        else:
            self._items[task.id] = _Item(task, now + self._pause(task, wall))

    def drop(self, task_id: str) -> None:
        """Nothing can be done for this task."""
        self._items.pop(task_id, None)

    def learn(self, task: Task) -> None:
        """A picture is finished: its kind takes about as long as it did."""
        if task.accepted_at is not None and task.finished_at is not None:
            taken = task.finished_at - task.accepted_at
            self._typical[task.request.model, task.is_edit].learn(taken)

    def hasten(self, task_id: str) -> None:
        """Look at this task before the others; once more if it is being looked at."""
        item = self._items.get(task_id)
        if item is not None and item.step is not Step.SEND:
            item.due = -math.inf
            if task_id in self._busy:
                self._hastened.add(task_id)

    def take(self, now: float) -> list[Job]:
        """The jobs to start now. Each must be `finished`, and no task has two at a time."""
        probes = [Job(Step.PROBE)] if self._gate.take_probe(now) else []
        return [*probes, *self._sends(now), *self._asks(now), *self._fetches(now)]

    def finished(self, job: Job, now: float) -> None:
        """A job was done, however it ended."""
        self._busy.pop(job.task_id, None)
        if job.step is Step.SEND:
            self._creates.give_back(now)
        if job.step is Step.ASK or job.asks_first:
            self._queries.give_back(now)
        if job.task_id in self._hastened:
            self._hastened.discard(job.task_id)
            self.hasten(job.task_id)

    def seconds_until_next(self, now: float) -> float:
        """How long the engine may sleep if nothing is put, hastened or finished meanwhile."""
        waits = [LONGEST_SLEEP_SECONDS]
        probe = self._gate.seconds_until_probe(now)
        if probe is not None:
            waits.append(probe)
        if self._may_send() and (idle := self._idle(Step.SEND)):
            waits.append(_soonest(idle, now, self._creates.seconds_until_free(now)))
        query_free = self._queries.seconds_until_free(now)
        if idle := self._idle(Step.ASK):
            waits.append(_soonest(idle, now, query_free))
        fetches = self._idle(Step.FETCH)
        if first := [item for item in fetches if not item.task.tries]:
            waits.append(_soonest(first, now, 0.0))
        repeated = [item for item in fetches if item.task.tries]
        if repeated and self._repeated_fetches() < MOST_REPEATED_FETCHES:
            waits.append(_soonest(repeated, now, query_free))
        return max(0.0, min(waits))

    def queue(self) -> list[Task]:
        """What waits to be sent, in the order in which it will be."""
        waiting = (item for item in self._items.values() if item.step is Step.SEND)
        return self._in_queue(item for item in waiting if item.task.id not in self._busy)

    def typical_seconds(self, model: Model, *, editing: bool) -> float | None:
        """How long such a picture usually takes, from acceptance to our disk."""
        return self._typical[model, editing].seconds

    def released(self, now: float) -> None:
        """The gate has opened: send from the front of the queue, without further pauses."""
        for item in self._items.values():
            if item.step is Step.SEND:
                item.due = min(item.due, now)

    def __len__(self) -> int:
        return len(self._items)

    def _pause(self, task: Task, wall: float) -> float:
        """Seconds from now until something should be done for a task."""
        match task.state:
            case State.GENERATING:
                elapsed = max(0.0, wall - (task.watched_since or wall))
                typical = self.typical_seconds(task.request.model, editing=task.is_edit)
                return max(pause_before_asking(elapsed, typical), pause_after_empty(task.empties))
            case State.STILL_RUNNING:
                return pause_after_patience(wall - (task.accepted_at or wall))
            case _:
                return max(0.0, task.not_before - wall)

    def _idle(self, step: Step) -> list[_Item]:
        """The tasks that wait for this step, if one more of it may be done at once."""
        if not self._room(step):
            return []
        return [
            item
            for item in self._items.values()
            if item.step is step and item.task.id not in self._busy
        ]

    def _ready(self, step: Step, now: float) -> list[_Item]:
        return [item for item in self._idle(step) if item.due <= now]

    def _room(self, step: Step) -> int:
        return AT_ONCE[step] - sum(job.step is step for job in self._busy.values())

    def _may_send(self) -> bool:
        running = sum(item.task.state is State.GENERATING for item in self._items.values())
        sending = AT_ONCE[Step.SEND] - self._room(Step.SEND)
        return running + sending < MOST_RUNNING and self._gate.may_send(sending)

    def _sends(self, now: float) -> list[Job]:
        jobs: list[Job] = []
        for task in self._in_queue(self._ready(Step.SEND, now))[: self._room(Step.SEND)]:
            if not self._may_send() or not self._creates.take(now):
                break
            jobs.append(self._begin(Job(Step.SEND, task.id), now))
        return jobs

    def _asks(self, now: float) -> list[Job]:
        jobs: list[Job] = []
        for task in self._by_turns(Step.ASK, self._ready(Step.ASK, now))[: self._room(Step.ASK)]:
            if not self._queries.take(now):
                break
            jobs.append(self._begin(Job(Step.ASK, task.id), now))
        return jobs

    def _fetches(self, now: float) -> list[Job]:
        ready = self._by_turns(Step.FETCH, self._ready(Step.FETCH, now))
        jobs: list[Job] = []
        for task in sorted(ready, key=lambda task: task.tries > 0):
            if not self._room(Step.FETCH):
                break
            if task.tries:
                crowded = self._repeated_fetches() >= MOST_REPEATED_FETCHES
                if crowded or not self._queries.take(now):
                    break
            jobs.append(self._begin(Job(Step.FETCH, task.id, asks_first=task.tries > 0), now))
        return jobs

    def _begin(self, job: Job, now: float) -> Job:
        item = self._items[job.task_id]
        item.due = now + NET_SECONDS
        self._busy[job.task_id] = job
        self._turns[job.step].served(item.task.designer)
        return job

    def _repeated_fetches(self) -> int:
        return sum(job.step is Step.FETCH and job.asks_first for job in self._busy.values())

    def _in_queue(self, items: Iterable[_Item]) -> list[Task]:
        oldest_first = sorted(items, key=lambda item: (item.task.created_at, item.task.id))
        return self._turns[Step.SEND].order(item.task for item in oldest_first)

    def _by_turns(self, step: Step, items: Iterable[_Item]) -> list[Task]:
        earliest_first = sorted(items, key=lambda item: item.due)
        return self._turns[step].order(item.task for item in earliest_first)


def _soonest(items: Iterable[_Item], now: float, at_least: float) -> float:
    return max(min(item.due for item in items) - now, at_least)
