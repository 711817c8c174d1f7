"""Tasks and images in the database.

A task is written before anything that costs money happens. Each change of a task is one
transaction that reads the row, applies a rule and writes the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from components.kie import Model
from components.studio.db.budgets import follow, reserve, reserve_all
from components.studio.db.chain_runs import follow_retry
from components.studio.db.database import (
    BUSY_TIMEOUT_SECONDS,
    Database,
    DatabaseError,
    MessageKind,
    NotFoundError,
    chunked,
    damaged_database_error,
)
from components.studio.db.kept_versions import waiting_report_row
from components.studio.db.tables import (
    ImageRecord,
    TaskWithImage,
    drafts,
    image_from_row,
    image_to_row,
    images,
    insert_or,
    keep_reports,
    pins,
    presses,
    request_hash,
    selected_sources,
    stored_word,
    task_from_row,
    task_to_row,
    tasks,
)
from components.studio.tasks.models import IN_PROGRESS, UNFINISHED, Task, TaskState

DATABASE_FILE = "studio.db"
ExtraTask = Callable[[Task, Task], Task | None]
"""A new task, if any, that a change from the first task to the second makes necessary."""


class DuplicateTaskId(Exception):
    """`task` was to get a provider id that `holder` already has."""

    def __init__(self, task: Task, holder: Task) -> None:
        super().__init__(holder.id)
        self.task = task
        self.holder = holder


class TaskRepository:
    """Reads and writes tasks and images. Every method raises DatabaseError."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def in_folder(
        cls, folder: Path, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS
    ) -> TaskRepository:
        """Open the database of a data folder; create it where there is none."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"The data folder {folder} cannot be made.") from error
        path = folder / DATABASE_FILE
        has_images = any(folder.glob("pictures/*/*"))
        if has_images and path.is_file() and path.stat().st_size == 0:
            # SQLite takes an empty file for a new database.
            raise damaged_database_error(path, "it is empty, yet there are pictures beside it")
        return cls(Database(f"sqlite:///{path}", busy_timeout_seconds=busy_timeout_seconds))

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    # Tasks

    def add_tasks(self, new: Sequence[Task], *, unless_since: float | None = None) -> list[Task]:
        """Insert new tasks, all or none, and return the stored ones.

        With `unless_since`, the same user's identical tasks since then are returned instead:
        a double submit. Raises OverBudget.
        """
        with self.database.write_transaction() as connection:
            if unless_since is not None:
                earlier = _find_double_submit(connection, new, unless_since)
                if earlier:
                    return earlier
            connection.execute(sa.insert(tasks), [task_to_row(task) for task in new])
            reserve_all(connection, new, self.database.default_budgets)
            for task in new:
                self.database.announce(connection, MessageKind.TASK, task.id)
        return list(new)

    def replace_failed_task(self, task_id: str, new: Task) -> bool:
        """Hide a task that has ended without an image, and insert another in its place.

        False, with nothing changed, if it is hidden already or has not ended so. Raises
        OverBudget.
        """
        ended = [TaskState.FAILED.value, TaskState.REFUSED.value]
        with self.database.write_transaction() as connection:
            is_hidden = connection.execute(
                sa.update(tasks)
                .where(tasks.c.id == task_id, tasks.c.state.in_(ended))
                .where(tasks.c.dismissed.is_(False), tasks.c.image_id.is_(None))
                .values(dismissed=True, dismissed_at=new.created_at)
            ).rowcount
            if is_hidden:
                connection.execute(sa.insert(tasks), [task_to_row(new)])
                follow_retry(connection, task_id, new.id)
                reserve(connection, new, self.database.default_budgets)
                self.database.announce(connection, MessageKind.TASK, new.id)
        return bool(is_hidden)

    def update_task(
        self,
        task_id: str,
        rule: Callable[[Task], Task],
        *,
        image: ImageRecord | None = None,
        extra_task: ExtraTask | None = None,
        only_as_leader: bool = False,
    ) -> tuple[Task, Task] | None:
        """Apply a rule to a task in one transaction; (before, after), or None if unknown.

        `image` is the task's result: inserted together with the change if the rule took it.
        A task returned by `extra_task` is inserted hidden (dismissed).
        Raises DuplicateTaskId, with nothing changed; `only_as_leader` raises LeadershipLost, too,
        and a task that is to be sent once more OverBudget.
        """
        return self._update(
            tasks.c.id == task_id,
            rule,
            image=image,
            extra_task=extra_task,
            only_as_leader=only_as_leader,
        )

    def update_task_by_token(
        self, token: str, rule: Callable[[Task], Task]
    ) -> tuple[Task, Task] | None:
        """The same for the task with this webhook token."""
        return self._update(tasks.c.token == token, rule)

    def _update(
        self,
        where: sa.ColumnElement[bool],
        rule: Callable[[Task], Task],
        *,
        image: ImageRecord | None = None,
        extra_task: ExtraTask | None = None,
        only_as_leader: bool = False,
    ) -> tuple[Task, Task] | None:
        with self.database.write_transaction() as connection:
            if only_as_leader:
                self.database.check_leads(connection)
            stored = connection.execute(
                sa.select(tasks).where(where).with_for_update()
            ).one_or_none()
            if stored is None:
                return None
            before = task_from_row(stored)
            after = rule(before)
            if after == before:
                return before, after
            row = task_to_row(after)
            if image is not None and after.image_id == image.id != before.image_id:
                connection.execute(sa.insert(images), [image_to_row(image)])
                if after.is_edit:
                    connection.execute(sa.insert(keep_reports), [waiting_report_row(image)])
                row["dismissed"] = False  # its image came after all
            change = sa.update(tasks).where(tasks.c.id == before.id).values(row)
            try:
                with connection.begin_nested():
                    connection.execute(change)
            except IntegrityError as error:
                has_id = tasks.c.provider_id == after.provider_id
                holder = _select_task(connection, has_id) if after.provider_id else None
                if holder is None:
                    raise
                raise DuplicateTaskId(before, holder) from error
            if after.state is TaskState.QUEUED and before.state not in IN_PROGRESS:
                reserve(connection, after, self.database.default_budgets)
            else:
                follow(connection, after)
            extra = extra_task and extra_task(before, after)
            if extra is not None:
                connection.execute(sa.insert(tasks), [task_to_row(extra) | {"dismissed": True}])
            self.database.announce(connection, MessageKind.TASK, before.id)
            return before, after

    def task(self, task_id: str) -> Task | None:
        """The task with this id."""
        return self._find_task(tasks.c.id == task_id)

    def own_task(self, user_id: str, task_id: str) -> Task:
        """A task of this user. Raises NotFoundError."""
        task = self.task(task_id)
        if task is None or task.user_id != user_id:
            raise NotFoundError
        return task

    def task_of_image(self, image_id: str) -> Task | None:
        """The task that made this image, which may be deleted by now."""
        image = self.image(image_id)
        if image is not None:
            return self.task(image.task_id) if image.task_id else None
        # A raw answer has the id of its task.
        return self.task(image_id) or self._find_task(tasks.c.image_id == image_id)

    def task_by_provider_id(self, provider_id: str) -> Task | None:
        """The task with this id at the provider."""
        return self._find_task(tasks.c.provider_id == provider_id)

    def unfinished(self) -> list[Task]:
        """Every task that has not ended, oldest first."""
        states = [state.value for state in UNFINISHED]
        with self.database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(tasks).where(tasks.c.state.in_(states)).order_by(tasks.c.created_at)
            )
            return [task_from_row(row) for row in rows]

    def count_by_state(self) -> dict[TaskState, int]:
        """Number of tasks in each state."""
        with self.database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(tasks.c.state, sa.func.count()).group_by(tasks.c.state)
            )
            return {stored_word(TaskState, state): count for state, count in rows}

    def count_sent(self, since: float, until: float) -> int:
        """Number of creates sent within this span of epoch seconds."""
        with self.database.read_transaction() as connection:
            return connection.execute(
                sa.select(sa.func.count())
                .select_from(tasks)
                .where(tasks.c.sent_at.between(since, until))
            ).scalar_one()

    def users_in_turn(self, since: float) -> list[str]:
        """Who has had creates sent since a moment in epoch seconds, the latest last."""
        last = sa.func.max(tasks.c.sent_at)
        with self.database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(tasks.c.user_id)
                .where(tasks.c.sent_at >= since)
                .group_by(tasks.c.user_id)
                .order_by(last, tasks.c.user_id)
            )
            return [row.user_id for row in rows]

    def recent_durations(self, model: Model, *, editing: bool, newest: int = 20) -> list[float]:
        """Seconds from acceptance to storage, of the newest images of a kind."""
        is_edit = tasks.c.source_id.is_not(None)
        with self.database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(tasks.c.finished_at - tasks.c.accepted_at)
                .where(tasks.c.state == TaskState.DONE.value, tasks.c.model == model.value)
                .where(tasks.c.accepted_at.is_not(None), is_edit if editing else ~is_edit)
                .order_by(tasks.c.finished_at.desc())
                .limit(newest)
            )
            return [float(seconds) for (seconds,) in rows]

    # Tasks with images

    def recent_tasks(self, user_id: str, *, limit: int, offset: int = 0) -> list[TaskWithImage]:
        """A user's tasks with their images, newest first, without trashed and hidden ones."""
        # Looked up for each task: a list of all images would be everybody's.
        is_there = sa.exists().where(images.c.id == tasks.c.image_id, images.c.deleted_at.is_(None))
        query = (
            sa.select(tasks)
            .where(tasks.c.user_id == user_id, tasks.c.dismissed.is_(False))
            .where(tasks.c.image_id.is_(None) | is_there)
            .order_by(tasks.c.created_at.desc(), tasks.c.id)
            .limit(limit)
            .offset(offset)
        )
        return self._select_with_images(query)

    def tasks_with_images(self, user_id: str, task_ids: Sequence[str]) -> list[TaskWithImage]:
        """These tasks of a user with their images, in this order; unknown ids are left out."""
        entries = {
            entry.task.id: entry
            for ids in chunked(task_ids)
            for entry in self._select_with_images(
                sa.select(tasks).where(tasks.c.user_id == user_id, tasks.c.id.in_(ids))
            )
        }
        return [entries[task_id] for task_id in task_ids if task_id in entries]

    def _select_with_images(self, query: sa.Select[Any]) -> list[TaskWithImage]:
        with self.database.read_transaction() as connection:
            selected = [task_from_row(row) for row in connection.execute(query)]
            ids = {id_ for task in selected for id_ in (task.image_id, task.source_id) if id_}
            records = {
                row.id: image_from_row(row)
                for chunk in chunked(ids)
                for row in connection.execute(sa.select(images).where(images.c.id.in_(chunk)))
            }
        return [
            TaskWithImage(task, records.get(task.image_id or ""), records.get(task.source_id or ""))
            for task in selected
        ]

    def edits_of(self, user_id: str, image_ids: Sequence[str]) -> list[TaskWithImage]:
        """Every task that edits one of these images, oldest first, with its image.

        Hidden tasks are left out.
        """
        edits = [
            entry
            for ids in chunked(image_ids)
            for entry in self._select_with_images(
                sa.select(tasks)
                .where(tasks.c.user_id == user_id, tasks.c.source_id.in_(ids))
                .where(tasks.c.dismissed.is_(False))
            )
        ]
        return sorted(edits, key=lambda entry: (entry.task.created_at, entry.task.id))

    def family(self, user_id: str, image_id: str) -> list[tuple[ImageRecord, Task | None]]:
        """All that was made from the oldest known ancestor of an image, oldest first.

        Hidden versions and the ancestor itself are among them; hidden tasks and other users'
        are left out. Each image with the task that made it. As many queries for a long chain as
        for a short one.
        """
        made = images.outerjoin(tasks, tasks.c.id == images.c.task_id)
        up = (
            sa.select(images.c.id, tasks.c.source_id)
            .select_from(made)
            .where(images.c.id == image_id)
            .cte("ancestors", recursive=True)
        )
        up = up.union(
            sa.select(images.c.id, tasks.c.source_id).select_from(
                up.join(images, images.c.id == up.c.source_id).outerjoin(
                    tasks, tasks.c.id == images.c.task_id
                )
            )
        )
        with self.database.read_transaction() as connection:
            source_of = {row.id: row.source_id for row in connection.execute(sa.select(up))}
            root_id = image_id
            while (source_id := source_of.pop(root_id, None)) in source_of:
                root_id = source_id or ""
            root_task = sa.select(images.c.task_id).where(images.c.id == root_id)
            down = (
                sa.select(images.c.id)
                .where((images.c.id == root_id) | (images.c.task_id == root_task.scalar_subquery()))
                .cte("family", recursive=True)
            )
            down = down.union(
                sa.select(images.c.id)
                .join(tasks, tasks.c.id == images.c.task_id)
                .join(down, down.c.id == tasks.c.source_id)
                .where(tasks.c.user_id == user_id, tasks.c.dismissed.is_(False))
            )
            found = [
                image_from_row(row)
                for row in connection.execute(
                    sa.select(images).join(down, down.c.id == images.c.id)
                )
            ]
            made_by = {
                row.id: task_from_row(row)
                for row in connection.execute(
                    sa.select(tasks).where(
                        tasks.c.id.in_(
                            sa.select(images.c.task_id).join(down, down.c.id == images.c.id)
                        )
                    )
                )
            }
        found.sort(key=lambda image: (image.created_at, image.task_id is not None, image.id))
        return [(image, made_by.get(image.task_id or "")) for image in found]

    # Images

    def add_image(self, image: ImageRecord) -> ImageRecord:
        """Insert an image whose files are already stored, and return it.

        The user's image with the same content and ground is returned instead, out of the trash.
        """
        with self.database.write_transaction() as connection:
            stored_id = connection.execute(
                insert_or(connection, images)
                .values(image_to_row(image))
                .on_conflict_do_update(
                    index_elements=[images.c.user_id, images.c.content_hash, images.c.ground],
                    index_where=sa.text("content_hash IS NOT NULL"),
                    set_={"deleted_at": None},
                )
                .returning(images.c.id)
            ).scalar_one()
            row = connection.execute(sa.select(images).where(images.c.id == stored_id)).one()
            return image_from_row(row)

    def restore_same_image(
        self, user_id: str, content_hash: str, ground: str
    ) -> ImageRecord | None:
        """The user's image with this content, out of the trash; the ground matters if it has one.

        It spares work: what is unique is decided by `add_image`.
        """
        same = (
            images.c.user_id == user_id,
            images.c.content_hash == content_hash,
            images.c.ground.in_(["", ground]),
        )
        restore = sa.update(images).where(*same).values(deleted_at=None).returning(images.c.id)
        with self.database.write_transaction() as connection:
            image_id = connection.execute(restore).scalar_one_or_none()
        return None if image_id is None else self.image(image_id)

    def image(self, image_id: str) -> ImageRecord | None:
        """The image with this id."""
        with self.database.read_transaction() as connection:
            row = connection.execute(sa.select(images).where(images.c.id == image_id)).one_or_none()
            return None if row is None else image_from_row(row)

    def own_image(self, user_id: str, image_id: str) -> ImageRecord:
        """An image of this user that is not in the trash. Raises NotFoundError."""
        image = self.image(image_id)
        if image is None or image.user_id != user_id or image.deleted_at is not None:
            raise NotFoundError
        return image

    def set_selected_source(self, user_id: str, image_id: str | None) -> None:
        """Remember which image a user has selected to edit: of a result, the version shown now."""
        with self.database.write_transaction() as connection:
            if image_id is None:
                connection.execute(
                    sa.delete(selected_sources).where(selected_sources.c.user_id == user_id)
                )
                return
            # Locked, as another version may just be put in its place.
            version = connection.execute(
                sa.select(images.c.hidden, tasks.c.image_id)
                .join(tasks, tasks.c.id == images.c.task_id)
                .where(images.c.id == image_id)
                .with_for_update()
            ).one_or_none()
            if version is not None and version.hidden and version.image_id is not None:
                image_id = version.image_id
            connection.execute(
                insert_or(connection, selected_sources)
                .values(user_id=user_id, source_id=image_id)
                .on_conflict_do_update(
                    index_elements=[selected_sources.c.user_id], set_={"source_id": image_id}
                )
            )

    def get_selected_source(self, user_id: str) -> str | None:
        """The image that a user has selected to edit."""
        with self.database.read_transaction() as connection:
            return connection.execute(
                sa.select(selected_sources.c.source_id).where(selected_sources.c.user_id == user_id)
            ).scalar_one_or_none()

    def set_upload_url(self, image_id: str, url: str, at: float) -> None:
        """Remember where the provider can read an image."""
        with self.database.write_transaction() as connection:
            connection.execute(
                sa.update(images)
                .where(images.c.id == image_id)
                .values(upload_url=url, uploaded_at=at)
            )

    def clear_upload_url(self, image_id: str) -> None:
        """Forget the upload URL of an image: the provider could not read it."""
        with self.database.write_transaction() as connection:
            connection.execute(
                sa.update(images)
                .where(images.c.id == image_id)
                .values(upload_url=None, uploaded_at=None)
            )

    def clear_upload_urls(self) -> None:
        """Forget every upload URL: the host behind them is another one now."""
        with self.database.write_transaction() as connection:
            connection.execute(sa.update(images).values(upload_url=None, uploaded_at=None))

    def owns_anything(self, user_id: str) -> bool:
        """Whether a row of any kind belongs to this user."""
        owned = sa.union_all(
            *(
                sa.select(table.c.user_id).where(table.c.user_id == user_id)
                for table in (tasks, images, drafts, pins, selected_sources)
            )
        )
        with self.database.read_transaction() as connection:
            return connection.execute(owned.limit(1)).first() is not None

    def _find_task(self, where: sa.ColumnElement[bool]) -> Task | None:
        with self.database.read_transaction() as connection:
            return _select_task(connection, where)


def _select_task(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Task | None:
    row = connection.execute(sa.select(tasks).where(where).limit(1)).one_or_none()
    return None if row is None else task_from_row(row)


def _find_double_submit(connection: sa.Connection, new: Sequence[Task], since: float) -> list[Task]:
    """The submission of this user with the same values since that moment; else this is the latest.

    Two processes that ask at once cannot both find none: the row is unique.
    """
    task = new[0]
    this = {"user_id": task.user_id, "request_hash": request_hash(new)}
    latest = {"batch": task.batch, "at": task.created_at}
    connection.execute(
        sa.delete(presses).where(presses.c.user_id == task.user_id, presses.c.at < since)
    )
    written = connection.execute(
        insert_or(connection, presses)
        .values(this | latest)
        .on_conflict_do_update(
            index_elements=[presses.c.user_id, presses.c.request_hash],
            set_=latest,
            # A clock that was set back leaves rows from the future: they do not count.
            where=~presses.c.at.between(since, 2 * task.created_at - since),
        )
        .returning(presses.c.batch)
    ).scalar_one_or_none()
    if written is not None:
        return []
    batch = sa.select(presses.c.batch).filter_by(**this).scalar_subquery()
    rows = connection.execute(
        sa.select(tasks)
        .where(tasks.c.user_id == task.user_id, tasks.c.batch == batch)
        .order_by(tasks.c.created_at, tasks.c.id)
    )
    return [task_from_row(row) for row in rows]


def get_or_create_by_provider_id(database: Database, task: Task) -> tuple[Task, bool]:
    """The stored task with this provider id, and whether it was inserted now.

    A hidden task of the same user is shown again. Raises DatabaseError.
    """
    has_id = tasks.c.provider_id == task.provider_id
    with database.write_transaction() as connection:
        # PostgreSQL counts no rows here: only what is returned says who was first.
        inserted = connection.execute(
            insert_or(connection, tasks)
            .values(task_to_row(task))
            .on_conflict_do_nothing(
                index_elements=[tasks.c.provider_id],
                index_where=sa.text("service_id IS NOT NULL"),
            )
            .returning(tasks.c.id)
        ).scalar_one_or_none()
        if inserted is not None:
            database.announce(connection, MessageKind.TASK, task.id)
            return task, True
        connection.execute(
            sa.update(tasks).where(has_id, tasks.c.user_id == task.user_id).values(dismissed=False)
        )
        return task_from_row(connection.execute(sa.select(tasks).where(has_id)).one()), False


def image_id_by_upload_url(database: Database, user_id: str, url: str) -> str | None:
    """The id of the user's image that was uploaded to this URL. Raises DatabaseError."""
    with database.read_transaction() as connection:
        return connection.execute(
            sa.select(images.c.id)
            .where(images.c.user_id == user_id, images.c.upload_url == url)
            .limit(1)
        ).scalar_one_or_none()
