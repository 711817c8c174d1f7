"""The agenda under a simulated clock: hundreds of tasks, a strict service, and no thread."""

from __future__ import annotations

import heapq
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from components.kie import Model, ProviderState, RateLimitError
from components.studio.tasks.models import FailureReason, Task, TaskState
from components.studio.tasks.transitions import (
    Accepted,
    ResultStored,
    apply_event,
    claim,
    mark_sent,
)
from components.studio.worker.account import AccountLimits
from components.studio.worker.polling import DurationEstimator
from components.studio.worker.scheduler import Job, JobKind, Scheduler
from tests.support.factories import NOW, RESULT_URL, make_status, make_task

MOST_SECONDS = 3600.0


def an_agenda(
    account: AccountLimits | None = None, typical: list[float] | None = None
) -> Scheduler:
    kinds = {
        (model, editing): DurationEstimator(typical) for model in Model for editing in (False, True)
    }
    return Scheduler(
        account or AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10), kinds
    )


def watched(number: int = 0, **fields: object) -> Task:
    values = {"provider_id": f"{number:032x}", "accepted_at": NOW, "polling_since": NOW}
    return make_task(f"hill {number}", state=TaskState.GENERATING, **{**values, **fields})


def storing(number: int = 0, **fields: object) -> Task:
    return replace(watched(number, **fields), state=TaskState.STORING, result_url=RESULT_URL)


@dataclass
class Window:
    """A strict sliding window, as docs/kie-api.md, Codes describes the service's."""

    limit: int
    seconds: float
    calls: deque[float] = field(default_factory=deque)

    def admits(self, now: float) -> bool:
        while self.calls and self.calls[0] <= now - self.seconds:
            self.calls.popleft()
        if len(self.calls) >= self.limit:
            return False
        self.calls.append(now)
        return True


class World:
    """A service, a network of jittered delays and an engine, all in simulated time."""

    def __init__(self, tasks: list[Task], *, seed: int = 1) -> None:
        self.account = AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10)
        self.agenda = an_agenda(self.account)
        self.tasks = {task.id: task for task in tasks}
        self.rejected = 0
        self.creates = 0
        self.queries: Counter[str] = Counter()
        self.done_at: dict[str, float] = {}
        self.now = 0.0
        self._dice = random.Random(seed)  # noqa: S311 - no secret hangs on it
        self._windows = {JobKind.SUBMIT: Window(20, 10.0), JobKind.POLL: Window(10, 1.0)}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._ready_at: dict[str, float] = {}
        for task in tasks:
            self.agenda.upsert(task, 0.0, NOW)

    def run(self) -> None:
        """Until every task has ended."""
        while len(self.agenda) or self._events:
            assert self.now < MOST_SECONDS, "the tasks do not end"
            for job in self.agenda.pop_due(self.now):
                self._at(self._dice.uniform(0.02, 0.6), partial(self._arrive, job))
            wake = self.now + max(self.agenda.seconds_until_next(self.now), 0.001)
            if self._events and self._events[0][0] <= wake:
                self.now, _, happen = heapq.heappop(self._events)
                happen()
            else:
                self.now = wake

    def _at(self, delay: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + delay, len(self._events) + id(happen), happen))

    def _arrive(self, job: Job) -> None:
        report = self._answer(job, self.tasks[job.task_id])
        self._at(self._dice.uniform(0.02, 0.6), lambda: self._settle(job, report))

    def _answer(self, job: Job, task: Task) -> Accepted | ResultStored | RateLimitError | object:
        if job.kind is JobKind.DOWNLOAD:
            return ResultStored(task.id)
        if not self._windows[job.kind].admits(self.now):
            self.rejected += 1
            return RateLimitError()
        if job.kind is JobKind.SUBMIT:
            self.creates += 1
            self._ready_at[task.id] = self.now + self._dice.uniform(20, 40)
            return Accepted(task.id)
        self.queries[task.id] += 1
        if self.now < self._ready_at[task.id]:
            return make_status(task_id=task.id)
        return make_status(ProviderState.SUCCEEDED, task_id=task.id, result_url=RESULT_URL)

    def _settle(self, job: Job, report: object) -> None:
        wall = NOW + self.now
        task = self.tasks[job.task_id]
        if job.kind is JobKind.SUBMIT:
            task = mark_sent(claim(task), wall)
            self.account.on_create_result(report, self.now)  # type: ignore[arg-type] # see _answer
        after = apply_event(task, report, wall)  # type: ignore[arg-type] # see _answer
        self.tasks[task.id] = after
        self.agenda.upsert(after, self.now, wall)
        if after.state is TaskState.DONE:
            self.agenda.record_duration(after)
            self.done_at[task.id] = self.now - self._ready_at[task.id]
        self.agenda.complete(job, self.now)


def test_two_hundred_tasks_stay_within_the_rate_limit() -> None:
    world = World([make_task(f"hill {n}", created_at=NOW + n / 1000) for n in range(200)])
    world.run()
    assert world.rejected == 0
    assert world.creates == 200
    assert all(task.state is TaskState.DONE for task in world.tasks.values())
    seen_late = sorted(world.done_at.values())
    assert seen_late[100] < 15.0
    assert sum(world.queries.values()) < 200 * 20


def test_users_take_turns_regardless_of_task_count() -> None:
    many = [make_task(user_id="a", created_at=NOW + n) for n in range(50)]
    late = make_task(user_id="b", created_at=NOW + 1000)
    scheduler = an_agenda()
    for task in [*many, late]:
        scheduler.upsert(task, 0.0, NOW)
    assert late in scheduler.queue()[:2]
    jobs = scheduler.pop_due(0.0)
    assert late.id in {job.task_id for job in jobs}
    next_up = make_task(user_id="b", created_at=NOW + 2000)
    scheduler.upsert(next_up, 0.0, NOW)
    assert scheduler.queue()[0] == next_up  # a was served after b was


def test_single_task_does_not_wait_behind_two_hundred() -> None:
    scheduler = an_agenda()
    for number in range(200):
        scheduler.upsert(watched(number, user_id="a"), 0.0, NOW)
    alone = watched(999, user_id="b")
    scheduler.upsert(alone, 5.0, NOW + 5)
    first = scheduler.pop_due(300.0)
    assert alone.id in {job.task_id for job in first[:2]}


def test_task_has_one_job_at_a_time() -> None:
    scheduler, task = an_agenda(), watched()
    scheduler.upsert(task, 0.0, NOW)
    [job] = scheduler.pop_due(500.0)
    scheduler.upsert(task, 500.0, NOW)  # somebody looks again meanwhile
    assert scheduler.pop_due(900.0) == []
    scheduler.complete(job, 900.0)
    assert scheduler.pop_due(901.0) == [job]


def test_unheard_task_is_polled_again() -> None:
    scheduler = an_agenda()
    scheduler.upsert(watched(), 0.0, NOW)
    [job] = scheduler.pop_due(500.0)
    scheduler.complete(job, 500.0)
    assert scheduler.pop_due(501.0) == []
    assert scheduler.pop_due(531.0) == [job]


def test_webhook_polls_now_even_during_a_poll() -> None:
    scheduler, task = an_agenda(typical=[100.0]), watched()
    scheduler.upsert(task, 0.0, NOW)
    assert scheduler.pop_due(1.0) == []
    scheduler.poll_now(task.id)
    [job] = scheduler.pop_due(1.0)
    scheduler.poll_now(task.id)
    scheduler.upsert(task, 2.0, NOW + 2)
    scheduler.complete(job, 2.0)
    assert scheduler.pop_due(2.1) == [job]


def test_poll_now_does_not_submit_before_the_retry_delay() -> None:
    scheduler, task = an_agenda(), make_task(retry_at=NOW + 50)
    scheduler.upsert(task, 0.0, NOW)
    scheduler.poll_now(task.id)
    assert scheduler.pop_due(49.0) == []
    assert len(scheduler.pop_due(50.0)) == 1


def test_open_breaker_stops_only_submits() -> None:
    account = AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10)
    scheduler = an_agenda(account)
    tasks = [make_task(created_at=NOW + n) for n in range(10)]
    for task in [*tasks, watched(), storing(1)]:
        scheduler.upsert(task, 0.0, NOW)
    account.breaker.open(FailureReason.CREDITS, 0.0)
    assert {job.kind for job in scheduler.pop_due(5.0)} == {JobKind.POLL, JobKind.DOWNLOAD}
    assert scheduler.pop_due(10.0) == [Job(JobKind.CHECK_ACCOUNT)]
    account.breaker.half_open()
    scheduler.release_all(11.0)
    [trial] = scheduler.pop_due(11.0)
    assert scheduler.pop_due(12.0) == []
    account.breaker.record_success()
    scheduler.complete(trial, 12.0)
    assert len(scheduler.pop_due(12.0)) == 8


def test_running_tasks_stay_below_the_provider_limit() -> None:
    scheduler = an_agenda()
    for number in range(98):
        scheduler.upsert(watched(number), 0.0, NOW)
    for _ in range(5):
        scheduler.upsert(make_task(), 0.0, NOW)
    assert [job.kind for job in scheduler.pop_due(0.5)] == [JobKind.SUBMIT, JobKind.SUBMIT]


def test_repeated_downloads_leave_slots_and_keep_the_rate_limit() -> None:
    scheduler = an_agenda()
    for number in range(20):
        scheduler.upsert(storing(number, attempts=1), 0.0, NOW)
    jobs = scheduler.pop_due(0.0)
    assert len(jobs) == 3
    assert all(job.poll_first for job in jobs)
    scheduler.upsert(storing(99), 0.0, NOW)
    assert [job.poll_first for job in scheduler.pop_due(0.0)] == [False]


def test_worker_sleeps_until_a_job_is_due() -> None:
    scheduler = an_agenda()
    assert scheduler.seconds_until_next(0.0) == 60.0
    scheduler.upsert(make_task(retry_at=NOW + 7), 0.0, NOW)
    assert scheduler.seconds_until_next(0.0) == 7.0
    for number in range(30):
        scheduler.upsert(watched(number), 0.0, NOW)
    scheduler.pop_due(100.0)
    assert not scheduler.pop_due(100.0)
    assert scheduler.seconds_until_next(100.0) > 0.5


def test_queue_is_in_submit_order_without_tasks_being_sent() -> None:
    scheduler = an_agenda()
    tasks = [make_task(created_at=NOW + n) for n in range(12)]
    for task in reversed(tasks):
        scheduler.upsert(task, 0.0, NOW)
    assert scheduler.queue() == tasks
    scheduler.pop_due(0.0)
    assert scheduler.queue() == tasks[8:]
