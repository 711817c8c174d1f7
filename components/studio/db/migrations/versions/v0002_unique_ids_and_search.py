"""One task for each id at the provider, a folded text to search, and the latest presses."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_UNFINISHED = (
    "queued",
    "submitting",
    "generating",
    "storing",
    "unconfirmed",
    "still_running",
)
_ID_MISMATCH = '["wrong_task", null, ""]'
_ROWS_AT_ONCE = 500

tasks = sa.table(
    "tasks",
    *map(
        sa.column,
        (
            "id",
            "service_id",
            "state",
            "obstacle",
            "picture_id",
            "created_at",
            "accepted_at",
            "watched_since",
            "missing_since",
            "prompt",
            "search_text",
        ),
    ),
)


def upgrade() -> None:
    """Add index, column and table; nothing that people see is lost."""
    connection = op.get_bind()
    _release_duplicate_ids(connection)
    has_id = sa.text("service_id IS NOT NULL")
    op.create_index(
        "tasks_by_service_id",
        "tasks",
        ["service_id"],
        unique=True,
        sqlite_where=has_id,
        postgresql_where=has_id,
    )
    op.add_column("tasks", sa.Column("search_text", sa.Text, nullable=False, server_default=""))
    _fold_prompts(connection)
    op.create_table(
        "presses",
        sa.Column("designer", sa.String(64), primary_key=True),
        sa.Column("request_hash", sa.String(64), primary_key=True),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )


def _release_duplicate_ids(connection: sa.Connection) -> None:
    """Leave each id to one task: one with an image, else the oldest.

    The others keep all else. One that has not ended is unconfirmed: nothing is sent by itself.
    """
    shared = (
        sa.select(tasks.c.service_id)
        .where(tasks.c.service_id.is_not(None))
        .group_by(tasks.c.service_id)
        .having(sa.func.count() > 1)
    )
    rows = connection.execute(
        sa.select(tasks.c.id, tasks.c.service_id)
        .where(tasks.c.service_id.in_(shared))
        .order_by(tasks.c.picture_id.is_(None), tasks.c.created_at, tasks.c.id)
    )
    holders: set[str] = set()
    for task_id, service_id in rows.all():
        if service_id not in holders:
            holders.add(service_id)
            continue
        this = sa.update(tasks).where(tasks.c.id == task_id)
        connection.execute(
            this.where(tasks.c.state.in_(_UNFINISHED)).values(
                state="unconfirmed",
                obstacle=_ID_MISMATCH,
                accepted_at=None,
                watched_since=None,
                missing_since=None,
            )
        )
        connection.execute(this.values(service_id=None))


def _fold_prompts(connection: sa.Connection) -> None:
    """Fill `search_text` as `fold_text` of tables.py does; neither database can by itself."""
    last_id = ""
    while rows := connection.execute(
        sa.select(tasks.c.id, tasks.c.prompt)
        .where(tasks.c.id > last_id)
        .order_by(tasks.c.id)
        .limit(_ROWS_AT_ONCE)
    ).all():
        connection.execute(
            sa.update(tasks)
            .where(tasks.c.id == sa.bindparam("task_id"))
            .values(search_text=sa.bindparam("folded")),
            [
                {
                    "task_id": task_id,
                    "folded": unicodedata.normalize("NFKC", prompt).casefold(),
                }
                for task_id, prompt in rows
            ],
        )
        last_id = rows[-1].id
