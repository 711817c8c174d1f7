"""Scheduler: which jobs are due, for all tasks of one key.

Pure bookkeeping with clocks as arguments: `now` is monotonic, `wall` in epoch seconds, both in
seconds. Not thread-safe: the worker guards it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from components.kie import Model
from components.studio.tasks.models import Task, TaskState
from components.studio.worker.account import AccountLimits
from components.studio.worker.polling import (
    DurationEstimator,
    empty_result_delay,
    next_poll_delay,
    slow_poll_delay,
)

MAX_TRACKED_USERS = 1000


class FairQueue:
    """Round-robin ordering of queued tasks by user."""

    def __init__(self) -> None:
        self._last_served: dict[str, int] = {}
        self._count = 0

    def mark_served(self, user_id: str) -> None:
        """A job was started for this user: others go first in the next round."""
        self._count += 1
        self._last_served.pop(user_id, None)
        self._last_served[user_id] = self._count
        if len(self._last_served) > MAX_TRACKED_USERS:
            del self._last_served[
                next(iter(self._last_served))
            ]  # the one that was served longest ago

    def sorted(self, tasks: Iterable[Task]) -> list[Task]:
        """The tasks in fair order; within one user the given order stays."""
        rounds: Counter[str] = Counter()
        ranked = []
        for position, task in enumerate(tasks):
            rank = (rounds[task.user_id], self._last_served.get(task.user_id, 0), position)
            ranked.append((rank, task))
            rounds[task.user_id] += 1
        return [task for _, task in sorted(ranked, key=lambda pair: pair[0])]


MAX_RUNNING_TASKS = 100  # docs/kie-api.md, Codes: about 100 tasks run at once
RECHECK_AFTER_S = 30.0  # a task of which nothing more is heard is polled again
MAX_SLEEP_S = 60.0


class JobKind(StrEnum):
    """What can be done for a task, or for the account as a whole."""

    SUBMIT = "send"
    POLL = "ask"
    DOWNLOAD = "fetch"
    CHECK_ACCOUNT = "probe"


MAX_CONCURRENT_JOBS = {JobKind.SUBMIT: 8, JobKind.POLL: 8, JobKind.DOWNLOAD: 6}
MAX_REPEATED_DOWNLOADS = 3  # so that bad URLs leave room for good ones
_JOB_KIND_BY_STATE = {
    TaskState.QUEUED: JobKind.SUBMIT,
    TaskState.GENERATING: JobKind.POLL,
    TaskState.STILL_RUNNING: JobKind.POLL,
    TaskState.STORING: JobKind.DOWNLOAD,
}


@dataclass(frozen=True)
class Job:
    """One job to run now. CHECK_ACCOUNT has no task; `poll_first`: query before a DOWNLOAD."""

    kind: JobKind
    task_id: str = ""
    poll_first: bool = False


@dataclass
class _Entry:
    task: Task
    due_at: float

    @property
    def kind(self) -> JobKind:
        return _JOB_KIND_BY_STATE[self.task.state]


class Scheduler:
    """Every task with a next job, and the moment it is due."""

    def __init__(
        self,
        limits: AccountLimits,
        durations: Mapping[tuple[Model, bool], DurationEstimator],
    ) -> None:
        """`durations` is by model and by whether an image is edited."""
        self._creates = limits.creates
        self._queries = limits.queries
        self._breaker = limits.breaker
        self._durations = durations
        self._entries: dict[str, _Entry] = {}
        self._running: dict[str, Job] = {}
        self._poll_again: set[str] = set()
        self._fair_queues = {step: FairQueue() for step in MAX_CONCURRENT_JOBS}

    def upsert(self, task: Task, now: float, wall: float) -> None:
        """Add or update a task; one without a next job is removed."""
        if task.state not in _JOB_KIND_BY_STATE:
            self.remove(task.id)
        else:
            self._entries[task.id] = _Entry(task, now + self._delay(task, wall))

    def remove(self, task_id: str) -> None:
        """Nothing can be done for this task."""
        self._entries.pop(task_id, None)

    def record_duration(self, task: Task) -> None:
        """A finished task adds to the duration estimate of its kind."""
        if task.accepted_at is not None and task.finished_at is not None:
            taken = task.finished_at - task.accepted_at
            self._durations[task.request.model, task.is_edit].add(taken)

    def poll_now(self, task_id: str) -> None:
        """Poll this task before the others; once more if it is being polled."""
        item = self._entries.get(task_id)
        if item is not None and item.kind is not JobKind.SUBMIT:
            item.due_at = -math.inf
            if task_id in self._running:
                self._poll_again.add(task_id)

    def pop_due(self, now: float) -> list[Job]:
        """The jobs to start now. Each must be completed; no task has two at a time."""
        probes = [Job(JobKind.CHECK_ACCOUNT)] if self._breaker.take_probe(now) else []
        return [*probes, *self._submits(now), *self._polls(now), *self._downloads(now)]

    def complete(self, job: Job, now: float) -> None:
        """A job ended, however it ended."""
        self._running.pop(job.task_id, None)
        if job.kind is JobKind.SUBMIT:
            self._creates.release(now)
        if job.kind is JobKind.POLL or job.poll_first:
            self._queries.release(now)
        if job.task_id in self._poll_again:
            self._poll_again.discard(job.task_id)
            self.poll_now(job.task_id)

    def seconds_until_next(self, now: float) -> float:
        """How long the worker may sleep if nothing is added, hurried or completed meanwhile."""
        waits = [MAX_SLEEP_S]
        probe = self._breaker.seconds_until_probe(now)
        if probe is not None:
            waits.append(probe)
        if self._may_submit() and (idle := self._waiting(JobKind.SUBMIT)):
            waits.append(_seconds_until_first(idle, now, self._creates.seconds_until_free(now)))
        query_free = self._queries.seconds_until_free(now)
        if idle := self._waiting(JobKind.POLL):
            waits.append(_seconds_until_first(idle, now, query_free))
        fetches = self._waiting(JobKind.DOWNLOAD)
        if first := [item for item in fetches if not item.task.attempts]:
            waits.append(_seconds_until_first(first, now, 0.0))
        repeated = [item for item in fetches if item.task.attempts]
        if repeated and self._repeated_downloads() < MAX_REPEATED_DOWNLOADS:
            waits.append(_seconds_until_first(repeated, now, query_free))
        return max(0.0, min(waits))

    def queue(self) -> list[Task]:
        """Tasks that wait to be submitted, in order."""
        waiting = (item for item in self._entries.values() if item.kind is JobKind.SUBMIT)
        return self._submit_order(item for item in waiting if item.task.id not in self._running)

    def typical_seconds(self, model: Model, *, editing: bool) -> float | None:
        """The usual seconds from acceptance to storage."""
        return self._durations[model, editing].seconds

    def release_all(self, now: float) -> None:
        """The breaker has closed: submit from the front of the queue without further delay."""
        for item in self._entries.values():
            if item.kind is JobKind.SUBMIT:
                item.due_at = min(item.due_at, now)

    def __len__(self) -> int:
        return len(self._entries)

    def _delay(self, task: Task, wall: float) -> float:
        """Seconds from now until the task's next job."""
        match task.state:
            case TaskState.GENERATING:
                elapsed = max(0.0, wall - (task.polling_since or wall))
                typical = self.typical_seconds(task.request.model, editing=task.is_edit)
                return max(
                    next_poll_delay(elapsed, typical), empty_result_delay(task.empty_successes)
                )
            case TaskState.STILL_RUNNING:
                return slow_poll_delay(wall - (task.accepted_at or wall))
            case _:
                return max(0.0, task.retry_at - wall)

    def _waiting(self, kind: JobKind) -> list[_Entry]:
        """The tasks that wait for this kind of job, if one more of it may run now."""
        if not self._free_slots(kind):
            return []
        return [
            item
            for item in self._entries.values()
            if item.kind is kind and item.task.id not in self._running
        ]

    def _due(self, kind: JobKind, now: float) -> list[_Entry]:
        return [item for item in self._waiting(kind) if item.due_at <= now]

    def _free_slots(self, kind: JobKind) -> int:
        return MAX_CONCURRENT_JOBS[kind] - sum(job.kind is kind for job in self._running.values())

    def _may_submit(self) -> bool:
        running = sum(item.task.state is TaskState.GENERATING for item in self._entries.values())
        sending = MAX_CONCURRENT_JOBS[JobKind.SUBMIT] - self._free_slots(JobKind.SUBMIT)
        return running + sending < MAX_RUNNING_TASKS and self._breaker.may_send(sending)

    def _submits(self, now: float) -> list[Job]:
        jobs: list[Job] = []
        for task in self._submit_order(self._due(JobKind.SUBMIT, now))[
            : self._free_slots(JobKind.SUBMIT)
        ]:
            if not self._may_submit() or not self._creates.acquire(now):
                break
            jobs.append(self._start(Job(JobKind.SUBMIT, task.id), now))
        return jobs

    def _polls(self, now: float) -> list[Job]:
        jobs: list[Job] = []
        for task in self._fair_order(JobKind.POLL, self._due(JobKind.POLL, now))[
            : self._free_slots(JobKind.POLL)
        ]:
            if not self._queries.acquire(now):
                break
            jobs.append(self._start(Job(JobKind.POLL, task.id), now))
        return jobs

    def _downloads(self, now: float) -> list[Job]:
        ready = self._fair_order(JobKind.DOWNLOAD, self._due(JobKind.DOWNLOAD, now))
        jobs: list[Job] = []
        for task in sorted(ready, key=lambda task: task.attempts > 0):
            if not self._free_slots(JobKind.DOWNLOAD):
                break
            if task.attempts:
                crowded = self._repeated_downloads() >= MAX_REPEATED_DOWNLOADS
                if crowded or not self._queries.acquire(now):
                    break
            jobs.append(
                self._start(Job(JobKind.DOWNLOAD, task.id, poll_first=task.attempts > 0), now)
            )
        return jobs

    def _start(self, job: Job, now: float) -> Job:
        item = self._entries[job.task_id]
        item.due_at = now + RECHECK_AFTER_S
        self._running[job.task_id] = job
        self._fair_queues[job.kind].mark_served(item.task.user_id)
        return job

    def _repeated_downloads(self) -> int:
        return sum(
            job.kind is JobKind.DOWNLOAD and job.poll_first for job in self._running.values()
        )

    def _submit_order(self, items: Iterable[_Entry]) -> list[Task]:
        oldest_first = sorted(items, key=lambda item: (item.task.created_at, item.task.id))
        return self._fair_queues[JobKind.SUBMIT].sorted(item.task for item in oldest_first)

    def _fair_order(self, kind: JobKind, items: Iterable[_Entry]) -> list[Task]:
        earliest_first = sorted(items, key=lambda item: item.due_at)
        return self._fair_queues[kind].sorted(item.task for item in earliest_first)


def _seconds_until_first(items: Iterable[_Entry], now: float, at_least: float) -> float:
    return max(min(item.due_at for item in items) - now, at_least)
