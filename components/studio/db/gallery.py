"""The archive: what a designer finds again, stars, throws away and gets back.

It stands beside the ledger and writes in the same tables. A picture in the trash keeps its file
for 14 days; one that an edit under way starts from is never removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from components.studio.db.gallery_query import CONDEMNED, Search
from components.studio.db.models import Entry, PictureRecord
from components.studio.db.tables import picture_of, pictures, tasks
from components.studio.db.tasks import Ledger
from components.studio.events import Bell
from components.studio.images.store import ImageStore
from components.studio.tasks.models import FINAL, UNFINISHED, State

TRASH_SECONDS = 14 * 24 * 3600.0
_FINAL = [state.value for state in FINAL]
_UNFINISHED = [state.value for state in UNFINISHED]


@dataclass(frozen=True)
class Found:
    """One place of the gallery: enough to lay it out. Sizes in pixels, times in epoch seconds."""

    task_id: str
    batch: str
    created_at: float
    deleted_at: float | None
    state: State
    aspect_ratio: str | None
    width_px: int | None
    """Of the picture, or while there is none of the source whose shape it takes."""
    height_px: int | None
    starred: bool
    chosen_at: float | None
    behind: tuple[str, ...] = ()
    """The tasks of the other variants of this press, which it stands for."""


@dataclass(kw_only=True)
class Archive:
    """One installation's archive. Methods raise LedgerUnavailable; ids of others are ignored."""

    ledger: Ledger
    shelf: ImageStore
    bell: Bell
    clock: Callable[[], float] = time.time

    def find(self, designer: str, search: Search, *, stacked: bool = True) -> list[Found]:
        """What fits the search: what is under way first, then the newest; the trash by deletion.

        With `stacked`, the variants of one press stand in one place, the chosen one in front.
        """
        newest = pictures.c.deleted_at if search.in_trash else tasks.c.created_at
        query = (
            sa.select(*_FOUND)
            .select_from(
                tasks.outerjoin(pictures, pictures.c.id == tasks.c.picture_id).outerjoin(
                    _matched,
                    sa.and_(_matched.c.id == tasks.c.source_id, tasks.c.aspect_ratio.is_(None)),
                )
            )
            .where(tasks.c.designer == designer, *search.conditions())
            .order_by(newest.desc(), tasks.c.created_at.desc(), tasks.c.id)
        )
        with self.ledger.reading() as connection:
            found = [_found_of(row) for row in connection.execute(query)]
        if stacked and not search.in_trash:
            found = _stacked(found)
        return sorted(found, key=lambda place: place.state not in UNFINISHED)

    def count(self, designer: str, *, in_trash: bool = False) -> int:
        """How many pictures a designer has."""
        kept = pictures.c.deleted_at > CONDEMNED if in_trash else pictures.c.deleted_at.is_(None)
        with self.ledger.reading() as connection:
            return connection.execute(
                sa.select(sa.func.count())
                .select_from(pictures)
                .where(pictures.c.designer == designer, pictures.c.task_id.is_not(None), kept)
            ).scalar_one()

    def trashed(self, designer: str, picture_id: str) -> PictureRecord | None:
        """A picture of this designer's that is in the trash."""
        found = self.ledger.picture(picture_id)
        if found is None or found.designer != designer or found.deleted_at in (None, CONDEMNED):
            return None
        return found

    def entries(self, designer: str, task_ids: Sequence[str]) -> list[Entry]:
        """These tasks with their pictures, in this order."""
        return self.ledger.entries_of(designer, task_ids)

    def variants(self, designer: str, task_id: str) -> list[Entry]:
        """What one press led to and is not thrown away, in the order it was asked for."""
        batch = sa.select(tasks.c.batch).where(tasks.c.id == task_id, tasks.c.designer == designer)
        query = (
            sa.select(tasks.c.id)
            .select_from(tasks.outerjoin(pictures, pictures.c.id == tasks.c.picture_id))
            .where(tasks.c.designer == designer, tasks.c.batch == batch.scalar_subquery())
            .where(*Search().conditions())
            .order_by(tasks.c.created_at, tasks.c.id)
        )
        with self.ledger.reading() as connection:
            ids = list(connection.execute(query).scalars())
        return self.entries(designer, ids)

    def star(self, designer: str, task_ids: Sequence[str], *, starred: bool) -> None:
        """Mark these pictures, or take the mark off."""
        self._mark(designer, task_ids, {"starred": starred})

    def put_in_front(self, designer: str, task_id: str) -> None:
        """Let this variant stand for its press."""
        self._mark(designer, [task_id], {"chosen_at": self.clock()})

    def throw_away(self, designer: str, task_ids: Sequence[str]) -> int:
        """Put pictures in the trash, and tasks that ended without one off the list.

        Returns how many it were; a task that has not ended stays.
        """
        with self.ledger.writing() as connection:
            thrown = connection.execute(
                sa.update(pictures)
                .where(_theirs(designer, task_ids), pictures.c.deleted_at.is_(None))
                .values(deleted_at=self.clock())
            ).rowcount
            dismissed = connection.execute(
                _tasks_without_picture(designer, task_ids)
                .where(tasks.c.state.in_(_FINAL), tasks.c.dismissed.is_(False))
                .values(dismissed=True)
            ).rowcount
        self.bell.ring(designer)
        return int(thrown + dismissed)

    def restore(self, designer: str, task_ids: Sequence[str]) -> None:
        """Take back what was thrown away, as long as it is in the trash."""
        with self.ledger.writing() as connection:
            connection.execute(
                sa.update(pictures)
                .where(_theirs(designer, task_ids), pictures.c.deleted_at > CONDEMNED)
                .values(deleted_at=None)
            )
            connection.execute(_tasks_without_picture(designer, task_ids).values(dismissed=False))
        self.bell.ring(designer)

    def empty_trash(self, designer: str, task_ids: Sequence[str] | None = None) -> int:
        """Remove what is in the trash for good, or only these; returns how many it were.

        The source of an edit under way stays in the trash. Raises OSError from the disk.
        """
        mine = pictures.c.designer == designer
        if task_ids is not None:
            mine = _theirs(designer, task_ids)
        removed = self._remove(mine)
        self.bell.ring(designer)
        return removed

    def sweep(self) -> int:
        """Remove what was in the trash for 14 days, and finish what was cut short.

        Returns how many pictures it were. Raises OSError from the disk.
        """
        return self._remove(pictures.c.deleted_at <= self.clock() - TRASH_SECONDS)

    def _mark(self, designer: str, task_ids: Sequence[str], values: dict[str, object]) -> None:
        with self.ledger.writing() as connection:
            connection.execute(
                sa.update(pictures)
                .where(_theirs(designer, task_ids), pictures.c.deleted_at.is_(None))
                .values(values)
            )
        self.bell.ring(designer)

    def _remove(self, where: sa.ColumnElement[bool]) -> int:
        """Condemn, delete the files, then forget: whatever stops it, the next sweep goes on."""
        sources = sa.select(tasks.c.source_id).where(
            tasks.c.state.in_(_UNFINISHED), tasks.c.source_id.is_not(None)
        )
        with self.ledger.writing() as connection:
            connection.execute(
                sa.update(pictures)
                .where(where, pictures.c.deleted_at.is_not(None), pictures.c.id.not_in(sources))
                .values(deleted_at=CONDEMNED)
            )
            condemned = [
                picture_of(row)
                for row in connection.execute(
                    sa.select(pictures).where(pictures.c.deleted_at == CONDEMNED)
                )
            ]
        for picture in condemned:
            self.shelf.remove(picture.id, picture.format)
        self._forget(condemned)
        return len(condemned)

    def _forget(self, removed: Sequence[PictureRecord]) -> None:
        """The tasks stay: they are what was spent."""
        ids = [picture.id for picture in removed]
        with self.ledger.writing() as connection:
            connection.execute(sa.delete(pictures).where(pictures.c.id.in_(ids)))
            connection.execute(
                sa.update(tasks).where(tasks.c.picture_id.in_(ids)).values(dismissed=True)
            )


# What a picture was made to match in shape: it has this shape before it is there.
_matched = pictures.alias("matched")
# In the order of Found's fields: a thousand rows are read at every change.
_FOUND = (
    tasks.c.id,
    tasks.c.batch,
    tasks.c.created_at,
    pictures.c.deleted_at,
    tasks.c.state,
    tasks.c.aspect_ratio,
    sa.func.coalesce(pictures.c.width_px, _matched.c.width_px),
    sa.func.coalesce(pictures.c.height_px, _matched.c.height_px),
    pictures.c.starred,
    pictures.c.chosen_at,
)
_STATES = {state.value: state for state in State}


def _found_of(row: Any) -> Found:
    task_id, batch, created_at, deleted_at, state, ratio, width_px, height_px, starred, chosen = row
    return Found(
        task_id,
        batch,
        created_at,
        deleted_at,
        _STATES[state],
        ratio,
        width_px,
        height_px,
        bool(starred),
        chosen,
    )


def _stacked(found: Sequence[Found]) -> list[Found]:
    """One place for each press, where its newest stood; only finished pictures are stacked."""
    presses: dict[str, list[Found]] = {}
    for place in found:
        key = place.batch if place.state is State.DONE else place.task_id
        presses.setdefault(key, []).append(place)
    return [_in_front(variants) for variants in presses.values()]


def _in_front(variants: list[Found]) -> Found:
    """The variant chosen last, or else the first that is starred, or else the first."""
    if len(variants) == 1:
        return variants[0]
    front = max(variants, key=lambda place: (place.chosen_at or 0.0, place.starred))
    behind = (place.task_id for place in variants if place is not front)
    return replace(front, behind=tuple(behind))


def _theirs(designer: str, task_ids: Sequence[str]) -> sa.ColumnElement[bool]:
    """The pictures that these tasks of the designer made."""
    made = sa.select(tasks.c.picture_id).where(
        tasks.c.designer == designer, tasks.c.id.in_(task_ids), tasks.c.picture_id.is_not(None)
    )
    return pictures.c.id.in_(made)


def _tasks_without_picture(designer: str, task_ids: Sequence[str]) -> sa.Update:
    return sa.update(tasks).where(
        tasks.c.designer == designer, tasks.c.id.in_(task_ids), tasks.c.picture_id.is_(None)
    )
