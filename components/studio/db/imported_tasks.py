"""Tasks that come to the ledger from outside, by the id that the service knows them by."""

from __future__ import annotations

import sqlalchemy as sa

from components.studio.db.database import Database
from components.studio.db.tables import images, task_from_row, task_to_row, tasks
from components.studio.tasks.models import Task


def get_or_create_by_provider_id(repository: Database, task: Task) -> tuple[Task, bool]:
    """The one task that stands in the ledger under this one's service id, and whether it is new.

    Its own designer's that was dismissed is shown again. Raises LedgerUnavailable.
    """
    with repository.write_transaction() as connection:
        known = connection.execute(
            sa.select(tasks).where(tasks.c.provider_id == task.provider_id).limit(1)
        ).one_or_none()
        if known is None:
            connection.execute(sa.insert(tasks), [task_to_row(task)])
            return task, True
        connection.execute(
            sa.update(tasks)
            .where(tasks.c.id == known.id, tasks.c.user_id == task.user_id)
            .values(dismissed=False)
        )
        return task_from_row(known), False


def image_id_by_upload_url(repository: Database, user_id: str, url: str) -> str | None:
    """The id of the designer's picture that the service reads there. Raises LedgerUnavailable."""
    with repository.read_transaction() as connection:
        return connection.execute(
            sa.select(images.c.id)
            .where(images.c.user_id == user_id, images.c.upload_url == url)
            .limit(1)
        ).scalar_one_or_none()
