"""People: who was here, who was removed, what a cookie's owner had, and links to other devices.

Names and addresses stand in this table alone; everything else has the hash that is the user id.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Final

import sqlalchemy as sa

from components.studio.db.chain_runs import RunState
from components.studio.db.database import Database
from components.studio.db.kept_versions import KeepState
from components.studio.db.tables import (
    budgets,
    chain_runs,
    charges,
    claims,
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
    shares,
    sums,
    tasks,
)
from components.studio.tasks.models import IN_PROGRESS

ADMIN: Final = "admin"
USER: Final = "user"
SEEN_EVERY_S: Final = 300.0
"""How exact `last_seen` is: each request would be a write."""
MAX_REMEMBERED: Final = 5000
LINK_LIFETIME_S: Final = 15 * 60.0
MAX_LINKS: Final = 5  # of one user at a time

MOVED: Final = (tasks, images, keep_reports, chain_runs, charges, collections, shares, claims)
"""Tables whose rows go with their owner as they are."""
MERGED: Final = (drafts, pins, selected_sources)
"""Tables in which a person may have the same row already: then the person's own stays."""
FORGOTTEN: Final = (presses, device_links, people)
"""Tables whose rows say nothing any more when their owner is somebody else."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who was here. Times in epoch seconds."""

    user_id: str
    name: str = ""
    email: str = ""
    role: str = USER
    first_seen: float = 0.0
    last_seen: float = 0.0
    removed_at: float | None = None

    @property
    def is_admin(self) -> bool:
        """Whether this person may see `/admin`."""
        return self.role == ADMIN and self.removed_at is None


class Claim(StrEnum):
    """What became of the wish to bring a cookie's pictures along."""

    DONE = "done"
    BUSY = "busy"
    """Something of the cookie's owner is still being made, so it was not moved."""
    NOTHING = "nothing"
    """There is nothing, it was claimed before, or it is a person's own."""


def person_id(email_or_subject: str) -> str:
    """The user id of somebody who signed in; the same for each spelling that is normalised."""
    return hashlib.sha256(f"person:{email_or_subject}".encode()).hexdigest()[:32]


def user_tag(user_id: str) -> str:
    """Tells people apart without telling who they are: what a page may know of its own user."""
    return hashlib.sha256(f"tag:{user_id}".encode()).hexdigest()[:16]


class People:
    """Reads and writes people. Every method raises DatabaseError. Thread-safe."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.database = database
        self.clock = clock
        self._ticks = ticks
        self._lock = Lock()
        self._seen: OrderedDict[str, tuple[Person, float]] = OrderedDict()

    # Who was here

    def see(self, person: Person) -> None:
        """Note that this person is here, with name, address and role of this moment."""
        now, ticks = self.clock(), self._ticks()
        with self._lock:
            known, seen_at = self._seen.get(person.user_id, (None, 0.0))
        if known == person and ticks - seen_at < SEEN_EVERY_S:
            return
        written = {"name": person.name, "email": person.email, "role": person.role}
        with self.database.write_transaction() as connection:
            connection.execute(
                insert_or(connection, people)
                .values(user_id=person.user_id, first_seen=now, last_seen=now, **written)
                .on_conflict_do_update(
                    index_elements=[people.c.user_id], set_={**written, "last_seen": now}
                )
            )
        with self._lock:
            self._seen[person.user_id] = (person, ticks)
            self._seen.move_to_end(person.user_id)
            if len(self._seen) > MAX_REMEMBERED:
                self._seen.popitem(last=False)

    def person(self, user_id: str) -> Person:
        """Who has this id; somebody without a name if nobody signed in with it."""
        with self.database.read_transaction() as connection:
            row = connection.execute(
                sa.select(people).where(people.c.user_id == user_id)
            ).one_or_none()
        return Person(user_id=user_id) if row is None else _person(row)

    def everybody(self) -> list[Person]:
        """All who were here, the latest first."""
        with self.database.read_transaction() as connection:
            rows = connection.execute(sa.select(people).order_by(people.c.last_seen.desc()))
            return [_person(row) for row in rows]

    # Removal

    def removed(self) -> frozenset[str]:
        """The ids of all who were removed."""
        with self.database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(people.c.user_id).where(people.c.removed_at.is_not(None))
            )
            return frozenset(rows.scalars())

    def remove(self, user_id: str) -> None:
        """Let this person in no more: what they have open ends within a minute. Pictures stay."""
        self._set_removed(user_id, self.clock())

    def readmit(self, user_id: str) -> None:
        """Let a removed person in again."""
        self._set_removed(user_id, None)

    def _set_removed(self, user_id: str, removed_at: float | None) -> None:
        now = self.clock()
        with self.database.write_transaction() as connection:
            connection.execute(
                insert_or(connection, people)
                .values(user_id=user_id, first_seen=now, last_seen=now, removed_at=removed_at)
                .on_conflict_do_update(
                    index_elements=[people.c.user_id], set_={"removed_at": removed_at}
                )
            )

    # What a cookie's owner had

    def can_claim(self, user_id: str, cookie_user_id: str) -> bool:
        """Whether a cookie's owner has left something that this person may bring along."""
        if user_id == cookie_user_id:
            return False
        with self.database.read_transaction() as connection:
            return _is_claimable(connection, cookie_user_id)

    def claim(self, user_id: str, cookie_user_id: str) -> Claim:
        """Make everything of a cookie's owner this person's, all at once or nothing.

        It can be done once. The caller has seen the cookie.
        """
        if user_id == cookie_user_id:
            return Claim.NOTHING
        with self.database.write_transaction() as connection:
            if not _is_claimable(connection, cookie_user_id):
                return Claim.NOTHING
            if _is_busy(connection, cookie_user_id):
                return Claim.BUSY
            inserted = connection.execute(
                insert_or(connection, claims)
                .values(cookie_user_id=cookie_user_id, user_id=user_id, at=self.clock())
                .on_conflict_do_nothing(index_elements=[claims.c.cookie_user_id])
                .returning(claims.c.cookie_user_id)
            ).first()
            if inserted is None:  # another process was first
                return Claim.NOTHING
            _move(connection, cookie_user_id, user_id)
        return Claim.DONE

    # Links to other devices

    def add_device_link(self, token: str, user_id: str, sealed: str) -> bool:
        """Keep a link that works once within 15 minutes; false if there are five already.

        `sealed` is what it hands over, which the database cannot read: it keeps a hash of `token`.
        """
        now = self.clock()
        is_over = sa.or_(device_links.c.expires_at <= now, device_links.c.used_at.is_not(None))
        count = sa.select(sa.func.count()).select_from(device_links)
        with self.database.write_transaction() as connection:
            connection.execute(
                sa.delete(device_links).where(device_links.c.user_id == user_id, is_over)
            )
            own = connection.execute(count.where(device_links.c.user_id == user_id)).scalar_one()
            if own >= MAX_LINKS:
                return False
            connection.execute(
                sa.insert(device_links).values(
                    token_hash=_hash(token),
                    user_id=user_id,
                    sealed=sealed,
                    expires_at=now + LINK_LIFETIME_S,
                )
            )
        return True

    def device_link(self, token: str) -> str | None:
        """The user id of a link that still works; None for any other."""
        with self.database.read_transaction() as connection:
            return connection.execute(
                sa.select(device_links.c.user_id).where(*_works(token, self.clock()))
            ).scalar_one_or_none()

    def use_device_link(self, token: str) -> str | None:
        """What a link hands over, to the first who asks; None for everybody else."""
        now = self.clock()
        with self.database.write_transaction() as connection:
            return connection.execute(
                sa.update(device_links)
                .where(*_works(token, now))
                .values(used_at=now)
                .returning(device_links.c.sealed)
            ).scalar_one_or_none()


def _person(row: sa.Row[tuple[object, ...]]) -> Person:
    return Person(**row._mapping)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _works(token: str, now: float) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        device_links.c.token_hash == _hash(token),
        device_links.c.expires_at > now,
        device_links.c.used_at.is_(None),
    )


def _owns(connection: sa.Connection, user_id: str) -> bool:
    owned = sa.union_all(
        *(
            sa.select(table.c.user_id).where(table.c.user_id == user_id)
            for table in (tasks, images, pins, collections)
        )
    )
    return connection.execute(owned.limit(1)).first() is not None


def _signed_in(connection: sa.Connection, user_id: str) -> bool:
    """Whether this is a person's id, and not a cookie's, or that of somebody who was removed."""
    named = sa.select(people.c.user_id).where(
        people.c.user_id == user_id,
        sa.or_(people.c.email != "", people.c.removed_at.is_not(None)),
    )
    return connection.execute(named).first() is not None


def _is_claimable(connection: sa.Connection, cookie_user_id: str) -> bool:
    claimed = sa.select(claims.c.at).where(claims.c.cookie_user_id == cookie_user_id)
    return (
        _owns(connection, cookie_user_id)
        and not _signed_in(connection, cookie_user_id)
        and connection.execute(claimed).first() is None
    )


def _is_busy(connection: sa.Connection, user_id: str) -> bool:
    """Whether the worker holds something of this user, and would write the old owner back."""
    under_way = (
        (tasks, [state.value for state in IN_PROGRESS]),
        (keep_reports, [KeepState.WAITING.value, KeepState.WORKING.value]),
        (chain_runs, [RunState.RUNNING.value]),
    )
    return any(
        connection.execute(
            sa.select(table.c.user_id)
            .where(table.c.user_id == user_id, table.c.state.in_(states))
            .limit(1)
        ).first()
        is not None
        for table, states in under_way
    )


def _move(connection: sa.Connection, source: str, target: str) -> None:
    """Give all rows of one user to another."""
    theirs = images.alias()
    same = sa.exists().where(
        theirs.c.user_id == target,
        theirs.c.content_hash == images.c.content_hash,
        theirs.c.ground == images.c.ground,
    )
    # The same picture, brought in by both: both stay, and the hash finds the person's own.
    connection.execute(
        sa.update(images).where(images.c.user_id == source, same).values(content_hash=None)
    )
    for table in MOVED:
        connection.execute(sa.update(table).where(table.c.user_id == source).values(user_id=target))
    for table in MERGED:
        _merge(connection, table, source, target)
    for table in FORGOTTEN:
        connection.execute(sa.delete(table).where(table.c.user_id == source))
    _add_sums(connection, f"person:{source}", f"person:{target}")


def _merge(connection: sa.Connection, table: sa.Table, source: str, target: str) -> None:
    other = table.alias()
    rest = [column.key for column in table.primary_key.columns if column.key != "user_id"]
    taken = sa.exists().where(
        other.c.user_id == target, *(other.c[key] == table.c[key] for key in rest)
    )
    connection.execute(
        sa.update(table).where(table.c.user_id == source, ~taken).values(user_id=target)
    )
    connection.execute(sa.delete(table).where(table.c.user_id == source))


def _add_sums(connection: sa.Connection, source: str, target: str) -> None:
    """Count what was spent under one subject as spent under another."""
    rows = connection.execute(
        sa.delete(sums).where(sums.c.subject == source).returning(sums.c.period_key, sums.c.taken)
    ).all()
    for row in rows:
        connection.execute(
            insert_or(connection, sums)
            .values(subject=target, period_key=row.period_key, taken=row.taken)
            .on_conflict_do_update(
                index_elements=sums.primary_key.columns,
                set_={"taken": sums.c.taken + row.taken},
            )
        )
    connection.execute(sa.delete(budgets).where(budgets.c.subject == source))
