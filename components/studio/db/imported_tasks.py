"""Tasks that come to the ledger from outside, by the id that the service knows them by."""

from __future__ import annotations

import sqlalchemy as sa

from components.studio.db.database import Database
from components.studio.db.tables import pictures, task_of, task_row, tasks
from components.studio.tasks.models import Task


def settle(ledger: Database, task: Task) -> tuple[Task, bool]:
    """The one task that stands in the ledger under this one's service id, and whether it is new.

    Its own designer's that was dismissed is shown again. Raises LedgerUnavailable.
    """
    with ledger.writing() as connection:
        known = connection.execute(
            sa.select(tasks).where(tasks.c.service_id == task.service_id).limit(1)
        ).one_or_none()
        if known is None:
            connection.execute(sa.insert(tasks), [task_row(task)])
            return task, True
        connection.execute(
            sa.update(tasks)
            .where(tasks.c.id == known.id, tasks.c.designer == task.designer)
            .values(dismissed=False)
        )
        return task_of(known), False


def picture_uploaded_to(ledger: Database, designer: str, url: str) -> str | None:
    """The id of the designer's picture that the service reads there. Raises LedgerUnavailable."""
    with ledger.reading() as connection:
        return connection.execute(
            sa.select(pictures.c.id)
            .where(pictures.c.designer == designer, pictures.c.upload_url == url)
            .limit(1)
        ).scalar_one_or_none()
