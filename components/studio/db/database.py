"""Opens the database and gives out transactions.

SQLite in the data folder is the default (WAL, `synchronous=FULL`). On PostgreSQL several replicas
share one database, and each tells the others what it has changed.
"""

from __future__ import annotations

import logging
import re
import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from components.studio.db.migrations import MigrationError, migrate
from components.studio.db.tables import insert_or, leadership, shared_values

log = logging.getLogger("kontext.database")

_FIRST_RETRY_DELAY_S = 0.5
_MAX_RETRY_DELAY_S = 30.0
T = TypeVar("T")
BUSY_TIMEOUT_SECONDS = 3.0  # how long a transaction waits for another: a person waits for it, too
CHANNEL = "kontext_studio"  # on which replicas tell each other of changes
MAX_VARIABLES = 400  # of an `IN` list; some statements have two, and SQLite may take 999 only


class NotFoundError(LookupError):
    """No such thing, or it is another user's: callers cannot tell which."""


class DatabaseErrorKind(StrEnum):
    """What is wrong with the database, one value per thing that a person can do."""

    BUSY = "busy"
    """Another connection holds the lock: try again."""
    FULL = "full"
    """The disk is full, or nearly: make room."""
    DAMAGED = "damaged"
    """The file is no database, or a broken one: restore the backup."""
    MISSING = "missing"
    """The files that are open no longer lie in the data folder."""
    AWAY = "away"
    """The database server does not answer: it may be back in a moment."""
    REFUSED = "refused"
    """Anything else, such as rights or a read-only disk: the message quotes the database."""


class DatabaseError(Exception):
    """The database cannot be read or written. The message says what to do, without Markdown."""

    def __init__(self, message: str, kind: DatabaseErrorKind = DatabaseErrorKind.REFUSED) -> None:
        super().__init__(message)
        self.kind = kind


class MessageKind(StrEnum):
    """What replicas tell each other. A message is a hint: the database says what is true."""

    HELLO = "hello"
    """A replica has connected; its id, and a digest of what all must have in common."""
    TASK = "task"
    """A task has changed; its id."""
    POLL = "poll"
    """Ask about a task now; its id."""
    KEEP = "keep"
    """A person wants another kept version; the id of the raw answer."""
    USER = "user"
    """Something of a user has changed; the user's id."""
    RECHECK = "recheck"
    """Look now whether the key and the credits are good again."""
    PAUSE = "pause"
    """Why the leader sends nothing, and until when; empty when it sends."""
    ORDER = "order"
    """An admin has changed what holds for everybody; which order."""
    ASK_PAUSE = "ask_pause"
    """A replica has connected and does not know that yet."""


class LeadershipLost(Exception):
    """Another replica leads by now, so nothing may be sent. Nothing was changed."""


def chunked(ids: Collection[str]) -> Iterator[list[str]]:
    """The ids in lists that fit into one `IN`; none where there are no ids."""
    listed = list(ids)
    for start in range(0, len(listed), MAX_VARIABLES):
        yield listed[start : start + MAX_VARIABLES]


class Database:
    """Brings the tables up to date and opens transactions."""

    def __init__(self, url: str, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> None:
        """`url` is that of a SQLite file or of PostgreSQL. Raises DatabaseError."""
        self.replica_id = secrets.token_hex(8)
        """Tells this process's messages from those of other replicas."""
        self.epoch: int | None = None
        """Which leadership this replica holds or held last; only PostgreSQL has them."""
        self.default_budgets: Mapping[tuple[str, str], int] = {}
        """Hundredths of a credit by subject and period, where the tables name no other budget."""
        self._url = sa.make_url(url)
        self._opened: tuple[int, int] | None = None
        # Without hidden parameters, the text of a database error would log the row with its prompt.
        if self.is_shared:
            self._path = None
            self._engine = _postgresql_engine(self._url, busy_timeout_seconds)
        else:
            self._path = Path(self._url.database or "")
            self._engine = sa.create_engine(self._url, hide_parameters=True)
            _configure_sqlite(self._engine, busy_timeout_seconds)
        try:
            with self.write_transaction() as connection:
                migrate(connection, self._path or Path())
        except MigrationError as error:
            self.close()
            raise DatabaseError(str(error)) from error
        except DatabaseError:
            self.close()
            raise
        self._opened = None if self._path is None else file_identity(self._path)

    @property
    def is_shared(self) -> bool:
        """Whether it is PostgreSQL, which other replicas may use as well."""
        return self._url.get_backend_name() == "postgresql"

    @property
    def connect_arguments(self) -> dict[str, Any]:
        """Arguments of `psycopg.connect` for one more connection to PostgreSQL."""
        url = self._url
        own = {"host": url.host, "port": url.port, "user": url.username}
        own |= {"password": url.password, "dbname": url.database}
        given = {name: value for name, value in own.items() if value is not None}
        return {**_KEEP_ALIVE, **url.query, **given}

    def announce(self, connection: sa.Connection, kind: MessageKind, text: str) -> None:
        """Tell the other replicas when this transaction is committed; on SQLite there are none."""
        if self.is_shared:
            payload = f"{self.replica_id} {kind} {text}"
            connection.execute(sa.select(sa.func.pg_notify(CHANNEL, payload)))

    def check_leads(self, connection: sa.Connection) -> None:
        """Raise LeadershipLost unless this replica leads until this transaction ends."""
        if not self.is_shared:
            return
        own = sa.select(leadership.c.epoch).where(leadership.c.epoch == self.epoch)
        if connection.execute(own.with_for_update(read=True)).first() is None:
            raise LeadershipLost

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
            raise self._database_error(error, "read") from error

    @contextmanager
    def write_transaction(self) -> Iterator[sa.Connection]:
        """A transaction that may write; it takes the write lock at once. Raises DatabaseError."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise self._database_error(error, "written") from error

    def shared_value(self, name: str, value: str) -> str:
        """What all replicas share under this name: `value` if nobody has stored one before.

        Raises DatabaseError.
        """
        stored = sa.select(shared_values.c.value).where(shared_values.c.name == name)
        with self.write_transaction() as connection:
            connection.execute(
                insert_or(connection, shared_values)
                .values(name=name, value=value)
                .on_conflict_do_nothing()
            )
            return str(connection.execute(stored).scalar_one())

    def check_writable(self) -> None:
        """Raise DatabaseError if a write would fail now.

        An empty transaction takes the write lock and gives it back, and the disk writes nothing.
        A read would not do: it succeeds while another program holds that lock. PostgreSQL refuses
        to begin on a server that only follows another one.
        """
        with self.write_transaction():
            pass

    def _database_error(self, error: SQLAlchemyError, done: str) -> DatabaseError:
        """The error in plain words; `done` is "read" or "written"."""
        cause = getattr(error, "orig", None) or error
        if self._path is None:
            return _error_of_postgresql(cause, done)
        if self._opened not in (None, file_identity(self._path)):
            return missing_files_error(self._path.parent)
        return _error_of_sqlite(cause, self._path, done)


class DbRetry:
    """Retries database operations. Safe to use from any thread.

    `on_change` is called when the first operation has to wait and when the last one is done.
    """

    def __init__(
        self, stopping: threading.Event, on_change: Callable[[], object] = lambda: None
    ) -> None:
        self._stopping = stopping
        self._on_change = on_change
        self._lock = threading.Lock()
        self._waiting = 0
        self._error: DatabaseError | None = None

    @property
    def error(self) -> DatabaseError | None:
        """Why an operation is being retried; None while none is."""
        with self._lock:
            return self._error

    def run(self, work: Callable[[], T]) -> T | None:
        """The result of the operation; None when the app shuts down before it succeeds."""
        try:
            return work()
        except DatabaseError as error:
            self._count(1, error)
        try:
            return self._retry(work)
        finally:
            self._count(-1)

    def _retry(self, work: Callable[[], T]) -> T | None:
        delay = _FIRST_RETRY_DELAY_S
        while not self._stopping.wait(delay):
            try:
                return work()
            except DatabaseError as error:
                self._count(0, error)
                delay = min(delay * 2, _MAX_RETRY_DELAY_S)
                log.exception("database operation failed", extra={"retry_in_seconds": delay})
        return None

    def _count(self, more: int, error: DatabaseError | None = None) -> None:
        with self._lock:
            before = self._error and self._error.kind
            self._waiting += more
            self._error = (error or self._error) if self._waiting else None
            after = self._error and self._error.kind
        if before != after:
            self._on_change()


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

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


# A connection whose other end is gone is noticed within about ten seconds.
_KEEP_ALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def _postgresql_engine(url: sa.URL, busy_timeout_seconds: float) -> sa.Engine:
    """PostgreSQL by psycopg. All is set in each transaction, so that a pooler may be in between."""
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,  # a server that was restarted costs no press
        pool_size=8,
        max_overflow=24,
        pool_timeout=busy_timeout_seconds,
        # Prepared statements would not survive a pooler.
        connect_args={**_KEEP_ALIVE, "prepare_threshold": None},
    )
    wait_ms = round(busy_timeout_seconds * 1000)
    limits = (
        f"SET LOCAL lock_timeout = {wait_ms}; SET LOCAL statement_timeout = 30000; "
        "SET LOCAL idle_in_transaction_session_timeout = 10000"
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        # What is read in several statements is one state, as on SQLite.
        mode = "ISOLATION LEVEL REPEATABLE READ, READ ONLY" if reads_only else "READ WRITE"
        connection.exec_driver_sql(f"SET TRANSACTION {mode}; {limits}")

    return engine


# Classes and codes of PostgreSQL: https://www.postgresql.org/docs/15/errcodes-appendix.html
_POSTGRESQL_BUSY = {"55P03", "57014", "40P01", "40001"}  # lock or statement timeout, deadlock
_POSTGRESQL_FULL = {"53100"}
# psycopg tells no code for a connection that was refused, so a server that speaks English is read.
_POSTGRESQL_REFUSES = re.compile(
    r"authentication failed|no password supplied|pg_hba\.conf|not permitted to log in"
    r'|(role|database) ".*" does not exist|SSL was required|certificate verify failed'
)


def _error_of_postgresql(cause: BaseException, done: str) -> DatabaseError:
    state: str | None = getattr(cause, "sqlstate", None)
    if state in _POSTGRESQL_BUSY or isinstance(cause, sa.exc.TimeoutError):
        return busy_database_error()
    if state in _POSTGRESQL_FULL:
        return DatabaseError(
            "The disk of the database is full: nothing can be saved. Make room there.",
            DatabaseErrorKind.FULL,
        )
    if state is None and _POSTGRESQL_REFUSES.search(str(cause)):
        log.error("database refuses the studio", extra={"reason": str(cause)})
        return DatabaseError(
            "The database refuses the studio: check user, password and database name in "
            "KONTEXT_DATABASE_URL. The log says more."
        )
    if state in {"42501", "3F000"}:  # no right, or none to see a schema
        return DatabaseError(
            f"The database cannot be {done}: the studio's user has no right to. Make it the owner "
            "of the database."
        )
    if state in {"25006"}:
        return DatabaseError(
            "The database is read-only: it follows another one. Name that one in "
            "KONTEXT_DATABASE_URL: nothing is sent or paid for until then."
        )
    if state is None or state[:2] in {"08", "57", "53"}:
        return DatabaseError(
            "The database does not answer. Nothing is sent or paid for until it does; "
            "the studio tries again by itself.",
            DatabaseErrorKind.AWAY,
        )
    return DatabaseError(f"The database cannot be {done}: PostgreSQL answers with code {state}.")


# Primary result codes of SQLite: https://sqlite.org/rescode.html
_KIND_BY_CODE = {
    sqlite3.SQLITE_BUSY: DatabaseErrorKind.BUSY,
    sqlite3.SQLITE_LOCKED: DatabaseErrorKind.BUSY,
    sqlite3.SQLITE_FULL: DatabaseErrorKind.FULL,
    sqlite3.SQLITE_CORRUPT: DatabaseErrorKind.DAMAGED,
    sqlite3.SQLITE_NOTADB: DatabaseErrorKind.DAMAGED,
}

_ADVICE_BY_CODE = {
    sqlite3.SQLITE_READONLY: "Give the studio the right to write this file and its folder.",
    sqlite3.SQLITE_CANTOPEN: "Give the studio the right to use this file and its folder.",
    sqlite3.SQLITE_IOERR: "The disk may be full or broken: check it.",
}


def _error_of_sqlite(cause: BaseException, path: Path, done: str) -> DatabaseError:
    code = getattr(cause, "sqlite_errorcode", -1) & 0xFF  # the rest of the number is a detail
    kind = _KIND_BY_CODE.get(code, DatabaseErrorKind.REFUSED)
    match kind:
        case DatabaseErrorKind.BUSY:
            return busy_database_error()
        case DatabaseErrorKind.FULL:
            message = f"The disk is full: nothing can be saved. Make room in {path.parent}."
        case DatabaseErrorKind.DAMAGED:
            return damaged_database_error(path, f"SQLite says “{cause}”")
        case _ if path.is_dir():
            message = (
                f"There is a folder at {path}, where the database should be. "
                "Move it away, or restore the backup, and restart the studio."
            )
        case _:
            advice = _ADVICE_BY_CODE.get(code, "Check the disk and the folder's rights.")
            message = f"The database {path} cannot be {done}: “{cause}”. {advice}"
    return DatabaseError(message, kind)


def busy_database_error() -> DatabaseError:
    """Something else has held the write lock for too long."""
    return DatabaseError(
        "The database is busy: another program holds it. Try again in a moment.",
        DatabaseErrorKind.BUSY,
    )


def damaged_database_error(path: Path, finding: str) -> DatabaseError:
    """A database file that cannot be used, and the two ways out."""
    return DatabaseError(
        f"The database {path} is damaged: {finding}. Stop the studio, then restore the backup of "
        f"{path.parent}, or move this file away to begin with an empty gallery.",
        DatabaseErrorKind.DAMAGED,
    )


def file_identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file; None where there is none.

    Not of an open descriptor: closing one would drop SQLite's own locks on the file.
    """
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def missing_files_error(folder: Path) -> DatabaseError:
    """The files that this process has open are no longer in the data folder."""
    return DatabaseError(
        f"The data folder {folder} was deleted, moved or replaced while the studio ran. "
        "Put it back, or restore the backup and restart the studio. "
        "Nothing is sent or paid for until then.",
        DatabaseErrorKind.MISSING,
    )
