"""Budgets: nothing goes over them, and what is counted follows what became of each task."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.studio.credits import spending_for_user
from components.studio.db.budgets import (
    EVERYBODY,
    KEY,
    BudgetLeft,
    Budgets,
    OverBudget,
    Period,
    obstacle,
    person_of,
    to_hundredths,
)
from components.studio.db.database import Database
from components.studio.db.tables import charges
from components.studio.db.tasks import TaskRepository
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from components.studio.tasks.transitions import requeue
from tests.support.factories import NOW, make_task

pytestmark = pytest.mark.usefixtures("real_migrations")

ANNA, BEN = "a" * 32, "b" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TaskRepository]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'studio.db'}"
    else:
        url = str(request.getfixturevalue("empty_postgresql"))
    # Many threads wait for one another here.
    with closing(TaskRepository(Database(url, busy_timeout_seconds=60))) as opened:
        yield opened


def limit(repository: TaskRepository, **caps: int) -> Budgets:
    repository.database.default_budgets = {
        tuple(name.split("_")): cap * 100  # type: ignore[misc]  # two words each
        for name, cap in caps.items()
    }
    return Budgets(repository.database)


def task_of(user_id: str, **fields: object) -> Task:
    return make_task(user_id=user_id, **fields)


def change(repository: TaskRepository, task: Task, rule: Callable[[Task], Task]) -> None:
    assert repository.update_task(task.id, rule) is not None


def end(repository: TaskRepository, task: Task, state: TaskState, **fields: object) -> None:
    change(repository, task, lambda task: replace(task, state=state, **fields))  # type: ignore[arg-type]  # its fields


def left(budgets: Budgets, user_id: str = ANNA) -> list[Decimal]:
    return [budget.left for budget in budgets.left(user_id, NOW)]


def test_threads_at_a_budget_reach_it_exactly(repository: TaskRepository) -> None:
    budgets = limit(repository, everybody_month=30, key_month=1000)
    barrier = threading.Barrier(10)

    def press(_: int) -> int:
        barrier.wait()
        made = 0
        for _ in range(3):
            try:
                repository.add_tasks([task_of(ANNA)])
                made += 1
            except OverBudget:
                continue
        return made

    with ThreadPoolExecutor(10) as pool:
        made = sum(pool.map(press, range(10)))

    assert made == 6  # of 5 credits each
    assert len(repository.unfinished()) == 6
    assert left(budgets) == [0, 970]


def test_press_of_four_is_made_whole_or_not_at_all(repository: TaskRepository) -> None:
    budgets = limit(repository, everybody_month=12)
    with pytest.raises(OverBudget) as raised:
        repository.add_tasks([task_of(ANNA) for _ in range(4)])

    assert raised.value.budget.cap == 12
    assert raised.value.budget.period is Period.MONTH
    assert repository.unfinished() == []
    assert left(budgets) == [12]
    repository.add_tasks([task_of(ANNA) for _ in range(2)])
    assert left(budgets) == [2]
    assert left(budgets, BEN) == [12]


def test_budget_of_the_key_is_of_all_together(repository: TaskRepository) -> None:
    budgets = limit(repository, key_day=10)
    repository.add_tasks([task_of(ANNA)])
    repository.add_tasks([task_of(BEN)])
    with pytest.raises(OverBudget) as raised:
        repository.add_tasks([task_of(BEN)])
    assert raised.value.budget.subject == KEY
    assert left(budgets, BEN) == [0]


@pytest.mark.parametrize(
    ("state", "fields", "is_taken"),
    [
        (TaskState.DONE, {"provider_id": "p", "sent_at": NOW}, True),
        (TaskState.UNCONFIRMED, {"sent_at": NOW}, True),
        (TaskState.REFUSED, {"provider_id": "p", "sent_at": NOW}, True),
        (TaskState.FAILED, {"provider_id": "p", "sent_at": NOW}, True),
        (TaskState.FAILED, {"failure": Failure(FailureReason.WITHDRAWN)}, False),
        (TaskState.FAILED, {"failure": Failure(FailureReason.CREDITS), "sent_at": NOW}, False),
        (TaskState.FAILED, {"failure": Failure(FailureReason.NO_RESPONSE), "sent_at": NOW}, True),
    ],
)
def test_what_was_certainly_not_charged_is_given_back(
    repository: TaskRepository, state: TaskState, fields: dict[str, object], is_taken: bool
) -> None:
    budgets, task = limit(repository, everybody_month=20), task_of(ANNA)
    repository.add_tasks([task])
    end(repository, task, state, **fields)
    assert left(budgets) == [15 if is_taken else 20]
    end(repository, task, state, **fields, attempts=1)  # a second change counts nothing again
    assert left(budgets) == [15 if is_taken else 20]


def test_task_that_is_sent_again_needs_its_credits_again(repository: TaskRepository) -> None:
    budgets, task = limit(repository, everybody_month=5), task_of(ANNA)
    repository.add_tasks([task])
    end(repository, task, TaskState.FAILED, failure=Failure(FailureReason.WITHDRAWN))
    repository.add_tasks([task_of(ANNA)])

    with pytest.raises(OverBudget):
        change(repository, task, requeue)

    stored = repository.task(task.id)
    assert stored is not None
    assert stored.state is TaskState.FAILED
    budgets.set_cap(EVERYBODY, Period.MONTH, Decimal(10))
    change(repository, task, requeue)
    assert left(budgets) == [0]


def test_replacement_of_a_failed_task_is_reserved(repository: TaskRepository) -> None:
    limit(repository, everybody_month=5)
    task = task_of(ANNA)
    repository.add_tasks([task])
    end(repository, task, TaskState.FAILED, provider_id="p", sent_at=NOW)
    with pytest.raises(OverBudget):
        repository.replace_failed_task(task.id, task_of(ANNA))
    assert [entry.task.id for entry in repository.recent_tasks(ANNA, limit=5)] == [task.id]


def test_own_budget_wins_over_that_of_everybody(repository: TaskRepository) -> None:
    budgets = limit(repository, everybody_month=5)
    budgets.set_cap(f"person:{ANNA}", Period.MONTH, Decimal("12.5"))
    assert left(budgets) == [Decimal("12.5")]
    budgets.set_cap(f"person:{ANNA}", Period.MONTH, None)
    assert left(budgets) == [5]


def test_budget_below_what_is_taken_leaves_nothing(repository: TaskRepository) -> None:
    budgets = limit(repository, everybody_month=20)
    repository.add_tasks([task_of(ANNA), task_of(ANNA)])
    budgets.set_cap(EVERYBODY, Period.MONTH, Decimal(3))
    assert left(budgets) == [0]


def test_new_month_is_a_new_budget_and_old_tasks_count_in_theirs(
    repository: TaskRepository,
) -> None:
    budgets = limit(repository, everybody_month=5)
    old = task_of(ANNA, created_at=NOW - 40 * 24 * 3600)
    repository.add_tasks([old])
    repository.add_tasks([task_of(ANNA)])
    end(repository, old, TaskState.FAILED, failure=Failure(FailureReason.WITHDRAWN))
    assert left(budgets) == [0]


def test_unknown_outcome_stays_reserved_until_somebody_decides(repository: TaskRepository) -> None:
    budgets = limit(repository, everybody_month=20)
    charged, free = task_of(ANNA), task_of(ANNA)
    repository.add_tasks([charged, free])
    for task in (charged, free):
        end(repository, task, TaskState.UNCONFIRMED, sent_at=NOW)
    assert {task.id for task, _ in budgets.unknown(ANNA)} == {charged.id, free.id}
    assert budgets.unknown(BEN) == []

    assert budgets.decide(charged.id, was_charged=True)
    assert budgets.decide(free.id, was_charged=False)
    assert not budgets.decide(free.id, was_charged=True)

    assert budgets.unknown() == []
    assert left(budgets) == [15]


def test_spending_is_told_by_person_day_and_model(repository: TaskRepository) -> None:
    budgets = limit(repository)
    done, running = task_of(ANNA), task_of(ANNA, price=Decimal("7.255"))
    repository.add_tasks([done, running, task_of(BEN)])
    end(repository, done, TaskState.DONE, provider_id="p", sent_at=NOW, finished_at=NOW)

    day = Period.DAY.key_at(NOW)
    rows = {row.user_id: row for row in budgets.spending(day, day)}

    assert (rows[ANNA].spent, rows[ANNA].reserved, rows[ANNA].images) == (5, Decimal("7.26"), 1)
    assert (rows[BEN].spent, rows[BEN].reserved, rows[BEN].images) == (0, 5, 0)
    assert budgets.spending("2000-01-01", "2000-01-02") == []


def test_amounts_are_rounded_up_to_hundredths() -> None:
    assert to_hundredths(Decimal("0.001")) == 1
    assert to_hundredths(Decimal(5)) == 500


def test_press_of_several_says_what_all_of_it_needs_and_what_was_left_before(
    repository: TaskRepository,
) -> None:
    limit(repository, everybody_month=12, key_day=100)

    with pytest.raises(OverBudget) as raised:
        repository.add_tasks([task_of(ANNA) for _ in range(4)])

    assert (raised.value.price, raised.value.budget.left) == (20, 12)


def test_two_tabs_at_the_last_credits_make_exactly_one(repository: TaskRepository) -> None:
    limit(repository, everybody_month=5)
    barrier = threading.Barrier(2)

    def press(tab: str) -> str:
        barrier.wait()
        try:
            repository.add_tasks([make_task(tab, user_id=ANNA)], unless_since=NOW - 1)
        except OverBudget as refused:
            return f"{refused.price} of {refused.budget.left}"
        return "made"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(press, ("one", "other")))

    assert outcomes == ["5 of 0", "made"]
    assert len(repository.unfinished()) == 1


def test_budget_that_is_changed_or_freed_is_told(repository: TaskRepository) -> None:
    limit(repository, everybody_month=20)
    told: list[str] = []
    budgets = Budgets(repository.database, on_change=told.append)
    task = task_of(ANNA)
    repository.add_tasks([task])
    end(repository, task, TaskState.UNCONFIRMED, sent_at=NOW)

    budgets.set_cap(EVERYBODY, Period.DAY, Decimal(9))
    budgets.set_cap(EVERYBODY, Period.DAY, None)
    budgets.decide(task.id, was_charged=False)
    budgets.decide(task.id, was_charged=False)

    assert told == [EVERYBODY, EVERYBODY, f"person:{ANNA}"]
    assert person_of(told[-1]) == ANNA
    assert person_of(KEY) is None


def test_decided_task_that_is_sent_again_follows_its_state_again(
    repository: TaskRepository,
) -> None:
    budgets, task = limit(repository, everybody_month=20), task_of(ANNA)
    repository.add_tasks([task])
    end(repository, task, TaskState.UNCONFIRMED, sent_at=NOW)
    budgets.decide(task.id, was_charged=False)
    assert left(budgets) == [20]

    change(repository, task, requeue)
    assert left(budgets) == [15]
    end(repository, task, TaskState.FAILED, failure=Failure(FailureReason.WITHDRAWN), sent_at=None)
    assert left(budgets) == [20]


def test_picture_that_comes_after_all_is_spent_whatever_was_decided(
    repository: TaskRepository,
) -> None:
    budgets, task = limit(repository, everybody_month=20), task_of(ANNA)
    repository.add_tasks([task])
    end(repository, task, TaskState.UNCONFIRMED, sent_at=NOW)
    budgets.decide(task.id, was_charged=False)

    end(repository, task, TaskState.DONE, provider_id="p")

    assert left(budgets) == [15]


@pytest.mark.parametrize(
    ("was_charged", "spent"), [(True, Decimal(5)), (False, Decimal(0))], ids=["charged", "not"]
)
def test_decided_task_is_no_longer_unknown_to_its_person(
    repository: TaskRepository, was_charged: bool, spent: Decimal
) -> None:
    budgets, task = limit(repository), task_of(ANNA)
    repository.add_tasks([task])
    assert budgets.under_way(ANNA) == 5
    end(repository, task, TaskState.UNCONFIRMED, sent_at=NOW)
    assert budgets.under_way(ANNA) == 0
    assert spending_for_user(repository.database, ANNA).unconfirmed_tasks == 1

    budgets.decide(task.id, was_charged=was_charged)

    after = spending_for_user(repository.database, ANNA)
    assert (after.credits, after.unconfirmed_credits, after.images) == (spent, 0, 0)


def test_price_that_changes_before_the_end_is_given_back_as_it_was_reserved(
    repository: TaskRepository,
) -> None:
    budgets, task = limit(repository, everybody_month=20), task_of(ANNA, price=Decimal("4.5"))
    repository.add_tasks([task])
    withdrawn = Failure(FailureReason.WITHDRAWN)
    end(repository, task, TaskState.FAILED, failure=withdrawn, price=Decimal(9))
    assert left(budgets) == [20]


@pytest.mark.parametrize(
    ("period", "at", "ends"),
    [
        (Period.DAY, "2026-11-30T23:59:59", "2026-12-01"),
        (Period.MONTH, "2026-12-31T12:00:00", "2027-01-01"),
        (Period.MONTH, "2028-02-01T00:00:00", "2028-03-01"),
    ],
)
def test_period_ends_at_midnight_of_utc(period: Period, at: str, ends: str) -> None:
    moment = datetime.fromisoformat(f"{at}+00:00").timestamp()
    assert period.ends_at(moment) == datetime.fromisoformat(f"{ends}T00:00+00:00").timestamp()


def test_budget_that_lasts_longest_is_named_where_several_are_too_small() -> None:
    day = BudgetLeft(KEY, Period.DAY, Decimal(10), Decimal(10))
    month = BudgetLeft(KEY, Period.MONTH, Decimal(100), Decimal(96))

    assert obstacle([day, month], Decimal(5), NOW) == month
    assert obstacle([day, month], Decimal(4), NOW) == day
    assert obstacle([month], Decimal(4), NOW) is None


def test_task_of_before_budgets_goes_on_although_nothing_is_left(
    repository: TaskRepository,
) -> None:
    old = task_of(ANNA)
    repository.add_tasks([old])
    with repository.database.write_transaction() as connection:
        connection.execute(sa.delete(charges))
    limit(repository, everybody_month=1)

    end(repository, old, TaskState.SUBMITTING)
    end(repository, old, TaskState.QUEUED)  # it is sent again by itself

    assert [task.state for task in repository.unfinished()] == [TaskState.QUEUED]


def test_users_in_turn_are_those_who_were_sent_for_the_latest_last(
    repository: TaskRepository,
) -> None:
    sent = [(ANNA, NOW), (BEN, NOW + 1), (ANNA, NOW + 2), ("c" * 32, NOW - 9), ("e" * 32, None)]
    repository.add_tasks([task_of(user_id, sent_at=at) for user_id, at in sent])

    assert repository.users_in_turn(NOW) == [BEN, ANNA]
