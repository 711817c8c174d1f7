"""Scheduler with a simulated clock, provider and network; no threads."""

from __future__ import annotations

import heapq
import itertools
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
    TaskEvent,
    apply_event,
    claim,
    mark_sent,
)
from components.studio.worker.account_limits import AccountLimits
from components.studio.worker.scheduler import DurationEstimator, Job, JobKind, Scheduler
from tests.support.factories import NOW, RESULT_URL, make_status, make_task

TIMEOUT_S = 3600.0  # simulated


def make_limits() -> AccountLimits:
    return AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10)


def make_scheduler(
    limits: AccountLimits | None = None,
    durations: list[float] | None = None,
    *,
    pause_factor: float = 1.0,
) -> Scheduler:
    estimators = {
        (model, editing): DurationEstimator(durations)
        for model in Model
        for editing in (False, True)
    }
    return Scheduler(limits or make_limits(), estimators, pause_factor=pause_factor)


def generating_task(number: int = 0, **fields: object) -> Task:
    values = {"provider_id": f"{number:032x}", "accepted_at": NOW, "polling_since": NOW}
    return make_task(f"hill {number}", state=TaskState.GENERATING, **{**values, **fields})


def storing_task(number: int = 0, **fields: object) -> Task:
    return replace(
        generating_task(number, **fields), state=TaskState.STORING, result_url=RESULT_URL
    )


@dataclass
class SlidingWindow:
    """The provider's limit on calls: docs/kie-api.md, Codes."""

    limit: int
    seconds: float
    calls: deque[float] = field(default_factory=deque)

    def accepts(self, now: float) -> bool:
        while self.calls and self.calls[0] <= now - self.seconds:
            self.calls.popleft()
        if len(self.calls) >= self.limit:
            return False
        self.calls.append(now)
        return True


class Simulation:
    """A provider, a network with random latency and a worker, all in simulated time."""

    def __init__(self, tasks: list[Task], *, seed: int = 1) -> None:
        self.limits = make_limits()
        self.scheduler = make_scheduler(self.limits)
        self.tasks = {task.id: task for task in tasks}
        self.rejected = 0
        self.creates = 0
        self.queries: Counter[str] = Counter()
        self.detection_delay: dict[str, float] = {}
        self.now = 0.0
        self._rng = random.Random(seed)  # noqa: S311 - not a secret
        self._windows = {
            JobKind.SUBMIT: SlidingWindow(20, 10.0),
            JobKind.POLL: SlidingWindow(10, 1.0),
        }
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._ready_at: dict[str, float] = {}
        for task in tasks:
            self.scheduler.upsert(task, 0.0, NOW)

    def run(self) -> None:
        """Run until every task has ended."""
        while len(self.scheduler) or self._events:
            assert self.now < TIMEOUT_S, "the tasks do not end"
            for job in self.scheduler.pop_due(self.now):
                self._call_later(self._rng.uniform(0.02, 0.6), partial(self._arrive, job))
            wake = self.now + max(self.scheduler.seconds_until_next(self.now), 0.001)
            if self._events and self._events[0][0] <= wake:
                self.now, _, callback = heapq.heappop(self._events)
                callback()
            else:
                self.now = wake

    def _call_later(self, delay: float, callback: Callable[[], None]) -> None:
        order = next(self._order)  # callbacks cannot be compared
        heapq.heappush(self._events, (self.now + delay, order, callback))

    def _arrive(self, job: Job) -> None:
        event = self._response(job, self.tasks[job.task_id])
        self._call_later(self._rng.uniform(0.02, 0.6), lambda: self._complete(job, event))

    def _response(self, job: Job, task: Task) -> TaskEvent:
        if job.kind is JobKind.DOWNLOAD:
            return ResultStored(task.id)
        if not self._windows[job.kind].accepts(self.now):
            self.rejected += 1
            return RateLimitError()
        if job.kind is JobKind.SUBMIT:
            self.creates += 1
            self._ready_at[task.id] = self.now + self._rng.uniform(20, 40)
            return Accepted(task.id)
        self.queries[task.id] += 1
        if self.now < self._ready_at[task.id]:
            return make_status(task_id=task.id)
        return make_status(ProviderState.SUCCEEDED, task_id=task.id, result_url=RESULT_URL)

    def _complete(self, job: Job, event: TaskEvent) -> None:
        wall = NOW + self.now
        task = self.tasks[job.task_id]
        if job.kind is JobKind.SUBMIT:
            task = mark_sent(claim(task), wall)
            self.limits.on_create_result(event, self.now)
        after = apply_event(task, event, wall)
        self.tasks[task.id] = after
        self.scheduler.upsert(after, self.now, wall)
        if after.state is TaskState.DONE:
            self.scheduler.record_duration(after)
            self.detection_delay[task.id] = self.now - self._ready_at[task.id]
        self.scheduler.complete(job, self.now)


def test_two_hundred_tasks_stay_within_the_rate_limit() -> None:
    simulation = Simulation([make_task(f"hill {n}", created_at=NOW + n / 1000) for n in range(200)])
    simulation.run()
    assert simulation.rejected == 0
    assert simulation.creates == 200
    assert all(task.state is TaskState.DONE for task in simulation.tasks.values())
    detection_delays = sorted(simulation.detection_delay.values())
    assert detection_delays[100] < 15.0
    assert sum(simulation.queries.values()) < 200 * 20


def test_users_take_turns_regardless_of_task_count() -> None:
    many = [make_task(user_id="a", created_at=NOW + n) for n in range(50)]
    single = make_task(user_id="b", created_at=NOW + 1000)
    scheduler = make_scheduler()
    for task in [*many, single]:
        scheduler.upsert(task, 0.0, NOW)
    assert single in scheduler.queue()[:2]
    jobs = scheduler.pop_due(0.0)
    assert single.id in {job.task_id for job in jobs}
    next_single = make_task(user_id="b", created_at=NOW + 2000)
    scheduler.upsert(next_single, 0.0, NOW)
    assert scheduler.queue()[0] == next_single  # a was served after b


def test_replica_that_only_watches_shows_the_queue_in_the_order_of_the_leader() -> None:
    leader, watcher = make_scheduler(), make_scheduler()
    first = [make_task(user_id=who, created_at=NOW + turn / 10) for turn, who in enumerate("abc")]
    later = [make_task(user_id=user_id, created_at=NOW + 1) for user_id in "abc"]
    for scheduler in (leader, watcher):
        for task in first[:2]:
            scheduler.upsert(task, 0.0, NOW)
    for job in leader.pop_due(0.0):
        assert job.task_id in {task.id for task in first}
    # The watcher hears of the second one when that is accepted already.
    watcher.upsert(replace(first[0], state=TaskState.SUBMITTING), 0.0, NOW)
    watcher.upsert(replace(first[1], state=TaskState.GENERATING, sent_at=NOW), 0.0, NOW)
    withdrawn = first[2]
    for scheduler in (leader, watcher):
        scheduler.upsert(withdrawn, 0.0, NOW)
        scheduler.upsert(replace(withdrawn, state=TaskState.FAILED), 0.0, NOW)
        for task in later:
            scheduler.upsert(task, 0.0, NOW)

    assert leader.queue() == [later[2], later[0], later[1]]
    assert watcher.queue() == leader.queue()
    new = make_scheduler()
    new.resume_turns(["a", "b"])
    for task in later:
        new.upsert(task, 0.0, NOW)
    assert new.queue() == leader.queue()


def test_single_task_does_not_wait_behind_two_hundred() -> None:
    scheduler = make_scheduler()
    for number in range(200):
        scheduler.upsert(generating_task(number, user_id="a"), 0.0, NOW)
    single = generating_task(999, user_id="b")
    scheduler.upsert(single, 5.0, NOW + 5)
    jobs = scheduler.pop_due(300.0)
    assert single.id in {job.task_id for job in jobs[:2]}


def test_task_has_one_job_at_a_time() -> None:
    scheduler, task = make_scheduler(), generating_task()
    scheduler.upsert(task, 0.0, NOW)
    [job] = scheduler.pop_due(500.0)
    scheduler.upsert(task, 500.0, NOW)  # a recheck during the poll
    assert scheduler.pop_due(900.0) == []
    scheduler.complete(job, 900.0)
    assert scheduler.pop_due(901.0) == [job]


def test_task_without_news_is_polled_again() -> None:
    scheduler = make_scheduler()
    scheduler.upsert(generating_task(), 0.0, NOW)
    [job] = scheduler.pop_due(500.0)
    scheduler.complete(job, 500.0)
    assert scheduler.pop_due(501.0) == []
    assert scheduler.pop_due(531.0) == [job]


def test_webhook_polls_now_even_during_a_poll() -> None:
    scheduler, task = make_scheduler(durations=[100.0]), generating_task()
    scheduler.upsert(task, 0.0, NOW)
    assert scheduler.pop_due(1.0) == []
    scheduler.poll_now(task.id)
    [job] = scheduler.pop_due(1.0)
    scheduler.poll_now(task.id)
    scheduler.upsert(task, 2.0, NOW + 2)
    scheduler.complete(job, 2.0)
    assert scheduler.pop_due(2.1) == [job]


def test_poll_now_does_not_submit_before_the_retry_delay() -> None:
    scheduler, task = make_scheduler(), make_task(retry_at=NOW + 50)
    scheduler.upsert(task, 0.0, NOW)
    scheduler.poll_now(task.id)
    assert scheduler.pop_due(49.0) == []
    assert len(scheduler.pop_due(50.0)) == 1


def test_open_breaker_stops_only_submits() -> None:
    limits = make_limits()
    scheduler = make_scheduler(limits)
    tasks = [make_task(created_at=NOW + n) for n in range(10)]
    for task in [*tasks, generating_task(), storing_task(1)]:
        scheduler.upsert(task, 0.0, NOW)
    limits.breaker.open(FailureReason.CREDITS, 0.0)
    assert {job.kind for job in scheduler.pop_due(5.0)} == {JobKind.POLL, JobKind.DOWNLOAD}
    assert scheduler.pop_due(10.0) == [Job(JobKind.CHECK_ACCOUNT)]
    limits.breaker.half_open()
    scheduler.release_all(11.0)
    [submit] = scheduler.pop_due(11.0)
    assert scheduler.pop_due(12.0) == []
    limits.breaker.record_success()
    scheduler.complete(submit, 12.0)
    assert len(scheduler.pop_due(12.0)) == 8


def test_running_tasks_stay_below_the_provider_limit() -> None:
    scheduler = make_scheduler()
    for number in range(98):
        scheduler.upsert(generating_task(number), 0.0, NOW)
    for _ in range(5):
        scheduler.upsert(make_task(), 0.0, NOW)
    assert [job.kind for job in scheduler.pop_due(0.5)] == [JobKind.SUBMIT, JobKind.SUBMIT]


def test_repeated_downloads_leave_slots_and_keep_the_rate_limit() -> None:
    scheduler = make_scheduler()
    for number in range(20):
        scheduler.upsert(storing_task(number, attempts=1), 0.0, NOW)
    jobs = scheduler.pop_due(0.0)
    assert len(jobs) == 3
    assert all(job.poll_first for job in jobs)
    scheduler.upsert(storing_task(99), 0.0, NOW)
    assert [job.poll_first for job in scheduler.pop_due(0.0)] == [False]


def test_worker_sleeps_until_a_job_is_due() -> None:
    scheduler = make_scheduler()
    assert scheduler.seconds_until_next(0.0) == 60.0
    scheduler.upsert(make_task(retry_at=NOW + 7), 0.0, NOW)
    assert scheduler.seconds_until_next(0.0) == 7.0
    for number in range(30):
        scheduler.upsert(generating_task(number), 0.0, NOW)
    scheduler.pop_due(100.0)
    assert not scheduler.pop_due(100.0)
    assert scheduler.seconds_until_next(100.0) > 0.5


def test_pause_factor_shortens_the_pauses_before_queries_and_tries() -> None:
    scheduler = make_scheduler(pause_factor=0.5)
    scheduler.upsert(make_task(retry_at=NOW + 8), 0.0, NOW)
    assert scheduler.seconds_until_next(0.0) == 4.0
    scheduler.upsert(generating_task(), 0.0, NOW)
    assert scheduler.seconds_until_next(0.0) == 0.5


def test_queue_is_in_submit_order_without_tasks_being_sent() -> None:
    scheduler = make_scheduler()
    tasks = [make_task(created_at=NOW + n) for n in range(12)]
    for task in reversed(tasks):
        scheduler.upsert(task, 0.0, NOW)
    assert scheduler.queue() == tasks
    scheduler.pop_due(0.0)
    assert scheduler.queue() == tasks[8:]


def test_task_that_is_watched_again_is_looked_at_after_a_minute() -> None:
    scheduler = make_scheduler()
    accepted_days_ago = replace(
        generating_task(accepted_at=NOW - 864_000), state=TaskState.STILL_RUNNING
    )
    scheduler.upsert(accepted_days_ago, 0.0, NOW)
    assert scheduler.seconds_until_next(0.0) == 60.0
    assert scheduler.pop_due(59.9) == []
    assert [job.kind for job in scheduler.pop_due(60.0)] == [JobKind.POLL]


def test_results_of_a_host_that_answers_again_are_fetched_at_once() -> None:
    scheduler = make_scheduler()
    waiting = storing_task(1, retry_at=NOW + 900)
    other = replace(storing_task(2, retry_at=NOW + 900), result_url="https://other.example/2.png")
    for task in (waiting, other):
        scheduler.upsert(task, 0.0, NOW)
    assert scheduler.pop_due(5.0) == []
    scheduler.release_downloads(waiting.result_host, 5.0)
    assert [job.task_id for job in scheduler.pop_due(5.0)] == [waiting.id]


def test_held_queue_submits_nothing_and_wakes_nobody() -> None:
    scheduler = make_scheduler()
    scheduler.upsert(make_task(), 0.0, NOW)
    scheduler.is_held = True
    assert scheduler.pop_due(0.0) == []
    assert scheduler.seconds_until_next(0.0) == 60.0
    scheduler.is_held = False
    assert [job.kind for job in scheduler.pop_due(0.0)] == [JobKind.SUBMIT]


def test_who_is_put_first_goes_before_all_until_that_moment() -> None:
    scheduler = make_scheduler()
    for user_id, created_at in (
        ("ben", NOW),
        ("anna", NOW + 1),
        ("anna", NOW + 2),
        ("anna", NOW + 9),
    ):
        scheduler.upsert(make_task(user_id=user_id, created_at=created_at), 0.0, NOW)
    scheduler.put_first({"anna": NOW + 2})
    assert [(task.user_id, task.created_at - NOW) for task in scheduler.queue()] == [
        ("anna", 1),
        ("anna", 2),
        ("ben", 0),
        ("anna", 9),
    ]
