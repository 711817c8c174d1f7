"""The tables as they were before Alembic; data folders of that time take this step as well.

They have no version, and may lack later tables and columns: those are added, all else is kept.
"""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MAX_DRAFT_CHARACTERS = 6000

# Not the tables of tables.py: those change, and this step never does.
metadata = sa.MetaData()
sa.Table(
    "tasks",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("designer", sa.String(64), nullable=False),
    sa.Column("batch", sa.String(32), nullable=False),
    sa.Column("token", sa.String(64), nullable=False, unique=True),
    sa.Column("source_id", sa.String(32)),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("model", sa.String(40), nullable=False),
    sa.Column("aspect_ratio", sa.String(8)),
    sa.Column("output_format", sa.String(8), nullable=False),
    sa.Column("safety_tolerance", sa.Integer, nullable=False),
    sa.Column("translate", sa.Boolean, nullable=False),
    sa.Column("enhance", sa.Boolean, nullable=False),
    sa.Column("store_in_china", sa.Boolean, nullable=False),
    sa.Column("watermark", sa.Text),
    sa.Column("price", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("obstacle", sa.Text),
    sa.Column("service_id", sa.String(200)),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("sent_at", sa.Float),
    sa.Column("accepted_at", sa.Float),
    sa.Column("watched_since", sa.Float),
    sa.Column("finished_at", sa.Float),
    sa.Column("result_url", sa.Text),
    sa.Column("origin_url", sa.Text),
    sa.Column("picture_id", sa.String(32)),
    sa.Column("not_before", sa.Float, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("empties", sa.Integer, nullable=False),
    sa.Column("missing_since", sa.Float),
    sa.Column("dismissed", sa.Boolean, nullable=False),
    sa.Index("tasks_of_designer", "designer", "created_at"),
    sa.Index("tasks_by_state", "state"),
    sa.Index("tasks_by_source", "source_id"),
)
sa.Table(
    "desks",
    metadata,
    sa.Column("designer", sa.String(64), primary_key=True),
    sa.Column("source_id", sa.String(32), nullable=False),
)
drafts = sa.Table(
    "tab_drafts",
    metadata,
    sa.Column("designer", sa.String(64), primary_key=True),
    sa.Column("mode", sa.String(32), primary_key=True),
    sa.Column("tab", sa.String(32), primary_key=True),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)
sa.Table(
    "pins",
    metadata,
    sa.Column("designer", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("pinned_at", sa.Float, nullable=False),
)
sa.Table(
    "sweeps",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)
sa.Table(
    "pictures",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("designer", sa.String(64), nullable=False),
    sa.Column("task_id", sa.String(32)),
    sa.Column("format", sa.String(8), nullable=False),
    sa.Column("width_px", sa.Integer, nullable=False),
    sa.Column("height_px", sa.Integer, nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("upload_url", sa.Text),
    sa.Column("uploaded_at", sa.Float),
    sa.Column("starred", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("chosen_at", sa.Float),
    sa.Column("deleted_at", sa.Float),
    sa.Index("pictures_of_designer", "designer", "created_at"),
)


def upgrade() -> None:
    """Make the tables that are missing, then the columns."""
    connection = op.get_bind()
    metadata.create_all(connection)
    inspector = sa.inspect(connection)
    for table in metadata.sorted_tables:
        present = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                op.add_column(table.name, column)
    if inspector.has_table("drafts"):
        _move_drafts_of_0_1_0(connection)


def _move_drafts_of_0_1_0(connection: sa.Connection) -> None:
    """Move the drafts of version 0.1.0, which knew no tabs, into the table of today."""
    old = sa.table("drafts", sa.column("designer"), sa.column("mode"), sa.column("prompt"))
    text = sa.func.substr(old.c.prompt, 1, _MAX_DRAFT_CHARACTERS)
    # Cut settings would be no JSON.
    can_be_cut = old.c.mode.in_(["generate", "edit"])
    rows = sa.select(
        old.c.designer, old.c.mode, sa.literal(""), text, sa.literal(time.time())
    ).where(can_be_cut | (text == old.c.prompt))
    connection.execute(sa.insert(drafts).from_select([column.key for column in drafts.c], rows))
    op.drop_table("drafts")
