"""Opens the database and gives out transactions.

SQLite is the embedded default (WAL, `synchronous=FULL`); another SQLAlchemy URL can take its
place.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from components.studio.db.gallery_query import casefold_nfkc
from components.studio.db.migrations import add_missing_columns
from components.studio.db.tables import metadata

log = logging.getLogger("kontext.database")

_FIRST_RETRY_DELAY_S = 0.5
_MAX_RETRY_DELAY_S = 30.0
T = TypeVar("T")
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


class DbRetry:
    """Retries database operations. Safe to use from any thread."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def is_retrying(self) -> bool:
        """Whether an operation failed and is being retried."""
        with self._lock:
            return self._waiting > 0

    def run(self, work: Callable[[], T]) -> T | None:
        """The result of the operation; None when the app shuts down before it succeeds."""
        try:
            return work()
        except DatabaseError:
            self._count(1)
        try:
            return self._retry(work)
        finally:
            self._count(-1)

    def _retry(self, work: Callable[[], T]) -> T | None:
        delay = _FIRST_RETRY_DELAY_S
        while not self._stopping.wait(delay):
            try:
                return work()
            except DatabaseError:
                delay = min(delay * 2, _MAX_RETRY_DELAY_S)
                log.exception("database operation failed", extra={"retry_in_seconds": delay})
        return None

    def _count(self, more: int) -> None:
        with self._lock:
            self._waiting += more


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
        connection.create_function("casefold_nfkc", 1, casefold_nfkc, deterministic=True)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
