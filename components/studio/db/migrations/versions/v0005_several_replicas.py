"""Several replicas on one database: which one leads, and what all of them share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add two tables. The row of the first leader is there, so that each one counts up."""
    leadership = op.create_table(
        "leadership",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("replica", sa.String(32), nullable=False),
    )
    op.bulk_insert(leadership, [{"id": 1, "epoch": 0, "replica": ""}])
    op.create_table(
        "shared_values",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
