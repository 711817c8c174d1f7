"""What admins read and write beside budgets and people: orders for everybody, sums, the audit log.

Orders are shared values, so that all replicas obey the same ones. What they say wins over the
settings; without an order the settings hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import StrEnum
from threading import Lock
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from components.studio.db.budgets import HUNDREDTHS, KEY, ChargeState, Period
from components.studio.db.database import Database, MessageKind
from components.studio.db.gallery import PURGING, old_pictures
from components.studio.db.kept_versions import KeepState, expired_raw_answers
from components.studio.db.prompts import CHOICES
from components.studio.db.tables import (
    audit,
    budgets,
    chain_runs,
    charges,
    claims,
    collection_items,
    collections,
    device_links,
    drafts,
    images,
    insert_or,
    keep_reports,
    people,
    pins,
    presses,
    selected_sources,
    shared_values,
    shares,
    sums,
    tasks,
)
from components.studio.tasks.models import IN_PROGRESS, UNFINISHED, TaskState

_Query: TypeAlias = "sa.Select[*tuple[Any, ...]]"
DAY_S: Final = 24 * 3600.0
MAX_FIRST: Final = 50
"""How many people stay in front of the queue; most have long been served."""

ERASED: Final = (
    *(tasks, keep_reports, chain_runs, collections, shares, drafts, pins, selected_sources),
    *(presses, device_links, claims),
)
"""Tables whose rows go when their owner is erased; images go with their files."""
KEPT: Final = (charges, audit)
"""Tables whose rows stay: they say what was spent and done, without names."""


class Order(StrEnum):
    """The names of the shared values that are orders of admins. They are stored."""

    QUEUE = "queue"
    NOTICE = "notice"
    RETENTION = "retention"


@dataclass(frozen=True)
class QueueOrders:
    """What an admin wants of the queue."""

    is_held: bool = False
    """Whether nothing is sent."""
    first: Mapping[str, float] = field(default_factory=dict)
    """Whose tasks go before all others: those made until a moment in epoch seconds, by user."""


@dataclass(frozen=True)
class Notice:
    """What an admin tells everybody. `id` tells it from the one before."""

    id: str
    text: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Retention:
    """After how many days things are deleted; None keeps them."""

    pictures: int | None = None
    raw_answers: int | None = None
    trash: int = 14
    drafts: int = 90


@dataclass(frozen=True)
class Forecast:
    """What a retention would delete now. Times in epoch seconds."""

    count: int
    size_bytes: int
    oldest_at: float | None


@dataclass(frozen=True)
class SpendingSum:
    """What was spent and is reserved, in credits, by a day and model or by a person."""

    name: str
    """The day, or the user id."""
    model: str
    spent: Decimal
    reserved: Decimal
    images: int


@dataclass(frozen=True)
class StoredBudget:
    """A budget in credits, and what is taken of it; None where each person has their own."""

    subject: str
    period: Period
    cap: Decimal
    taken: Decimal | None
    is_setting: bool
    """Whether it comes from the settings."""


@dataclass(frozen=True)
class UnknownOutcome:
    """A task that ended without a picture and may have been charged: no prompt."""

    task_id: str
    user_id: str
    model: str
    credits: Decimal
    at: float


@dataclass(frozen=True)
class DiskUse:
    """What the pictures of a user take, with originals and the trash."""

    user_id: str
    images: int
    size_bytes: int


@dataclass(frozen=True)
class AuditEntry:
    """What an admin has done. `details` hold ids and numbers, and no names."""

    id: int
    at: float
    user_id: str
    act: str
    details: Mapping[str, Any]


class Orders:
    """Reads and writes orders. Thread-safe; every method raises DatabaseError.

    They are read once and kept until `forget`: every page asks for them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._known: dict[str, Any] | None = None
        self._forgotten = 0

    def forget(self) -> None:
        """Read them again: another replica has changed them, or was not heard for a while."""
        with self._lock:
            self._known = None
            self._forgotten += 1

    def set(self, order: Order, value: object) -> None:
        """Store an order as JSON, or remove it with None, and tell the other replicas."""
        text = json.dumps(value)
        with self._database.write_transaction() as connection:
            if value is None:
                connection.execute(
                    sa.delete(shared_values).where(shared_values.c.name == order.value)
                )
            else:
                connection.execute(
                    insert_or(connection, shared_values)
                    .values(name=order.value, value=text)
                    .on_conflict_do_update(
                        index_elements=[shared_values.c.name], set_={"value": text}
                    )
                )
            self._database.announce(connection, MessageKind.ORDER, order.value)
        self.forget()

    @property
    def queue(self) -> QueueOrders:
        """What an admin wants of the queue."""
        return QueueOrders(**(self._read(Order.QUEUE) or {}))

    def change_queue(self, rule: Callable[[QueueOrders], QueueOrders]) -> None:
        """Change what is wanted of the queue; of many who go first, the latest stay.

        Two admins at once change it one after the other.
        """
        this = shared_values.c.name == Order.QUEUE.value
        with self._database.write_transaction() as connection:
            connection.execute(
                insert_or(connection, shared_values)
                .values(name=Order.QUEUE.value, value="{}")
                .on_conflict_do_nothing()
            )
            stored = sa.select(shared_values.c.value).where(this).with_for_update()
            wanted = rule(QueueOrders(**json.loads(connection.execute(stored).scalar_one())))
            latest = sorted(wanted.first.items(), key=lambda item: item[1])[-MAX_FIRST:]
            value = json.dumps({"is_held": wanted.is_held, "first": dict(latest)})
            connection.execute(sa.update(shared_values).where(this).values(value=value))
            self._database.announce(connection, MessageKind.ORDER, Order.QUEUE.value)
        self.forget()

    @property
    def notice(self) -> Notice | None:
        """What everybody is told."""
        found = self._read(Order.NOTICE)
        return None if found is None else Notice(**found)

    def set_notice(self, notice: Notice | None) -> None:
        """Tell everybody something, or no more."""
        self.set(Order.NOTICE, notice and asdict(notice))

    @property
    def retention(self) -> dict[str, int]:
        """The days that an admin has set, by field of Retention."""
        return dict(self._read(Order.RETENTION) or {})

    def _read(self, order: Order) -> Any:
        with self._lock:
            known, forgotten = self._known, self._forgotten
        if known is None:
            names = [name.value for name in Order]
            with self._database.read_transaction() as connection:
                rows = connection.execute(
                    sa.select(shared_values).where(shared_values.c.name.in_(names))
                ).all()
            known = {row.name: json.loads(row.value) for row in rows}
            with self._lock:
                if self._forgotten == forgotten:  # else it is older than what was changed meanwhile
                    self._known = known
        return known.get(order.value)


class AuditLog:
    """What admins have done. Rows are only added: the database refuses anything else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: str, act: str, details: Mapping[str, object], at: float) -> None:
        """Note an act. Raises DatabaseError."""
        with self._database.write_transaction() as connection:
            connection.execute(
                sa.insert(audit).values(
                    at=at, user_id=user_id, act=act, details=json.dumps(details)
                )
            )

    def newest(self, *, limit: int, offset: int = 0) -> list[AuditEntry]:
        """The latest acts first. Raises DatabaseError."""
        with self._database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(audit).order_by(audit.c.id.desc()).limit(limit).offset(offset)
            )
            return [
                AuditEntry(row.id, row.at, row.user_id, row.act, json.loads(row.details))
                for row in rows
            ]


class Overview:
    """Sums over everybody, each in one statement. Every method raises DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spending_by_day(self, since_day: str, until_day: str) -> list[SpendingSum]:
        """What was spent by day and model, both days such as "2026-11-30" and included."""
        query = _spending(charges.c.day, charges.c.model, since_day, until_day)
        return self._sums(query.order_by(charges.c.day, charges.c.model))

    def spending_by_person(
        self, since_day: str, until_day: str, *, limit: int, offset: int = 0
    ) -> list[SpendingSum]:
        """What each person has spent, the most first."""
        query = _spending(charges.c.user_id, sa.literal(""), since_day, until_day)
        most_first = query.order_by(sa.desc("spent"), sa.desc("reserved"), charges.c.user_id)
        return self._sums(most_first.limit(limit).offset(offset))

    def count_spenders(self, since_day: str, until_day: str) -> int:
        """How many people have a charge in these days."""
        query = sa.select(sa.func.count(charges.c.user_id.distinct())).where(
            charges.c.day.between(since_day, until_day)
        )
        with self._database.read_transaction() as connection:
            return connection.execute(query).scalar_one()

    def _sums(self, query: _Query) -> list[SpendingSum]:
        with self._database.read_transaction() as connection:
            return [
                SpendingSum(name, model, _credits(spent), _credits(reserved), images_)
                for name, model, spent, reserved, images_ in connection.execute(query)
            ]

    def budgets(self, now: float) -> list[StoredBudget]:
        """All budgets with what is taken of them now; a person's own after those of many."""
        defaults = self._database.default_budgets
        keys = {period.value: period.key_at(now) for period in Period}
        with self._database.read_transaction() as connection:
            stored = {
                (row.subject, row.period): row.cap for row in connection.execute(sa.select(budgets))
            }
            taken = {
                (row.subject, row.period_key): row.taken
                for row in connection.execute(
                    sa.select(sums)
                    .join(budgets, budgets.c.subject == sums.c.subject, isouter=True)
                    .where(sums.c.period_key.in_(keys.values()))
                    .where(budgets.c.subject.is_not(None) | (sums.c.subject == KEY))
                )
            }
        known = {**defaults, **stored}
        return [
            StoredBudget(
                subject,
                Period(word),
                _credits(cap),
                _credits(taken.get((subject, keys[word]), 0))
                if subject == KEY or subject.startswith("person:")
                else None,
                (subject, word) not in stored,
            )
            for (subject, word), cap in sorted(
                known.items(), key=lambda item: (item[0][0].startswith("person:"), item[0])
            )
        ]

    def unknown_outcomes(self, *, limit: int, offset: int = 0) -> list[UnknownOutcome]:
        """Ended tasks whose credits nobody knows of, the oldest first."""
        ended = [state.value for state in _ENDED_WITHOUT_PICTURE]
        query = (
            sa.select(
                tasks.c.id, tasks.c.user_id, tasks.c.model, charges.c.amount, tasks.c.created_at
            )
            .join(charges, charges.c.task_id == tasks.c.id)
            .where(
                tasks.c.state.in_(ended),
                charges.c.state == ChargeState.RESERVED.value,
                charges.c.decided.is_(False),
            )
            .order_by(tasks.c.created_at, tasks.c.id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.read_transaction() as connection:
            return [
                UnknownOutcome(task_id, user_id, model, _credits(amount), at)
                for task_id, user_id, model, amount, at in connection.execute(query)
            ]

    def names(self, user_ids: Collection[str]) -> dict[str, str]:
        """The names of these people, or their addresses; who has neither is left out."""
        found: dict[str, str] = {}
        query = sa.select(people.c.user_id, people.c.name, people.c.email).where(
            people.c.user_id.in_(list(user_ids))
        )
        with self._database.read_transaction() as connection:
            for user_id, name, email in connection.execute(query):
                if name or email:
                    found[user_id] = name or email
        return found

    def disk_use(self, *, limit: int, offset: int = 0) -> list[DiskUse]:
        """What each person's pictures take, the most first."""
        return self._disk_use(sa.true(), limit, offset)

    def disk_use_of(self, user_ids: Collection[str]) -> dict[str, DiskUse]:
        """The same of these people, who may have nothing."""
        found = self._disk_use(images.c.user_id.in_(list(user_ids)), len(user_ids), 0)
        return {use.user_id: use for use in found}

    def _disk_use(self, where: sa.ColumnElement[bool], limit: int, offset: int) -> list[DiskUse]:
        query = (
            sa.select(images.c.user_id, sa.func.count(), _IMAGE_BYTES)
            .where(where)
            .group_by(images.c.user_id)
            .order_by(_IMAGE_BYTES.desc(), images.c.user_id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.read_transaction() as connection:
            return [DiskUse(*row) for row in connection.execute(query)]

    def forecast(self, retention: Retention, now: float) -> dict[str, Forecast]:
        """What a retention would delete now, by field of Retention."""
        pictures, raw_answers = retention.pictures, retention.raw_answers
        image = (sa.func.count(), _IMAGE_BYTES, sa.func.min(images.c.created_at))
        draft = (
            sa.func.count(),
            sa.func.sum(sa.func.length(drafts.c.prompt)),
            sa.func.min(drafts.c.saved_at),
        )
        queries: dict[str, _Query] = {
            "trash": sa.select(*image[:2], sa.func.min(images.c.deleted_at)).where(
                images.c.deleted_at > PURGING, images.c.deleted_at <= now - retention.trash * DAY_S
            ),
            "drafts": sa.select(*draft).where(
                drafts.c.mode.not_in(CHOICES), drafts.c.saved_at < now - retention.drafts * DAY_S
            ),
        }
        if pictures is not None:
            queries["pictures"] = sa.select(*image).where(*old_pictures(now - pictures * DAY_S))
        if raw_answers is not None:
            old = expired_raw_answers(now - raw_answers * DAY_S).subquery()
            queries["raw_answers"] = sa.select(*image).where(images.c.id.in_(sa.select(old.c.id)))
        found: dict[str, Forecast] = {}
        with self._database.read_transaction() as connection:
            for name, query in queries.items():
                count, size_bytes, oldest_at = connection.execute(query).one()
                found[name] = Forecast(count, size_bytes or 0, oldest_at)
        return found


def erase_rows(database: Database, user_id: str, now: float) -> list[str] | None:
    """Delete all rows of a user and move their images to the trash, whose files are still there.

    Returns the tasks that had not ended, or None, with nothing changed, while the worker holds
    something of theirs: it would write it back. Raises DatabaseError.
    """
    with database.write_transaction() as connection:
        if _is_busy(connection, user_id):
            return None
        unfinished = [state.value for state in UNFINISHED]
        of_user = tasks.c.user_id == user_id
        task_ids = list(
            connection.execute(
                sa.select(tasks.c.id).where(of_user, tasks.c.state.in_(unfinished))
            ).scalars()
        )
        own = sa.select(collections.c.id).where(collections.c.user_id == user_id)
        connection.execute(
            sa.delete(collection_items).where(collection_items.c.collection_id.in_(own))
        )
        for table in ERASED:
            connection.execute(sa.delete(table).where(table.c.user_id == user_id))
        connection.execute(
            sa.update(images)
            .where(images.c.user_id == user_id, images.c.deleted_at.is_(None))
            .values(deleted_at=now)
        )
        connection.execute(sa.delete(budgets).where(budgets.c.subject == f"person:{user_id}"))
        for task_id in task_ids:
            database.announce(connection, MessageKind.TASK, task_id)
    return task_ids


def forget_name(database: Database, user_id: str) -> None:
    """Delete who a user is; one who was removed stays so, without a name. Raises DatabaseError."""
    this = people.c.user_id == user_id
    with database.write_transaction() as connection:
        connection.execute(sa.delete(people).where(this, people.c.removed_at.is_(None)))
        connection.execute(sa.update(people).where(this).values(name="", email="", role="user"))


def _is_busy(connection: sa.Connection, user_id: str) -> bool:
    at_work = (
        (tasks, [state.value for state in IN_PROGRESS]),
        (keep_reports, [KeepState.WORKING.value]),
    )
    return any(
        connection.execute(
            sa.select(table.c.user_id)
            .where(table.c.user_id == user_id, table.c.state.in_(states))
            .limit(1)
        ).first()
        is not None
        for table, states in at_work
    )


_ENDED_WITHOUT_PICTURE: Final = (TaskState.FAILED, TaskState.REFUSED, TaskState.UNCONFIRMED)
_IMAGE_BYTES: Final = sa.func.sum(
    images.c.size_bytes + sa.func.coalesce(images.c.original_bytes, 0)
)


def _spending(
    name: sa.ColumnElement[str], model: sa.ColumnElement[str], since_day: str, until_day: str
) -> _Query:
    def total(state: ChargeState, amount: Any) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((charges.c.state == state.value, amount), else_=0))

    groups = [name] if isinstance(model, sa.BindParameter) else [name, model]
    return (
        sa.select(
            name,
            model,
            total(ChargeState.SPENT, charges.c.amount).label("spent"),
            total(ChargeState.RESERVED, charges.c.amount).label("reserved"),
            total(ChargeState.SPENT, 1),
        )
        .where(charges.c.day.between(since_day, until_day))
        .group_by(*groups)
    )


def _credits(hundredths: int) -> Decimal:
    return Decimal(hundredths) / HUNDREDTHS
