"""Scheduler: which jobs are due, for all tasks of one key, and when a task is polled next.

Pure bookkeeping with clocks as arguments: `now` is monotonic, `wall` in epoch seconds, both in
seconds. Not thread-safe: the worker guards it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from components.kie import Model
from components.studio.tasks.models import FailureReason, Task, TaskState
from components.studio.worker.account_limits import AccountLimits


class JobKind(StrEnum):
    """What can be done for a task, or for the account as a whole."""

    SUBMIT = "submit"
    POLL = "poll"
    DOWNLOAD = "download"
    CHECK_ACCOUNT = "check_account"


MAX_CONCURRENT_JOBS = {JobKind.SUBMIT: 8, JobKind.POLL: 8, JobKind.DOWNLOAD: 6}
MAX_REPEATED_DOWNLOADS = 3  # so that bad URLs leave room for good ones
MAX_RUNNING_TASKS = 100  # docs/kie-api.md, Codes: about 100 tasks run at once
RECHECK_AFTER_S = 30.0  # a job that changes nothing is repeated after this time
MAX_SLEEP_S = 60.0
MAX_TRACKED_USERS = 1000

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


class Scheduler:
    """Every task with a next job, and the moment it is due."""

    def __init__(
        self,
        limits: AccountLimits,
        durations: Mapping[tuple[Model, bool], DurationEstimator],
        *,
        pause_factor: float = 1.0,
    ) -> None:
        """`durations` is by model and by whether an image is edited.

        The pauses before a query and before another try are multiplied by `pause_factor`.
        """
        self._creates = limits.creates
        self._queries = limits.queries
        self._breaker = limits.breaker
        self._durations = durations
        self._pause_factor = pause_factor
        self._entries: dict[str, _Entry] = {}
        self._running: dict[str, Job] = {}
        self._poll_again: set[str] = set()
        self._fair_queues = {kind: FairQueue() for kind in MAX_CONCURRENT_JOBS}
        self.is_held = False
        """Whether nothing is submitted: an admin holds the queue."""

    def put_first(self, until: Mapping[str, float]) -> None:
        """Submit these users' tasks before all others, those made until a moment, by user."""
        self._fair_queues[JobKind.SUBMIT].first_until = until

    # Tasks

    def upsert(self, task: Task, now: float, wall: float) -> None:
        """Add or update a task; one without a next job is removed."""
        known = self._entries.get(task.id)
        if known and known.kind is JobKind.SUBMIT and task.id not in self._running:
            is_sent = task.state is TaskState.SUBMITTING or task.sent_at is not None
            if is_sent and task.state is not TaskState.QUEUED:  # another replica has begun it
                self._fair_queues[JobKind.SUBMIT].mark_served(task.user_id)
        if task.state not in _JOB_KIND_BY_STATE:
            self.remove(task.id)
        else:
            pause = self._delay(task, wall) * self._pause_factor
            self._entries[task.id] = _Entry(task, now + pause)

    def remove(self, task_id: str) -> None:
        """Forget a task; an unknown one is ignored."""
        self._entries.pop(task_id, None)

    def resume_turns(self, user_ids: Iterable[str]) -> None:
        """Whose tasks were sent before this process counted them, the latest last."""
        for user_id in user_ids:
            self._fair_queues[JobKind.SUBMIT].mark_served(user_id)

    def __len__(self) -> int:
        """Number of tasks with a next job."""
        return len(self._entries)

    def task_ids(self) -> set[str]:
        """The tasks with a next job."""
        return set(self._entries)

    def running_tasks(self) -> set[str]:
        """The tasks for which a job runs."""
        return set(self._running)

    def is_submitting(self) -> bool:
        """Whether a create is under way."""
        return any(job.kind is JobKind.SUBMIT for job in self._running.values())

    def queue(self) -> list[Task]:
        """Tasks that wait to be submitted, in order."""
        return self._submit_order(self._idle(JobKind.SUBMIT))

    def poll_now(self, task_id: str) -> None:
        """Poll this task before the others; once more if it is being polled."""
        entry = self._entries.get(task_id)
        if entry is not None and entry.kind is not JobKind.SUBMIT:
            entry.due_at = -math.inf
            if task_id in self._running:
                self._poll_again.add(task_id)

    def release_all(self, now: float) -> None:
        """Submit all queued tasks without further delay: the breaker has closed."""
        for entry in self._entries.values():
            if entry.kind is JobKind.SUBMIT:
                entry.due_at = min(entry.due_at, now)

    def release_storing(self, now: float) -> None:
        """Store all results without further delay that could not be stored."""
        for entry in self._entries.values():
            failure = entry.task.failure
            if entry.kind is JobKind.DOWNLOAD and failure and failure.reason is FailureReason.DISK:
                entry.due_at = min(entry.due_at, now)

    def release_downloads(self, host: str, now: float) -> None:
        """Fetch all results of this host without further delay: it answers again."""
        for entry in self._entries.values():
            if entry.kind is JobKind.DOWNLOAD and entry.task.result_host == host:
                entry.due_at = min(entry.due_at, now)

    def record_duration(self, task: Task) -> None:
        """Add a finished task to the duration estimate of its kind."""
        if task.accepted_at is not None and task.finished_at is not None:
            seconds = task.finished_at - task.accepted_at
            if (durations := self._durations.get((task.request.model, task.is_edit))) is not None:
                durations.add(seconds)

    def typical_seconds(self, model: Model, *, editing: bool) -> float | None:
        """The usual seconds from acceptance to storage; None before the first image."""
        durations = self._durations.get((model, editing))
        return None if durations is None else durations.seconds

    # Jobs

    def pop_due(self, now: float) -> list[Job]:
        """The jobs to start now. Each must be completed; no task has two at a time."""
        checks = [Job(JobKind.CHECK_ACCOUNT)] if self._breaker.take_probe(now) else []
        return [
            *checks,
            *self._start_submits(now),
            *self._start_polls(now),
            *self._start_downloads(now),
        ]

    def complete(self, job: Job, now: float) -> None:
        """A job ended, whether it succeeded or not."""
        self._running.pop(job.task_id, None)
        if job.kind is JobKind.SUBMIT:
            self._creates.release(now)
        if job.kind is JobKind.POLL or job.poll_first:
            self._queries.release(now)
        if job.task_id in self._poll_again:
            self._poll_again.discard(job.task_id)
            self.poll_now(job.task_id)

    def seconds_until_next(self, now: float) -> float:
        """How long the worker may sleep if no task changes and no job ends meanwhile."""
        waits = [MAX_SLEEP_S]
        until_check = self._breaker.seconds_until_probe(now)
        if until_check is not None:
            waits.append(until_check)
        if self._may_submit() and (submits := self._startable(JobKind.SUBMIT)):
            waits.append(_seconds_until_first(submits, now, self._creates.seconds_until_free(now)))
        query_free = self._queries.seconds_until_free(now)
        if polls := self._startable(JobKind.POLL):
            waits.append(_seconds_until_first(polls, now, query_free))
        downloads = self._startable(JobKind.DOWNLOAD)
        if first := [entry for entry in downloads if not entry.task.attempts]:
            waits.append(_seconds_until_first(first, now, 0.0))
        repeated = [entry for entry in downloads if entry.task.attempts]
        if repeated and self._repeated_downloads() < MAX_REPEATED_DOWNLOADS:
            waits.append(_seconds_until_first(repeated, now, query_free))
        return max(0.0, min(waits))

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
                return slow_poll_delay(wall - (task.polling_since or wall))
            case _:
                return max(0.0, task.retry_at - wall)

    def _start_submits(self, now: float) -> list[Job]:
        jobs: list[Job] = []
        tasks = self._submit_order(self._due(JobKind.SUBMIT, now))
        for task in tasks[: self._free_slots(JobKind.SUBMIT)]:
            if not self._may_submit() or not self._creates.acquire(now):
                break
            jobs.append(self._start(Job(JobKind.SUBMIT, task.id), now))
        return jobs

    def _start_polls(self, now: float) -> list[Job]:
        jobs: list[Job] = []
        tasks = self._fair_order(JobKind.POLL, self._due(JobKind.POLL, now))
        for task in tasks[: self._free_slots(JobKind.POLL)]:
            if not self._queries.acquire(now):
                break
            jobs.append(self._start(Job(JobKind.POLL, task.id), now))
        return jobs

    def _start_downloads(self, now: float) -> list[Job]:
        jobs: list[Job] = []
        tasks = self._fair_order(JobKind.DOWNLOAD, self._due(JobKind.DOWNLOAD, now))
        for task in sorted(tasks, key=lambda task: task.attempts > 0):
            if not self._free_slots(JobKind.DOWNLOAD):
                break
            is_repeated = task.attempts > 0
            if is_repeated:
                at_limit = self._repeated_downloads() >= MAX_REPEATED_DOWNLOADS
                if at_limit or not self._queries.acquire(now):
                    break
            jobs.append(self._start(Job(JobKind.DOWNLOAD, task.id, poll_first=is_repeated), now))
        return jobs

    def _start(self, job: Job, now: float) -> Job:
        entry = self._entries[job.task_id]
        entry.due_at = now + RECHECK_AFTER_S
        self._running[job.task_id] = job
        self._fair_queues[job.kind].mark_served(entry.task.user_id)
        return job

    def _idle(self, kind: JobKind) -> list[_Entry]:
        """The tasks whose next job is of this kind and not running."""
        return [
            entry
            for entry in self._entries.values()
            if entry.kind is kind and entry.task.id not in self._running
        ]

    def _startable(self, kind: JobKind) -> list[_Entry]:
        """The same, if one more job of this kind may run now."""
        return self._idle(kind) if self._free_slots(kind) else []

    def _due(self, kind: JobKind, now: float) -> list[_Entry]:
        return [entry for entry in self._startable(kind) if entry.due_at <= now]

    def _free_slots(self, kind: JobKind) -> int:
        return MAX_CONCURRENT_JOBS[kind] - sum(job.kind is kind for job in self._running.values())

    def _may_submit(self) -> bool:
        if self.is_held:
            return False
        generating = sum(
            entry.task.state is TaskState.GENERATING for entry in self._entries.values()
        )
        sending = MAX_CONCURRENT_JOBS[JobKind.SUBMIT] - self._free_slots(JobKind.SUBMIT)
        return generating + sending < MAX_RUNNING_TASKS and self._breaker.may_send(sending)

    def _repeated_downloads(self) -> int:
        return sum(
            job.kind is JobKind.DOWNLOAD and job.poll_first for job in self._running.values()
        )

    def _submit_order(self, entries: Iterable[_Entry]) -> list[Task]:
        oldest_first = sorted(entries, key=lambda entry: (entry.task.created_at, entry.task.id))
        return self._fair_queues[JobKind.SUBMIT].sorted(entry.task for entry in oldest_first)

    def _fair_order(self, kind: JobKind, entries: Iterable[_Entry]) -> list[Task]:
        earliest_first = sorted(entries, key=lambda entry: entry.due_at)
        return self._fair_queues[kind].sorted(entry.task for entry in earliest_first)


@dataclass
class _Entry:
    """A task and the monotonic time at which its next job is due."""

    task: Task
    due_at: float

    @property
    def kind(self) -> JobKind:
        return _JOB_KIND_BY_STATE[self.task.state]


def _seconds_until_first(entries: Iterable[_Entry], now: float, at_least: float) -> float:
    return max(min(entry.due_at for entry in entries) - now, at_least)


class FairQueue:
    """Round-robin ordering of tasks by user."""

    def __init__(self) -> None:
        self.first_until: Mapping[str, float] = {}
        """Whose tasks go before all others: those made until a moment in epoch seconds."""
        self._last_served: dict[str, int] = {}
        self._count = 0

    def mark_served(self, user_id: str) -> None:
        """A job was started for this user: others go first in the next round."""
        self._count += 1
        self._last_served.pop(user_id, None)
        self._last_served[user_id] = self._count
        if len(self._last_served) > MAX_TRACKED_USERS:
            longest_ago = next(iter(self._last_served))
            del self._last_served[longest_ago]

    def sorted(self, tasks: Iterable[Task]) -> list[Task]:
        """The tasks in fair order; within one user the given order stays."""
        rounds: Counter[str] = Counter()
        ranked = []
        for position, task in enumerate(tasks):
            is_later = task.created_at > self.first_until.get(task.user_id, -math.inf)
            turn = (rounds[task.user_id], self._last_served.get(task.user_id, 0), position)
            rank = (is_later, *turn)
            ranked.append((rank, task))
            rounds[task.user_id] += 1
        return [task for _, task in sorted(ranked, key=lambda pair: pair[0])]


# --- When a task is polled next ---


class DurationEstimator:
    """Estimates how long one kind of image takes, from the latest ones."""

    def __init__(self, seconds: list[float] | None = None, *, newest: int = 20) -> None:
        self._newest = newest
        self._seconds = [taken for taken in seconds or [] if taken > 0][:newest]

    def add(self, seconds: float) -> None:
        """Add one duration; a negative one comes from a clock that was set back."""
        if seconds > 0:
            self._seconds = [seconds, *self._seconds][: self._newest]

    @property
    def seconds(self) -> float | None:
        """The median, or None before the first image."""
        return median(self._seconds) if self._seconds else None


def next_poll_delay(elapsed: float, typical: float | None) -> float:
    """Seconds until the next query of a task that has run for `elapsed` seconds.

    Seldom before the usual end, often around it, seldom after it.
    """
    if typical is None:
        return _clamp(1.0, 0.2 * elapsed, 15.0)
    if elapsed < 0.7 * typical:
        longest = _clamp(5.0, 0.35 * typical, 30.0)  # a rejection comes early
        return _clamp(1.0, 0.7 * typical - elapsed, longest)
    if elapsed < 1.5 * typical:
        return _clamp(0.7, 0.08 * typical, 5.0)
    return _clamp(1.0, 0.25 * (elapsed - typical), 30.0)


def slow_poll_delay(elapsed: float) -> float:
    """The same for a task that runs longer than the poll timeout: 1 to 10 minutes."""
    return _clamp(60.0, 0.1 * elapsed, 600.0)


def empty_result_delay(times: int) -> float:
    """The minimum after answers without a result: 1, 2, 3, 4 seconds."""
    return _clamp(0.0, float(times), 4.0)


def _clamp(minimum: float, value: float, maximum: float) -> float:
    return max(minimum, min(value, maximum))
