"""The agenda under a simulated clock: hundreds of tasks, a strict service, and no thread."""

from __future__ import annotations

import heapq
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from components.kie import Model, Progress, RateLimited
from components.studio.tasks.models import State, Task, Trouble
from components.studio.tasks.transitions import Accepted, Stored, advance, claimed, sent
from components.studio.worker.account import Account
from components.studio.worker.rate_limiter import Typical
from components.studio.worker.scheduler import (
    Agenda,
    Job,
    Step,
)
from tests.support.factories import NOW, RESULT_URL, make_status, make_task

MOST_SECONDS = 3600.0


def an_agenda(account: Account | None = None, typical: list[float] | None = None) -> Agenda:
    kinds = {(model, editing): Typical(typical) for model in Model for editing in (False, True)}
    return Agenda(account or Account.with_limits(creates_per_10s=20, queries_per_second=10), kinds)


def watched(number: int = 0, **fields: object) -> Task:
    values = {"service_id": f"{number:032x}", "accepted_at": NOW, "watched_since": NOW}
    return make_task(f"hill {number}", state=State.GENERATING, **{**values, **fields})


def storing(number: int = 0, **fields: object) -> Task:
    return replace(watched(number, **fields), state=State.STORING, result_url=RESULT_URL)


@dataclass
class Window:
    """A strict sliding window, as contract.md §4 describes the service's."""

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
        self.account = Account.with_limits(creates_per_10s=20, queries_per_second=10)
        self.agenda = an_agenda(self.account)
        self.tasks = {task.id: task for task in tasks}
        self.rejected = 0
        self.creates = 0
        self.queries: Counter[str] = Counter()
        self.done_at: dict[str, float] = {}
        self.now = 0.0
        self._dice = random.Random(seed)  # noqa: S311 - no secret hangs on it
        self._windows = {Step.SEND: Window(20, 10.0), Step.ASK: Window(10, 1.0)}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._ready_at: dict[str, float] = {}
        for task in tasks:
            self.agenda.put(task, 0.0, NOW)

    def run(self) -> None:
        """Until every task has ended."""
        while len(self.agenda) or self._events:
            assert self.now < MOST_SECONDS, "the tasks do not end"
            for job in self.agenda.take(self.now):
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

    def _answer(self, job: Job, task: Task) -> Accepted | Stored | RateLimited | object:
        if job.step is Step.FETCH:
            return Stored(task.id)
        if not self._windows[job.step].admits(self.now):
            self.rejected += 1
            return RateLimited()
        if job.step is Step.SEND:
            self.creates += 1
            self._ready_at[task.id] = self.now + self._dice.uniform(20, 40)
            return Accepted(task.id)
        self.queries[task.id] += 1
        if self.now < self._ready_at[task.id]:
            return make_status(task_id=task.id)
        return make_status(Progress.SUCCEEDED, task_id=task.id, result_url=RESULT_URL)

    def _settle(self, job: Job, report: object) -> None:
        wall = NOW + self.now
        task = self.tasks[job.task_id]
        if job.step is Step.SEND:
            task = sent(claimed(task), wall)
            self.account.heed_create(report, self.now)  # type: ignore[arg-type] # see _answer
        after = advance(task, report, wall)  # type: ignore[arg-type] # see _answer
        self.tasks[task.id] = after
        self.agenda.put(after, self.now, wall)
        if after.state is State.DONE:
            self.agenda.learn(after)
            self.done_at[task.id] = self.now - self._ready_at[task.id]
        self.agenda.finished(job, self.now)


def test_two_hundred_tasks_are_followed_without_one_rejection_of_our_own_doing() -> None:
    world = World([make_task(f"hill {n}", created_at=NOW + n / 1000) for n in range(200)])
    world.run()
    assert world.rejected == 0
    assert world.creates == 200
    assert all(task.state is State.DONE for task in world.tasks.values())
    seen_late = sorted(world.done_at.values())
    assert seen_late[100] < 15.0
    assert sum(world.queries.values()) < 200 * 20


def test_designers_take_turns_however_many_tasks_one_has() -> None:
    many = [make_task(designer="a", created_at=NOW + n) for n in range(50)]
    late = make_task(designer="b", created_at=NOW + 1000)
    agenda = an_agenda()
    for task in [*many, late]:
        agenda.put(task, 0.0, NOW)
    assert late in agenda.queue()[:2]
    jobs = agenda.take(0.0)
    assert late.id in {job.task_id for job in jobs}
    next_up = make_task(designer="b", created_at=NOW + 2000)
    agenda.put(next_up, 0.0, NOW)
    assert agenda.queue()[0] == next_up  # a was served after b was


def test_a_designer_with_one_picture_does_not_wait_behind_two_hundred() -> None:
    agenda = an_agenda()
    for number in range(200):
        agenda.put(watched(number, designer="a"), 0.0, NOW)
    alone = watched(999, designer="b")
    agenda.put(alone, 5.0, NOW + 5)
    first = agenda.take(300.0)
    assert alone.id in {job.task_id for job in first[:2]}


def test_no_task_has_two_jobs_at_a_time() -> None:
    agenda, task = an_agenda(), watched()
    agenda.put(task, 0.0, NOW)
    [job] = agenda.take(500.0)
    agenda.put(task, 500.0, NOW)  # somebody looks again meanwhile
    assert agenda.take(900.0) == []
    agenda.finished(job, 900.0)
    assert agenda.take(901.0) == [job]


def test_a_task_of_which_nothing_more_is_heard_is_looked_at_again() -> None:
    agenda = an_agenda()
    agenda.put(watched(), 0.0, NOW)
    [job] = agenda.take(500.0)
    agenda.finished(job, 500.0)
    assert agenda.take(501.0) == []
    assert agenda.take(531.0) == [job]


def test_a_callback_hastens_the_look_even_while_one_is_under_way() -> None:
    agenda, task = an_agenda(typical=[100.0]), watched()
    agenda.put(task, 0.0, NOW)
    assert agenda.take(1.0) == []
    agenda.hasten(task.id)
    [job] = agenda.take(1.0)
    agenda.hasten(task.id)
    agenda.put(task, 2.0, NOW + 2)
    agenda.finished(job, 2.0)
    assert agenda.take(2.1) == [job]


def test_a_hint_does_not_send_a_task_before_its_pause_is_over() -> None:
    agenda, task = an_agenda(), make_task(not_before=NOW + 50)
    agenda.put(task, 0.0, NOW)
    agenda.hasten(task.id)
    assert agenda.take(49.0) == []
    assert len(agenda.take(50.0)) == 1


def test_a_closed_gate_stops_sending_and_nothing_else() -> None:
    account = Account.with_limits(creates_per_10s=20, queries_per_second=10)
    agenda = an_agenda(account)
    tasks = [make_task(created_at=NOW + n) for n in range(10)]
    for task in [*tasks, watched(), storing(1)]:
        agenda.put(task, 0.0, NOW)
    account.gate.close(Trouble.CREDIT, 0.0)
    assert {job.step for job in agenda.take(5.0)} == {Step.ASK, Step.FETCH}
    assert agenda.take(10.0) == [Job(Step.PROBE)]
    account.gate.open_on_trial()
    agenda.released(11.0)
    [trial] = agenda.take(11.0)
    assert agenda.take(12.0) == []
    account.gate.proved()
    agenda.finished(trial, 12.0)
    assert len(agenda.take(12.0)) == 8


def test_the_service_never_runs_more_tasks_than_it_takes() -> None:
    agenda = an_agenda()
    for number in range(98):
        agenda.put(watched(number), 0.0, NOW)
    for _ in range(5):
        agenda.put(make_task(), 0.0, NOW)
    assert [job.step for job in agenda.take(0.5)] == [Step.SEND, Step.SEND]


def test_bad_links_leave_room_for_good_ones_and_ask_within_the_pace() -> None:
    agenda = an_agenda()
    for number in range(20):
        agenda.put(storing(number, tries=1), 0.0, NOW)
    jobs = agenda.take(0.0)
    assert len(jobs) == 3
    assert all(job.asks_first for job in jobs)
    agenda.put(storing(99), 0.0, NOW)
    assert [job.asks_first for job in agenda.take(0.0)] == [False]


def test_the_engine_sleeps_until_something_is_due_and_never_spins() -> None:
    agenda = an_agenda()
    assert agenda.seconds_until_next(0.0) == 60.0
    agenda.put(make_task(not_before=NOW + 7), 0.0, NOW)
    assert agenda.seconds_until_next(0.0) == 7.0
    for number in range(30):
        agenda.put(watched(number), 0.0, NOW)
    agenda.take(100.0)
    assert not agenda.take(100.0)
    assert agenda.seconds_until_next(100.0) > 0.5


def test_a_queue_is_ordered_for_the_eye_and_leaves_out_what_is_being_sent() -> None:
    agenda = an_agenda()
    tasks = [make_task(created_at=NOW + n) for n in range(12)]
    for task in reversed(tasks):
        agenda.put(task, 0.0, NOW)
    assert agenda.queue() == tasks
    agenda.take(0.0)
    assert agenda.queue() == tasks[8:]
