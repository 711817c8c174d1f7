"""Versions of a result with the source's pixels put back, and edits that are run again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a column and two tables. Results of before have no report."""
    op.add_column(
        "pictures", sa.Column("hidden", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_index("pictures_of_task", "pictures", ["task_id"])
    op.create_table(
        "keep_reports",
        sa.Column("image_id", sa.String(32), primary_key=True),
        sa.Column("designer", sa.String(64), nullable=False),
        sa.Column("task_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False, server_default=""),
        sa.Column("changed_fraction", sa.Float),
        sa.Column("figures", sa.Text, nullable=False, server_default="{}"),
        sa.Column("settings", sa.Text, nullable=False, server_default="{}"),
        sa.Column("kept_id", sa.String(32)),
        sa.Column("updated_at", sa.Float, nullable=False),
    )
    op.create_table(
        "chain_runs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("designer", sa.String(64), nullable=False),
        sa.Column("source_id", sa.String(32), nullable=False),
        sa.Column("steps", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("image_id", sa.String(32), nullable=False),
        sa.Column("task_id", sa.String(32)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False, server_default=""),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    # One by one: the indexes of a table have no order.
    op.create_index("keep_reports_by_state", "keep_reports", ["state"])
    op.create_index("keep_reports_of_task", "keep_reports", ["task_id"])
    op.create_index("chain_runs_by_state", "chain_runs", ["state"])
    op.create_index("chain_runs_by_task", "chain_runs", ["task_id"])
