"""Brings the database of an earlier version up to date; columns are only added."""

from __future__ import annotations

import sqlalchemy as sa

from components.studio.db.tables import metadata


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
