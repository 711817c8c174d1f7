"""Brings the database of an earlier version up to date; what it stored is kept."""

from __future__ import annotations

import time

import sqlalchemy as sa

from components.studio.db.tables import MAX_DRAFT_BYTES, drafts, metadata


def add_missing_columns(connection: sa.Connection) -> None:
    """Add the columns that a table lacks. They must allow NULL or have a server default."""
    preparer = connection.dialect.identifier_preparer
    inspector = sa.inspect(connection)
    for table in metadata.sorted_tables:
        present = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                definition = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(
                    f"ALTER TABLE {preparer.format_table(table)} ADD COLUMN {definition}"
                )


def move_old_drafts(connection: sa.Connection) -> None:
    """Move the drafts of version 0.1.0, which knew no tabs, into the table of today."""
    if not sa.inspect(connection).has_table("drafts"):
        return
    old = sa.table("drafts", sa.column("designer"), sa.column("mode"), sa.column("prompt"))
    text = sa.func.substr(old.c.prompt, 1, MAX_DRAFT_BYTES // 4)
    # Cut settings would be no JSON.
    can_be_cut = old.c.mode.in_(["generate", "edit"])
    rows = sa.select(
        old.c.designer, old.c.mode, sa.literal(""), text, sa.literal(time.time())
    ).where(can_be_cut | (text == old.c.prompt))
    connection.execute(sa.insert(drafts).from_select([column.key for column in drafts.c], rows))
    connection.exec_driver_sql("DROP TABLE drafts")
