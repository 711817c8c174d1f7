"""The agenda: what the engine should do next, for all tasks of one key.

Pure bookkeeping with the clock as an argument, so that hundreds of tasks can be tried out in
no time. Epoch seconds throughout. Not thread-safe: the engine guards it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from components.kontext import Model
from components.studio.pacing import Pace, Typical, pause_after_patience, pause_before_asking
from components.studio.tasks import State, Task, Trouble

MOST_RUNNING = 100  # contract.md §4: about 100 tasks run at once
FIRST_PROBE_SECONDS = 10.0
LONGEST_PROBE_SECONDS = 120.0


class Step(StrEnum):
    """What can be done for a task, and for the account as a whole."""

    SEND = "send"
    ASK = "ask"
    FETCH = "fetch"
    PROBE = "probe"


AT_ONCE = {Step.SEND: 8, Step.ASK: 6, Step.FETCH: 3}
_STEP_OF = {
    State.QUEUED: Step.SEND,
    State.GENERATING: Step.ASK,
    State.STILL_RUNNING: Step.ASK,
    State.STORING: Step.FETCH,
}


@dataclass(frozen=True)
class Job:
    """One thing to do now; a PROBE has no task."""

    step: Step
    task_id: str = ""


@dataclass
class _Item:
    task: Task
    due: float
    busy: bool = False


@dataclass
class Hold:
    """Why nothing is sent: the key or the credit. The account is probed until it is over."""

    trouble: Trouble
    next_probe: float
    pause: float = FIRST_PROBE_SECONDS


class Agenda:
    """Every unfinished task with the moment it is due."""

    def __init__(self, creates: Pace, queries: Pace, typical: dict[Model, Typical]) -> None:
        self._creates = creates
        self._queries = queries
        self._typical = typical
        self._items: dict[str, _Item] = {}
        self._last_served: dict[str, float] = {}
        self._hold: Hold | None = None

    def put(self, task: Task, now: float) -> None:
        """Note where a task stands now; ended and unconfirmed ones leave the agenda."""
        if task.state is State.DONE and task.accepted_at and task.finished_at:
            self._typical[task.request.model].learn(task.finished_at - task.accepted_at)
        if task.state not in _STEP_OF:
            self._items.pop(task.id, None)
            return
        self._items[task.id] = _Item(task, self._due(task, now))

    def hasten(self, task_id: str, now: float) -> None:
        """Do what is next for this task without waiting."""
        item = self._items.get(task_id)
        if item is not None:
            item.due = now

    def take(self, now: float) -> list[Job]:
        """The jobs to start now. Each task is busy until it is put again."""
        jobs = [*self._probes(now), *self._sends(now), *self._asks(now), *self._fetches(now)]
        for job in jobs:
            if job.task_id:
                self._items[job.task_id].busy = True
        return jobs

    def seconds_until_next(self, now: float) -> float:
        """How long the engine may sleep if nothing is put or hastened meanwhile."""
        waits = [60.0]
        if self._hold is not None:
            waits.append(self._hold.next_probe - now)
        for step, pace in ((Step.SEND, self._creates), (Step.ASK, self._queries)):
            idle = self._idle(step)
            if idle and (step is Step.ASK or self._may_send()):
                soonest = min(item.due for item in idle) - now
                waits.append(max(soonest, pace.seconds_until_free(now)))
        waits.extend(item.due - now for item in self._idle(Step.FETCH))
        return max(0.0, min(waits))

    # The account

    @property
    def held_by(self) -> Trouble | None:
        """What keeps the queue from being sent, if anything does."""
        return self._hold.trouble if self._hold else None

    def hold(self, trouble: Trouble, now: float) -> None:
        """Send nothing more until a probe of the account succeeds."""
        if self._hold is None or self._hold.trouble is not trouble:
            self._hold = Hold(trouble, now + FIRST_PROBE_SECONDS)

    def probe_failed(self, now: float) -> None:
        """The account is still not usable: probe again, a little later each time."""
        if self._hold is not None:
            self._hold.pause = min(self._hold.pause * 1.5, LONGEST_PROBE_SECONDS)
            self._hold.next_probe = now + self._hold.pause

    def probe_now(self, now: float) -> None:
        """A designer says that the key or the credit is mended."""
        if self._hold is not None:
            self._hold.next_probe = now

    def release(self, now: float) -> None:
        """Send again, from the front of the queue."""
        self._hold = None
        for item in self._of(Step.SEND):
            item.due = min(item.due, now)

    def creates_rejected(self, now: float, pause_seconds: float | None) -> None:
        """A create was answered with 429."""
        self._creates.slow_down(now, pause_seconds)

    def queries_rejected(self, now: float, pause_seconds: float | None) -> None:
        """A query was answered with 429."""
        self._queries.slow_down(now, pause_seconds)

    # Questions

    def queue(self) -> list[Task]:
        """What waits to be sent, in the order in which it will be."""
        waiting = [item.task for item in self._of(Step.SEND)]
        return self._fair_order(waiting)

    def cheapest_waiting(self) -> Task | None:
        """The queued task with the lowest price."""
        return min(self.queue(), key=lambda task: task.price, default=None)

    def typical_seconds(self, model: Model) -> float | None:
        """How long this model usually takes, from acceptance to our disk."""
        return self._typical[model].seconds

    def __len__(self) -> int:
        return len(self._items)

    # Inside

    def _due(self, task: Task, now: float) -> float:
        match task.state:
            case State.GENERATING:
                elapsed = now - (task.watched_since or now)
                return now + pause_before_asking(elapsed, self.typical_seconds(task.request.model))
            case State.STILL_RUNNING:
                return now + pause_after_patience(now - (task.accepted_at or now))
            case _:
                return max(now, task.not_before)

    def _of(self, step: Step) -> list[_Item]:
        return [item for item in self._items.values() if _STEP_OF[item.task.state] is step]

    def _idle(self, step: Step) -> list[_Item]:
        items = self._of(step)
        busy = sum(item.busy for item in items)
        return [item for item in items if not item.busy] if busy < AT_ONCE[step] else []

    def _room(self, step: Step) -> int:
        return AT_ONCE[step] - sum(item.busy for item in self._of(step))

    def _may_send(self) -> bool:
        running = sum(item.task.state is State.GENERATING for item in self._items.values())
        sending = sum(item.busy for item in self._of(Step.SEND))
        return self._hold is None and running + sending < MOST_RUNNING

    def _probes(self, now: float) -> list[Job]:
        if self._hold is None or now < self._hold.next_probe:
            return []
        self._hold.next_probe = now + self._hold.pause
        return [Job(Step.PROBE)]

    def _sends(self, now: float) -> list[Job]:
        ready = [item.task for item in self._idle(Step.SEND) if item.due <= now]
        jobs: list[Job] = []
        for task in self._fair_order(ready)[: self._room(Step.SEND)]:
            if not self._may_send() or not self._creates.take(now):
                break
            self._last_served[task.designer] = now
            self._items[task.id].busy = True
            jobs.append(Job(Step.SEND, task.id))
        return jobs

    def _asks(self, now: float) -> list[Job]:
        ready = sorted(
            (item for item in self._idle(Step.ASK) if item.due <= now), key=lambda item: item.due
        )
        jobs: list[Job] = []
        for item in ready[: self._room(Step.ASK)]:
            if not self._queries.take(now):
                break
            jobs.append(Job(Step.ASK, item.task.id))
        return jobs

    def _fetches(self, now: float) -> list[Job]:
        ready = [item for item in self._idle(Step.FETCH) if item.due <= now]
        return [Job(Step.FETCH, item.task.id) for item in ready[: self._room(Step.FETCH)]]

    def _fair_order(self, tasks: Iterable[Task]) -> list[Task]:
        """Designers take turns: everybody's first, then everybody's second, and so on."""
        turns: Counter[str] = Counter()
        keyed = []
        for task in sorted(tasks, key=lambda task: (task.created_at, task.id)):
            served = self._last_served.get(task.designer, 0.0)
            keyed.append(((turns[task.designer], served, task.created_at, task.id), task))
            turns[task.designer] += 1
        return [task for _, task in sorted(keyed, key=lambda pair: pair[0])]
