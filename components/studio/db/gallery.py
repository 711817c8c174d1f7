"""The gallery: what can be searched for, and how items are found, starred, trashed and purged.

An item is a task with its image, or an image that was brought in; ids are unique among both. An
image in the trash keeps its file for 14 days. The source of an unfinished edit is never purged.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from components.studio.db.chain_runs import end_runs_of_deleted
from components.studio.db.database import chunked
from components.studio.db.sharing import forget_pictures
from components.studio.db.tables import (
    ImageRecord,
    TaskWithImage,
    collection_items,
    collections,
    fold_text,
    image_from_row,
    images,
    insert_or,
    keep_reports,
    stored_word,
    sweeps,
    tasks,
)
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from components.studio.tasks.models import (
    STOPPED_BY_USER,
    UNFINISHED,
    FailureReason,
    TaskState,
    shown_state,
)

_DAY_S = 24 * 3600.0
MAX_SWEEP_GAP_S = 2 * _DAY_S
_AFTER_GAP = "pictures"  # the sweep that says until when old pictures wait
_UNFINISHED = [state.value for state in UNFINISHED]

MATCH_INPUT = "match"
"""Stands for "no ratio requested" among the ratios of a query."""

PURGING = 0.0
"""The `deleted_at` of an image whose file is being deleted: it cannot be restored any more."""

MAX_SEARCH_CHARACTERS = 1000
MAX_SEARCH_WORDS = 50  # each is a condition, and SQLite nests at most 1,000


class Origin(StrEnum):
    """Where an image comes from."""

    MADE = "made"
    EDITED = "edited"
    BROUGHT_IN = "brought in"


@dataclass(frozen=True, kw_only=True)
class GalleryQuery:
    """What to find. An empty set, text or time matches everything; times are epoch seconds."""

    text: str = ""
    """Words that all occur in the prompt or name, in any order and case. The first 50 count."""
    models: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    ratios: frozenset[str] = frozenset()
    """As requested, such as "16:9"; or MATCH_INPUT."""
    states: frozenset[TaskState] = frozenset()
    """What a user has stopped is no failure here."""
    stopped: frozenset[FailureReason] = frozenset()
    """Tasks that a user has stopped, beside those in `states`."""
    starred: bool = False
    since: float | None = None
    until: float | None = None
    """Exclusive."""
    in_trash: bool = False
    collection_id: str = ""
    """A collection of the person who looks."""

    @property
    def is_filtered(self) -> bool:
        """Whether it may leave out something that the gallery or the trash holds."""
        return self != GalleryQuery(in_trash=self.in_trash)

    @property
    def finds_brought_in(self) -> bool:
        """Whether it may find what was brought in, which is done and has no model or ratio."""
        is_done = TaskState.DONE in self.states or not (self.states or self.stopped)
        has_origin = Origin.BROUGHT_IN in self.origins or not self.origins
        return is_done and has_origin and not self.models and not self.ratios

    def task_conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """Conditions on a task joined with its image."""
        yield from self._common_conditions(tasks)
        if not self.in_trash:
            yield tasks.c.dismissed.is_(False)
            yield tasks.c.image_id.is_(None) | images.c.id.is_not(None)
        if self.models:
            yield tasks.c.model.in_(self.models)
        if self.origins:
            is_edit = tasks.c.source_id.is_not(None)
            yield sa.or_(
                sa.false(),
                *([is_edit] if Origin.EDITED in self.origins else ()),
                *([~is_edit] if Origin.MADE in self.origins else ()),
            )
        if self.ratios:
            yield sa.func.coalesce(tasks.c.aspect_ratio, MATCH_INPUT).in_(self.ratios)
        if self.states or self.stopped:
            in_state = tasks.c.state.in_([state.value for state in self.states])
            yield sa.or_(
                in_state & ~sa.func.coalesce(_failed_for(STOPPED_BY_USER), sa.false()),
                _failed_for(self.stopped),
            )

    def brought_in_conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """Conditions on an image that no task made, if `finds_brought_in`."""
        yield images.c.task_id.is_(None)
        yield from self._common_conditions(images)

    def _common_conditions(self, table: sa.Table) -> Iterator[sa.ColumnElement[bool]]:
        """Conditions on an image, with text and time in this table."""
        if self.in_trash:
            yield images.c.deleted_at > PURGING
        else:
            yield images.c.deleted_at.is_(None)
        text = fold_text(self.text[:MAX_SEARCH_CHARACTERS])[:MAX_SEARCH_CHARACTERS]
        for word in list(dict.fromkeys(text.split()))[:MAX_SEARCH_WORDS]:
            yield table.c.search_text.contains(word, autoescape=True)
        if self.starred:
            yield images.c.starred.is_(True)
        if self.collection_id:
            yield table.c.id.in_(
                sa.select(collection_items.c.image_id)
                .join(collections, collections.c.id == collection_items.c.collection_id)
                .where(
                    collections.c.id == self.collection_id,
                    collections.c.user_id == table.c.user_id,
                )
            )
        if self.since is not None:
            yield table.c.created_at >= self.since
        if self.until is not None:
            yield table.c.created_at < self.until


def _failed_for(reasons: Iterable[FailureReason]) -> sa.ColumnElement[bool]:
    """Condition: the task has failed for one of these reasons; unknown without a failure."""
    is_failed = tasks.c.state == TaskState.FAILED.value
    named = (tasks.c.failure.startswith(f'["{reason}"') for reason in sorted(reasons))
    return is_failed & sa.or_(sa.false(), *named)


@dataclass(frozen=True)
class GalleryItem:
    """One item of the gallery: enough to lay it out. Sizes in pixels, times in epoch seconds."""

    id: str
    """Of its task; of the image itself where no task made it."""
    batch: str
    model: str
    """The model that made it; empty for what was brought in."""
    created_at: float
    deleted_at: float | None
    state: TaskState
    failure_reason: FailureReason | None
    aspect_ratio: str | None
    width_px: int | None
    """Of the image, or of the source while there is no image."""
    height_px: int | None
    starred: bool
    chosen_at: float | None
    hidden_variants: tuple[str, ...] = ()
    """Ids of the other variants of this submission, which the item stands for."""


@dataclass(kw_only=True)
class GalleryRepository:
    """Reads and changes users' galleries. Raises DatabaseError; ids of other users are ignored."""

    repository: TaskRepository
    image_store: ImageStore
    events: EventBus
    clock: Callable[[], float] = time.time

    def find(
        self, user_id: str, query: GalleryQuery, *, group_variants: bool = True
    ) -> list[GalleryItem]:
        """What matches the query: unfinished tasks first, then newest first; the trash by deletion.

        With `group_variants`, a submission's variants of one model are one item: the cover.
        """
        generated = (
            sa.select(*_ITEM_COLUMNS)
            .select_from(
                tasks.outerjoin(images, images.c.id == tasks.c.image_id).outerjoin(
                    _source_images,
                    sa.and_(
                        _source_images.c.id == tasks.c.source_id, tasks.c.aspect_ratio.is_(None)
                    ),
                )
            )
            .where(tasks.c.user_id == user_id, *query.task_conditions())
        )
        brought_in = sa.select(*_IMAGE_COLUMNS).where(
            images.c.user_id == user_id, *query.brought_in_conditions()
        )
        with self.repository.database.read_transaction() as connection:
            items = [_item_from_row(row) for row in connection.execute(generated)]
            if query.finds_brought_in:
                items += [_item_from_image(row) for row in connection.execute(brought_in)]
        items.sort(key=lambda item: (-(item.deleted_at or 0.0), -item.created_at, item.id))
        if group_variants and not query.in_trash:
            items = _group_variants(items)
        return sorted(items, key=lambda item: item.state not in UNFINISHED)

    def entries(self, user_id: str, item_ids: Sequence[str]) -> list[TaskWithImage | ImageRecord]:
        """What these items stand for: a task, or an image that was brought in.

        In this order; unknown ids are left out.
        """
        found: dict[str, TaskWithImage | ImageRecord] = {
            entry.task.id: entry for entry in self.repository.tasks_with_images(user_id, item_ids)
        }
        with self.repository.database.read_transaction() as connection:
            for ids in chunked([item_id for item_id in item_ids if item_id not in found]):
                rows = connection.execute(
                    sa.select(images).where(
                        images.c.user_id == user_id,
                        images.c.id.in_(ids),
                        images.c.task_id.is_(None),
                        images.c.deleted_at.is_distinct_from(PURGING),
                    )
                )
                found |= {row.id: image_from_row(row) for row in rows}
        return [found[item_id] for item_id in item_ids if item_id in found]

    def count(self, user_id: str, *, in_trash: bool = False) -> int:
        """Number of a user's images, in the gallery or in the trash."""
        in_place = images.c.deleted_at > PURGING if in_trash else images.c.deleted_at.is_(None)
        with self.repository.database.read_transaction() as connection:
            return connection.execute(
                sa.select(sa.func.count())
                .select_from(images)
                .where(images.c.user_id == user_id, images.c.hidden.is_(False), in_place)
            ).scalar_one()

    def stored_bytes(self, user_id: str | None = None) -> tuple[int, int, int]:
        """Bytes of images, of originals, and of those images that are hidden versions.

        The trash is included. Of a user, or of all.
        """
        of_hidden = sa.case((images.c.hidden, images.c.size_bytes), else_=0)
        query = sa.select(
            sa.func.sum(images.c.size_bytes),
            sa.func.sum(images.c.original_bytes),
            sa.func.sum(of_hidden),
        )
        if user_id is not None:
            query = query.where(images.c.user_id == user_id)
        with self.repository.database.read_transaction() as connection:
            of_images, of_originals, hidden = connection.execute(query).one()
        return of_images or 0, of_originals or 0, hidden or 0

    def trashed_image(self, user_id: str, image_id: str) -> ImageRecord | None:
        """An image of this user that is in the trash."""
        image = self.repository.image(image_id)
        if image is None or image.user_id != user_id or image.deleted_at in (None, PURGING):
            return None
        return image

    def variants(self, user_id: str, task_id: str) -> list[TaskWithImage]:
        """The tasks of this one's submission, oldest first, without deleted ones."""
        batch = sa.select(tasks.c.batch).where(tasks.c.id == task_id, tasks.c.user_id == user_id)
        query = (
            sa.select(tasks.c.id)
            .select_from(tasks.outerjoin(images, images.c.id == tasks.c.image_id))
            .where(tasks.c.user_id == user_id, tasks.c.batch == batch.scalar_subquery())
            .where(*GalleryQuery().task_conditions())
            .order_by(tasks.c.created_at, tasks.c.id)
        )
        with self.repository.database.read_transaction() as connection:
            ids = list(connection.execute(query).scalars())
        return self.repository.tasks_with_images(user_id, ids)

    def star(self, user_id: str, item_ids: Sequence[str], *, starred: bool) -> None:
        """Star these items' images, or remove the star."""
        self._update_images(user_id, item_ids, {"starred": starred})

    def set_cover(self, user_id: str, task_id: str) -> None:
        """Show this variant in front of the others of its submission."""
        self._update_images(user_id, [task_id], {"chosen_at": self.clock()})

    def move_to_trash(self, user_id: str, item_ids: Sequence[str]) -> int:
        """Move images to the trash and hide tasks that ended without an image.

        Returns how many. Tasks that have not ended stay.
        """
        count = 0
        with self.repository.database.write_transaction() as connection:
            for ids in chunked(item_ids):
                count += connection.execute(
                    sa.update(images)
                    .where(_owned_by(user_id, ids), images.c.deleted_at.is_(None))
                    .values(deleted_at=self.clock())
                ).rowcount
                count += connection.execute(
                    _tasks_without_image(user_id, ids)
                    .where(tasks.c.state.not_in(_UNFINISHED), tasks.c.dismissed.is_(False))
                    .values(dismissed=True, dismissed_at=self.clock())
                ).rowcount
        self.events.publish(user_id)
        return count

    def restore(self, user_id: str, item_ids: Sequence[str]) -> None:
        """Take these items' images out of the trash, and show dismissed tasks again."""
        with self.repository.database.write_transaction() as connection:
            for ids in chunked(item_ids):
                connection.execute(
                    sa.update(images)
                    .where(_owned_by(user_id, ids), images.c.deleted_at > PURGING)
                    .values(deleted_at=None)
                )
                connection.execute(
                    _tasks_without_image(user_id, ids).values(dismissed=False, dismissed_at=None)
                )
        self.events.publish(user_id)

    def empty_trash(self, user_id: str, item_ids: Sequence[str] | None = None) -> int:
        """Delete what is in the trash, or these alone; returns how many.

        The source of an unfinished edit stays. Raises OSError.
        """
        if item_ids is None:
            count = self._purge(images.c.user_id == user_id)
        else:
            count = self._purge(*(_owned_by(user_id, ids) for ids in chunked(item_ids)))
        self.events.publish(user_id)
        return count

    def purge_expired(self, retention_s: float) -> int:
        """Delete what has been in the trash for so long, and finish interrupted deletions.

        Dismissed tasks without an image lose their words as well. To be called every hour. Since
        the last call at most two days count: the app was off for longer, or the clock was wrong.
        Returns how many images. Raises OSError.
        """
        self._discount_gap()
        until = self.clock() - retention_s
        self._forget_words_of_dismissed(until)
        return self._purge(images.c.deleted_at <= until)

    def delete_old_pictures(self, days: int) -> int:
        """Delete pictures and words that are so many days old; returns how many pictures.

        The source of an unfinished edit stays. To be called every hour, after `purge_expired`.
        After a gap of more than two days it waits for a day: the clock may be wrong. Raises
        OSError.
        """
        now = self.clock()
        until = now - days * _DAY_S
        waits = sa.select(sweeps.c.at).where(sweeps.c.name == _AFTER_GAP)
        is_old = sa.and_(*old_pictures(until))
        with self.repository.database.write_transaction() as connection:
            if now < (connection.execute(waits).scalar_one_or_none() or 0.0):
                return 0
            connection.execute(
                sa.update(images)
                .where(is_old, images.c.deleted_at.is_(None))
                .values(deleted_at=now)
            )
            connection.execute(
                sa.update(tasks)
                .where(
                    tasks.c.created_at <= until,
                    tasks.c.state.not_in(_UNFINISHED),
                    tasks.c.image_id.is_(None),
                    tasks.c.dismissed.is_(False),
                )
                .values(dismissed=True, dismissed_at=tasks.c.created_at)
            )
        self._forget_words_of_dismissed(until)
        return self._purge(is_old)

    def _forget_words_of_dismissed(self, until: float) -> None:
        """Blank the words of tasks dismissed until then, and of those whose image is deleted."""
        dismissed_at = sa.func.coalesce(
            tasks.c.dismissed_at, tasks.c.finished_at, tasks.c.created_at
        )
        query = sa.select(tasks.c.id, tasks.c.failure).where(
            tasks.c.dismissed.is_(True),
            tasks.c.prompt != "",
            tasks.c.state.not_in(_UNFINISHED),
            tasks.c.image_id.is_not(None) | (dismissed_at <= until),
            ~sa.exists().where(images.c.id == tasks.c.image_id),
        )
        with self.repository.database.write_transaction() as connection:
            for task_id, failure in connection.execute(query).all():
                # What the provider said may repeat the prompt.
                without_message = failure and json.dumps([*json.loads(failure)[:2], ""])
                connection.execute(
                    sa.update(tasks)
                    .where(tasks.c.id == task_id)
                    .values(_NO_WORDS | {"failure": without_message})
                )

    def _discount_gap(self) -> None:
        """Shift the dates of the trash by the time since the last sweep that does not count."""
        now = self.clock()
        this = sweeps.c.name == "trash"
        in_trash = images.c.deleted_at > PURGING
        with self.repository.database.write_transaction() as connection:
            last_at = connection.execute(sa.select(sweeps.c.at).where(this)).scalar_one_or_none()
            gap = 0.0 if last_at is None else now - last_at
            shift = gap - min(max(gap, -MAX_SWEEP_GAP_S), MAX_SWEEP_GAP_S)
            if shift:
                shifted = images.c.deleted_at + shift
                connection.execute(
                    sa.update(images)
                    .where(in_trash)
                    .values(deleted_at=sa.case((shifted > 1.0, shifted), else_=1.0))
                )
                connection.execute(
                    sa.update(tasks)
                    .where(tasks.c.dismissed_at.is_not(None))
                    .values(dismissed_at=tasks.c.dismissed_at + shift)
                )
            marks = {"trash": now} | ({_AFTER_GAP: now + _DAY_S} if shift else {})
            for name, at in marks.items():
                connection.execute(
                    insert_or(connection, sweeps)
                    .values(name=name, at=at)
                    .on_conflict_do_update(index_elements=[sweeps.c.name], set_={"at": at})
                )

    def _update_images(
        self, user_id: str, item_ids: Sequence[str], values: dict[str, object]
    ) -> None:
        with self.repository.database.write_transaction() as connection:
            for ids in chunked(item_ids):
                connection.execute(
                    sa.update(images)
                    .where(_owned_by(user_id, ids), images.c.deleted_at.is_(None))
                    .values(values)
                )
        self.events.publish(user_id)

    def _purge(self, *conditions: sa.ColumnElement[bool]) -> int:
        """Mark as purging, delete files, then rows: an interrupted purge is finished later.

        What meets one of the conditions is purged. The same bytes, brought in meanwhile, are a
        new image.
        """
        sources = sa.select(tasks.c.source_id).where(
            tasks.c.state.in_(_UNFINISHED), tasks.c.source_id.is_not(None)
        )
        with self.repository.database.write_transaction() as connection:
            for where in conditions:
                connection.execute(
                    sa.update(images)
                    .where(where, images.c.deleted_at.is_not(None), images.c.id.not_in(sources))
                    .values(deleted_at=PURGING, content_hash=None)
                )
            # A hidden version goes with the version that is shown.
            connection.execute(
                sa.update(images)
                .where(images.c.hidden.is_(True), images.c.id.not_in(sources), ~_has_shown_version)
                .values(deleted_at=PURGING)
            )
            purging = [
                image_from_row(row)
                for row in connection.execute(
                    sa.select(images).where(images.c.deleted_at == PURGING)
                )
            ]
        for image in purging:
            self.image_store.remove(image.id, image.format, image.original_format)
        self._delete_rows(purging)
        return len(purging)

    def _delete_rows(self, records: Sequence[ImageRecord]) -> None:
        """The task rows stay without their words: they record what was spent."""
        with self.repository.database.write_transaction() as connection:
            for ids in chunked([image.id for image in records]):
                end_runs_of_deleted(connection, ids)
                forget_pictures(connection, ids)
                connection.execute(sa.delete(images).where(images.c.id.in_(ids)))
                connection.execute(
                    sa.delete(keep_reports).where(
                        keep_reports.c.image_id.in_(ids) | keep_reports.c.kept_id.in_(ids)
                    )
                )
                connection.execute(
                    sa.update(tasks)
                    .where(tasks.c.image_id.in_(ids))
                    .values(_NO_WORDS | {"dismissed": True})
                )


def old_pictures(until: float) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions on images of before then that `GalleryRepository.delete_old_pictures` deletes."""
    sources = sa.select(tasks.c.source_id).where(
        tasks.c.state.in_(_UNFINISHED), tasks.c.source_id.is_not(None)
    )
    return images.c.created_at <= until, images.c.id.not_in(sources)


# What a person wrote, and where the image could be read.
_NO_WORDS: dict[str, object] = {
    "prompt": "",
    "search_text": "",
    "watermark": None,
    "result_url": None,
    "origin_url": None,
}

_shown_images = images.alias("shown_images")
_has_shown_version = (
    sa.exists()
    .where(tasks.c.id == images.c.task_id)
    .where(_shown_images.c.id == tasks.c.image_id)
    .where(_shown_images.c.deleted_at.is_distinct_from(PURGING))
)
# While an edit has no image yet, its item takes the shape of its source.
_source_images = images.alias("source_images")
# In the order of GalleryItem's fields: a thousand rows are read at every change.
_ITEM_COLUMNS = (
    tasks.c.id,
    tasks.c.batch,
    tasks.c.model,
    tasks.c.created_at,
    images.c.deleted_at,
    tasks.c.state,
    tasks.c.failure,
    tasks.c.aspect_ratio,
    sa.func.coalesce(images.c.width_px, _source_images.c.width_px),
    sa.func.coalesce(images.c.height_px, _source_images.c.height_px),
    images.c.starred,
    images.c.chosen_at,
)

_IMAGE_COLUMNS = (
    images.c.id,
    images.c.created_at,
    images.c.deleted_at,
    images.c.width_px,
    images.c.height_px,
    images.c.starred,
)


def _item_from_row(row: Any) -> GalleryItem:
    item_id, batch, model, created_at, deleted_at, state, failure, *shape, starred, chosen = row
    ratio, width_px, height_px = shape
    return GalleryItem(
        item_id,
        batch,
        model,
        created_at,
        deleted_at,
        shown_state(state, has_image=starred is not None),
        stored_word(FailureReason, json.loads(failure)[0]) if failure else None,
        ratio,
        width_px,
        height_px,
        bool(starred),
        chosen,
    )


def _item_from_image(row: Any) -> GalleryItem:
    image_id, created_at, deleted_at, width_px, height_px, starred = row
    return GalleryItem(
        image_id,
        batch=image_id,
        model="",
        created_at=created_at,
        deleted_at=deleted_at,
        state=TaskState.DONE,
        failure_reason=None,
        aspect_ratio=None,
        width_px=width_px,
        height_px=height_px,
        starred=starred,
        chosen_at=None,
    )


def _group_variants(items: Sequence[GalleryItem]) -> list[GalleryItem]:
    """One item for each model of a submission, where its newest stood; only finished images."""
    groups: dict[tuple[str, str], list[GalleryItem]] = {}
    for item in items:
        key = (item.batch if item.state is TaskState.DONE else item.id, item.model)
        groups.setdefault(key, []).append(item)
    return [_cover(variants) for variants in groups.values()]


def _cover(variants: list[GalleryItem]) -> GalleryItem:
    """The variant set as cover last, else the first starred one, else the first."""
    if len(variants) == 1:
        return variants[0]
    cover = max(variants, key=lambda item: (item.chosen_at or 0.0, item.starred))
    hidden = (item.id for item in variants if item is not cover)
    return replace(cover, hidden_variants=tuple(hidden))


def _owned_by(user_id: str, item_ids: Sequence[str]) -> sa.ColumnElement[bool]:
    """Condition: the image is one of these items of the user."""
    generated = sa.select(tasks.c.image_id).where(
        tasks.c.user_id == user_id, tasks.c.id.in_(item_ids), tasks.c.image_id.is_not(None)
    )
    was_brought_in = sa.and_(
        images.c.id.in_(item_ids), images.c.user_id == user_id, images.c.task_id.is_(None)
    )
    return images.c.id.in_(generated) | was_brought_in


def _tasks_without_image(user_id: str, item_ids: Sequence[str]) -> sa.Update:
    return sa.update(tasks).where(
        tasks.c.user_id == user_id, tasks.c.id.in_(item_ids), tasks.c.image_id.is_(None)
    )
