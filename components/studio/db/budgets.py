"""What each task costs, and how much may be spent: per person and for the whole key, by period.

A charge is written in the transaction that inserts its task, and follows the task's state. Sums
are counted in the same transactions, so that no number of presses at once goes over a budget.
Amounts are whole hundredths of a credit; days and months are those of UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from typing import Final, TypeAlias

import sqlalchemy as sa

from components.studio.db.database import Database
from components.studio.db.tables import (
    budgets,
    charges,
    insert_or,
    people,
    stored_word,
    sums,
    task_from_row,
    tasks,
)
from components.studio.tasks.models import NOT_CHARGED, FailureReason, Task, TaskState

EVERYBODY: Final = "everybody"
"""The subject of a budget that each person has who has none of their own."""
KEY: Final = "key"
"""The subject of the budget of all people together."""
HUNDREDTHS: Final = 100
_PERSON: Final = "person:"
WARN_FROM: Final = Decimal("0.8")
"""Of a budget: who has taken so much is warned."""


_ENDED: Final = (
    TaskState.FAILED.value,
    TaskState.REFUSED.value,
    TaskState.UNCONFIRMED.value,
)
"""States in which nothing is under way, and no picture was made as far as is known."""

Defaults: TypeAlias = Mapping[tuple[str, str], int]
"""Budgets that hold where the database has none: hundredths by subject and period."""


class Period(StrEnum):
    """How long a budget lasts. The values are stored: add, never rename."""

    DAY = "day"
    MONTH = "month"

    def key_at(self, at: float) -> str:
        """The period at a moment in epoch seconds, such as "2026-11-30" or "2026-11"."""
        moment = datetime.fromtimestamp(at, UTC)
        return moment.strftime("%Y-%m-%d" if self is Period.DAY else "%Y-%m")

    def ends_at(self, at: float) -> float:
        """When the period of a moment ends and the budget is new again; both in epoch seconds."""
        day = datetime.fromtimestamp(at, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self is Period.DAY:
            return (day + timedelta(days=1)).timestamp()
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1).timestamp()


class ChargeState(StrEnum):
    """What became of the credits of a task. The values are stored."""

    RESERVED = "reserved"
    """It may be charged: it is under way, or nobody knows how it ended."""
    SPENT = "spent"
    REFUNDED = "refunded"
    """It was certainly not charged."""


@dataclass(frozen=True)
class BudgetLeft:
    """What is left of the budget that ends first. In credits."""

    subject: str
    """`KEY` where it is everybody's together; else it is this person's own."""
    period: Period
    cap: Decimal
    taken: Decimal

    @property
    def left(self) -> Decimal:
        """At least 0: a budget may have been lowered below what is taken."""
        return max(Decimal(0), self.cap - self.taken)

    @property
    def is_nearly_spent(self) -> bool:
        """Whether it is time for a warning."""
        return self.taken >= self.cap * WARN_FROM


def obstacle(left: Iterable[BudgetLeft], price: Decimal, now: float) -> BudgetLeft | None:
    """The budget that a press of this price does not fit into, or None; of several the last to end.

    `now` is in epoch seconds.
    """
    too_small = [budget for budget in left if budget.left < price]
    return max(too_small, key=lambda budget: budget.period.ends_at(now), default=None)


class OverBudget(Exception):
    """A press costs more than is left. Nothing was inserted."""

    def __init__(self, budget: BudgetLeft, price: Decimal) -> None:
        super().__init__(f"{price} of {budget.left} credits left")
        self.budget = budget
        self.price = price


@dataclass(frozen=True, kw_only=True)
class SpendingRow:
    """What a person has spent with a model on a day, in credits."""

    user_id: str
    day: str
    model: str
    spent: Decimal
    reserved: Decimal
    images: int


def charge_state(task: Task) -> ChargeState:
    """What a task's state says about its credits.

    Whether failures are charged is not documented (docs/kie-api.md, Codes): they stay reserved.
    """
    if task.state is TaskState.DONE:
        return ChargeState.SPENT
    if task.state is TaskState.FAILED and task.provider_id is None:
        was_sent = task.sent_at is not None
        reason = None if task.failure is None else task.failure.reason
        may_be_charged = was_sent and reason not in NOT_CHARGED
        return ChargeState.RESERVED if may_be_charged else ChargeState.REFUNDED
    return ChargeState.RESERVED


def reserve_all(connection: sa.Connection, new: Sequence[Task], defaults: Defaults) -> None:
    """Reserve the credits of a press. Raises OverBudget, with the price of the whole press."""
    reserved = Decimal(0)
    for task in new:
        try:
            reserve(connection, task, defaults)
        except OverBudget as error:
            before = replace(error.budget, taken=error.budget.taken - reserved)
            raise OverBudget(before, sum((task.price for task in new), Decimal(0))) from None
        reserved += _credits(to_hundredths(task.price))


def reserve(connection: sa.Connection, new: Task, defaults: Defaults) -> None:
    """Reserve the credits of a task that is inserted or sent again. Raises OverBudget.

    A task whose credits are reserved already changes nothing.
    """
    amount = to_hundredths(new.price)
    periods = {period: period.key_at(new.created_at) for period in Period}
    charge = {
        "task_id": new.id,
        "user_id": new.user_id,
        "model": str(new.request.model),
        "amount": amount,
        **{period.value: key for period, key in periods.items()},
        "state": ChargeState.RESERVED.value,
    }
    inserted = connection.execute(
        insert_or(connection, charges)
        .values(charge)
        .on_conflict_do_nothing(index_elements=[charges.c.task_id])
        .returning(charges.c.task_id)
    ).first()
    if inserted is None:
        again = connection.execute(
            sa.update(charges)
            .where(charges.c.task_id == new.id, charges.c.state == ChargeState.REFUNDED.value)
            .values(state=ChargeState.RESERVED.value, decided=False)
            .returning(charges.c.day, charges.c.month)
        ).one_or_none()
        if again is None:
            return
        periods = {Period.DAY: again.day, Period.MONTH: again.month}
    caps = _caps(connection, new.user_id, defaults)
    # In one order everywhere: two transactions that wait for each other would never end.
    for subject in sorted((_person(new.user_id), KEY)):
        for period in Period:
            cap = caps.get((subject, period))
            taken = _add(connection, subject, periods[period], amount, cap)
            if taken is not None and cap is not None:
                budget = BudgetLeft(subject, period, _credits(cap), _credits(taken))
                raise OverBudget(budget, new.price)


def follow(connection: sa.Connection, after: Task) -> None:
    """Let the charge of a task follow its state; a task without a charge is left alone."""
    state = charge_state(after).value
    old = sa.select(charges).where(charges.c.task_id == after.id).with_for_update()
    row = connection.execute(old).one_or_none()
    if row is None or row.state == state or (row.decided and after.state is not TaskState.DONE):
        return  # a picture that comes after all says more than what somebody has decided
    connection.execute(sa.update(charges).where(charges.c.task_id == after.id).values(state=state))
    was_taken, is_taken = (word != ChargeState.REFUNDED.value for word in (row.state, state))
    if was_taken != is_taken:
        amount = row.amount if is_taken else -row.amount
        for subject in sorted((_person(row.user_id), KEY)):
            for key in (row.day, row.month):
                _add(connection, subject, key, amount, None)


class Budgets:
    """Reads sums, and lets an admin set budgets and decide. Every method raises DatabaseError."""

    def __init__(
        self, database: Database, *, on_change: Callable[[str], object] = lambda _subject: None
    ) -> None:
        """`on_change` is told the subject whose budget an admin has changed or freed."""
        self.database = database
        self._on_change = on_change

    def left(self, user_id: str, now: float) -> list[BudgetLeft]:
        """The budgets that a press of this person counts against, the scarcest first."""
        with self.database.read_transaction() as connection:
            caps = _caps(connection, user_id, self.database.default_budgets)
            found = [
                BudgetLeft(subject, period, _credits(cap), _credits(taken))
                for (subject, period), cap in caps.items()
                for taken in [_taken(connection, subject, period.key_at(now))]
            ]
        return sorted(found, key=lambda budget: budget.left)

    def caps(self) -> dict[tuple[str, Period], Decimal]:
        """All budgets in credits, by subject and period."""
        with self.database.read_transaction() as connection:
            rows = connection.execute(sa.select(budgets))
            stored = {(row.subject, row.period): row.cap for row in rows}
        known = {**self.database.default_budgets, **stored}
        return {(subject, Period(word)): _credits(cap) for (subject, word), cap in known.items()}

    def set_cap(self, subject: str, period: Period, cap: Decimal | None) -> None:
        """Set a budget in credits, or remove it: then a default holds, or none."""
        where = (budgets.c.subject == subject, budgets.c.period == period.value)
        with self.database.write_transaction() as connection:
            if cap is None:
                connection.execute(sa.delete(budgets).where(*where))
            else:
                amount = {"cap": to_hundredths(cap)}
                connection.execute(
                    insert_or(connection, budgets)
                    .values(subject=subject, period=period.value, **amount)
                    .on_conflict_do_update(index_elements=budgets.primary_key.columns, set_=amount)
                )
        self._on_change(subject)

    def under_way(self, user_id: str) -> Decimal:
        """Credits that are reserved for this person's tasks that have not ended."""
        query = (
            sa.select(sa.func.sum(charges.c.amount))
            .join(tasks, charges.c.task_id == tasks.c.id)
            .where(
                charges.c.user_id == user_id,
                charges.c.state == ChargeState.RESERVED.value,
                tasks.c.state.not_in(_ENDED),
            )
        )
        with self.database.read_transaction() as connection:
            return _credits(connection.execute(query).scalar_one() or 0)

    def unknown(self, user_id: str | None = None) -> list[tuple[Task, Decimal]]:
        """Tasks that ended without a picture and may be charged, oldest first, with the credits."""
        query = (
            sa.select(tasks, charges.c.amount)
            .join(charges, charges.c.task_id == tasks.c.id)
            .where(
                charges.c.state == ChargeState.RESERVED.value,
                charges.c.decided.is_(False),
                tasks.c.state.in_(_ENDED),
            )
            .order_by(tasks.c.created_at)
        )
        if user_id is not None:
            query = query.where(tasks.c.user_id == user_id)
        with self.database.read_transaction() as connection:
            return [(task_from_row(row), _credits(row.amount)) for row in connection.execute(query)]

    def decide(self, task_id: str, *, was_charged: bool) -> bool:
        """Say what became of the credits of an ended task; false if that is decided already."""
        state = ChargeState.SPENT if was_charged else ChargeState.REFUNDED
        with self.database.write_transaction() as connection:
            row = connection.execute(
                sa.update(charges)
                .where(
                    charges.c.task_id == task_id,
                    charges.c.state == ChargeState.RESERVED.value,
                    charges.c.decided.is_(False),
                )
                .values(state=state.value, decided=True)
                .returning(charges)
            ).one_or_none()
            if row is not None and not was_charged:
                for subject in sorted((_person(row.user_id), KEY)):
                    for key in (row.day, row.month):
                        _add(connection, subject, key, -row.amount, None)
        if row is not None:
            self._on_change(_person(row.user_id))
        return row is not None

    def spending(self, since_day: str, until_day: str) -> list[SpendingRow]:
        """What was spent from one day to another, both such as "2026-11-30" and included."""
        by_state = {
            state: sa.func.sum(sa.case((charges.c.state == state.value, charges.c.amount), else_=0))
            for state in (ChargeState.SPENT, ChargeState.RESERVED)
        }
        is_spent = charges.c.state == ChargeState.SPENT.value
        group = (charges.c.user_id, charges.c.day, charges.c.model)
        with self.database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(
                    *group,
                    by_state[ChargeState.SPENT].label("spent"),
                    by_state[ChargeState.RESERVED].label("reserved"),
                    sa.func.sum(sa.case((is_spent, 1), else_=0)).label("images"),
                )
                .where(charges.c.day.between(since_day, until_day))
                .group_by(*group)
                .order_by(*group)
            )
            return [
                SpendingRow(
                    user_id=row.user_id,
                    day=row.day,
                    model=row.model,
                    spent=_credits(row.spent),
                    reserved=_credits(row.reserved),
                    images=row.images,
                )
                for row in rows
            ]


def _person(user_id: str) -> str:
    return f"{_PERSON}{user_id}"


def person_of(subject: str) -> str | None:
    """The user id of a person's own budget; None for a budget of many."""
    return subject.removeprefix(_PERSON) if subject.startswith(_PERSON) else None


def _caps(
    connection: sa.Connection, user_id: str, defaults: Defaults
) -> dict[tuple[str, Period], int]:
    """The budgets that hold for a person: their own, else their role's, else everybody's."""
    role = connection.execute(
        sa.select(people.c.role).where(people.c.user_id == user_id)
    ).scalar_one_or_none()
    own = (_person(user_id), f"role:{role}", EVERYBODY)
    rows = connection.execute(sa.select(budgets).where(budgets.c.subject.in_([*own, KEY])))
    known = {**defaults, **{(row.subject, row.period): row.cap for row in rows}}
    found: dict[tuple[str, Period], int] = {}
    for period in Period:
        for subject in own:
            if (subject, period) in known:
                found[_person(user_id), period] = known[subject, period]
                break
        if (KEY, period) in known:
            found[KEY, period] = known[KEY, period]
    return found


def _add(
    connection: sa.Connection, subject: str, key: str, amount: int, cap: int | None
) -> int | None:
    """Add to a sum; what is taken already, with nothing added, where that would go over a cap."""
    connection.execute(
        insert_or(connection, sums)
        .values(subject=subject, period_key=key, taken=0)
        .on_conflict_do_nothing(index_elements=sums.primary_key.columns)
    )
    this = (sums.c.subject == subject, sums.c.period_key == key)
    change = sa.update(sums).where(*this).values(taken=sums.c.taken + amount)
    if cap is not None:
        change = change.where(sums.c.taken + amount <= cap)
    if connection.execute(change.returning(sums.c.taken)).first() is not None:
        return None
    return _taken(connection, subject, key)


def _taken(connection: sa.Connection, subject: str, key: str) -> int:
    found = connection.execute(
        sa.select(sums.c.taken).where(sums.c.subject == subject, sums.c.period_key == key)
    ).scalar_one_or_none()
    return found or 0


def to_hundredths(amount: Decimal) -> int:
    """Credits as they are stored; what is finer than a hundredth counts as a whole one."""
    return int((amount * HUNDREDTHS).to_integral_value(ROUND_UP))


def _credits(hundredths: int) -> Decimal:
    return Decimal(hundredths) / HUNDREDTHS


# --- What a user has spent ---

_MAX_REASON_CHARACTERS = 40


@dataclass(frozen=True)
class ChargeGroup:
    """Tasks with the same state, failure reason and price in credits."""

    state: TaskState
    failure_reason: FailureReason | None
    was_sent: bool
    price: Decimal
    count: int
    decision: ChargeState | None = None
    """What a person has decided about credits that may have been charged."""


def charge_groups(database: Database, user_id: str, *, since: float = 0.0) -> list[ChargeGroup]:
    """A user's tasks since a moment in epoch seconds, by what they cost. Raises DatabaseError."""
    # An imported task has no `sent_at`, yet somebody sent it.
    was_sent = tasks.c.sent_at.is_not(None) | tasks.c.provider_id.is_not(None)
    # A failure is stored as a JSON list that begins with its reason: only the reason groups.
    reason = sa.func.substr(tasks.c.failure, 1, _MAX_REASON_CHARACTERS)
    decision = sa.case((charges.c.decided, charges.c.state))
    group = (
        tasks.c.state,
        reason.label("reason"),
        was_sent.label("was_sent"),
        tasks.c.price,
        decision.label("decision"),
    )
    with database.read_transaction() as connection:
        rows = connection.execute(
            sa.select(*group, sa.func.count().label("group_size"))
            .select_from(tasks.outerjoin(charges, charges.c.task_id == tasks.c.id))
            .where(tasks.c.user_id == user_id, tasks.c.created_at >= since)
            .group_by(*group)
        )
        return [
            ChargeGroup(
                stored_word(TaskState, row.state),
                _reason_from_column(row.reason),
                bool(row.was_sent),
                Decimal(row.price),
                row.group_size,
                None if row.decision is None else ChargeState(row.decision),
            )
            for row in rows
        ]


def _reason_from_column(failure: str | None) -> FailureReason | None:
    """The reason at the start of a failure's JSON, such as `["policy", 400, "…"]`."""
    return None if failure is None else stored_word(FailureReason, failure.split('"')[1])
