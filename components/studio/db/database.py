"""Opens the database and gives out transactions.

SQLite is the embedded default (WAL, `synchronous=FULL`); another SQLAlchemy URL can take its
place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from components.studio.db.gallery_query import casefold_nfkc
from components.studio.db.migrations import add_missing_columns
from components.studio.db.tables import metadata

BUSY_TIMEOUT_SECONDS = 15.0  # how long a transaction waits for another


class DatabaseError(Exception):
    """The database cannot be read or written: disk full, read-only or locked."""


class Database:
    """Creates missing tables and opens transactions."""

    def __init__(self, url: str, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> None:
        """Raises DatabaseError."""
        # Without this, the text of a database error would log the row with its prompt.
        self._engine = sa.create_engine(url, hide_parameters=True)
        if self._engine.dialect.name == "sqlite":
            _configure_sqlite(self._engine, busy_timeout_seconds)
        with self.write_transaction() as connection:
            metadata.create_all(connection)
            add_missing_columns(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def read_transaction(self) -> Iterator[sa.Connection]:
        """A transaction that only reads. Raises DatabaseError."""
        try:
            with self._engine.connect() as connection:
                yield connection.execution_options(reads_only=True)
        except SQLAlchemyError as error:
            raise DatabaseError("The ledger cannot be read.") from error

    @contextmanager
    def write_transaction(self) -> Iterator[sa.Connection]:
        """A transaction that may write; it takes the write lock at once. Raises DatabaseError."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise DatabaseError("The ledger cannot be written.") from error


def _configure_sqlite(engine: sa.Engine, busy_timeout_seconds: float) -> None:
    """SQLite's settings, and transactions that take the write lock when they begin.

    Python's driver would take it at the first write. Two threads that have both read the old row
    would then both write.
    """

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={round(busy_timeout_seconds * 1000)}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.create_function("folded", 1, casefold_nfkc, deterministic=True)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
