"""Pictures that were brought in: their originals, one for the same bytes, a folded name."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ROWS_AT_ONCE = 500

pictures = sa.table("pictures", *map(sa.column, ("id", "task_id", "label", "search_text")))


def upgrade() -> None:
    """Add columns and an index; pictures of before have no original and no content hash."""
    op.add_column("pictures", sa.Column("original_format", sa.String(8)))
    op.add_column("pictures", sa.Column("original_width_px", sa.Integer))
    op.add_column("pictures", sa.Column("original_height_px", sa.Integer))
    op.add_column("pictures", sa.Column("original_bytes", sa.Integer))
    op.add_column("pictures", sa.Column("content_hash", sa.String(64)))
    op.add_column("pictures", sa.Column("ground", sa.String(7), nullable=False, server_default=""))
    op.add_column("pictures", sa.Column("search_text", sa.Text, nullable=False, server_default=""))
    op.add_column("pictures", sa.Column("color", sa.String(7)))
    op.add_column("pictures", sa.Column("embedded_settings", sa.Text))
    has_hash = sa.text("content_hash IS NOT NULL")
    op.create_index(
        "pictures_by_content",
        "pictures",
        ["designer", "content_hash", "ground"],
        unique=True,
        sqlite_where=has_hash,
        postgresql_where=has_hash,
    )
    op.add_column("tasks", sa.Column("dismissed_at", sa.Float))
    _fold_names(op.get_bind())


def _fold_names(connection: sa.Connection) -> None:
    """Fill `search_text` as `fold_text` of tables.py does; neither database can by itself."""
    last_id = ""
    while rows := connection.execute(
        sa.select(pictures.c.id, pictures.c.label)
        .where(pictures.c.id > last_id, pictures.c.task_id.is_(None))
        .order_by(pictures.c.id)
        .limit(_ROWS_AT_ONCE)
    ).all():
        connection.execute(
            sa.update(pictures)
            .where(pictures.c.id == sa.bindparam("picture_id"))
            .values(search_text=sa.bindparam("folded")),
            [
                {
                    "picture_id": picture_id,
                    "folded": unicodedata.normalize("NFKC", label).casefold(),
                }
                for picture_id, label in rows
            ],
        )
        last_id = rows[-1].id
