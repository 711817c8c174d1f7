"""Reads and writes whole tables, on SQLite and PostgreSQL alike.

Rows are dicts by the database's own column names, which never change their meaning.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from components.admin.places import AdminError, Place, folder_place
from components.studio.db.database import Database, DatabaseError
from components.studio.db.gallery import PURGING
from components.studio.db.migrations import known_versions
from components.studio.db.tables import (
    audit,
    images,
    insert_or,
    leadership,
    metadata,
    shared_values,
    tasks,
)
from components.studio.images.store import THUMBNAIL_SIDES_PX, ImageStore

TABLES = [table for table in metadata.sorted_tables if table is not leadership]
"""All tables but the one in which the running replicas agree."""
_NAMES = ImageStore(Path())  # of files, wherever they are
_CHUNK_ROWS = 500
_READ_ROWS = 1000
_JSON_BYTES = "base64"


@dataclass(frozen=True)
class FileOfRow:
    """A file that a row names.

    Thumbnails may be missing, as they can be made again, and what is being deleted for good.
    """

    name: str
    image_id: str
    format: str
    size_bytes: int | None
    is_needed: bool


@dataclass(frozen=True)
class TableSum:
    """How many rows a table has, and a digest of them that knows no order."""

    rows: int = 0
    digest: int = 0

    def add(self, row: Mapping[str, Any]) -> TableSum:
        """With one more row."""
        number = int.from_bytes(hashlib.sha256(row_to_json(row).encode()).digest())
        return TableSum(self.rows + 1, (self.digest + number) % 2**256)


def row_to_json(row: Mapping[str, Any]) -> str:
    """A row as one line."""
    plain = {
        name: {_JSON_BYTES: base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for name, value in row.items()
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def row_from_json(line: str) -> dict[str, Any]:
    """The row of a line. Raises ValueError."""
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError("a line is no row")
    return {
        name: base64.b64decode(value[_JSON_BYTES]) if isinstance(value, dict) else value
        for name, value in row.items()
    }


# --- Reading ---


class Rows:
    """All rows as they were at one moment."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of(self, table: sa.Table, names: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
        """The rows of a table, with these columns of the database or with all.

        The secret of the cookies is left out: it travels as a file.
        """
        columns = [
            column.label(column.name)
            for column in table.columns
            if names is None or column.name in names
        ]
        statement = sa.select(*columns).execution_options(yield_per=_READ_ROWS)
        if table is shared_values:
            statement = statement.where(shared_values.c.name != "cookie_secret")
        result = self._connection.execute(statement)
        for row in result.mappings():
            yield {name: _portable(value) for name, value in row.items()}

    def secret(self) -> bytes | None:
        """The secret of the cookies, where replicas share it."""
        shared = self._connection.execute(
            sa.select(shared_values.c.value).where(shared_values.c.name == "cookie_secret")
        ).scalar_one_or_none()
        return None if shared is None else bytes.fromhex(shared)

    def files(self) -> Iterator[FileOfRow]:
        """The files that the rows name, the trash and hidden images included."""
        columns = (
            *(images.c.id, images.c.format, images.c.size_bytes),
            *(images.c.original_format, images.c.original_bytes, images.c.deleted_at),
        )
        for (
            image_id,
            form,
            size,
            original_form,
            original_size,
            deleted_at,
        ) in self._connection.execute(sa.select(*columns).order_by(images.c.id)):
            folder, is_needed = image_id[:2], deleted_at != PURGING
            name = f"pictures/{folder}/{image_id}.{form}"
            yield FileOfRow(name, image_id, form, size, is_needed)
            if original_form is not None:
                name = f"originals/{folder}/{image_id}.{original_form}"
                yield FileOfRow(name, image_id, form, original_size, is_needed)
            for side_px in THUMBNAIL_SIDES_PX:
                name = _NAMES.thumbnail_file(image_id, side_px).name
                yield FileOfRow(name, image_id, form, None, False)

    def sums(self) -> dict[str, TableSum]:
        """Count and digest of each table."""
        return {table.name: table_sum(self.of(table)) for table in TABLES}


@contextmanager
def read_rows(place: Place) -> Iterator[Rows]:
    """All rows as they are now, while the app may go on. Raises AdminError.

    The database must have this version's tables: it is read and never changed.
    """
    file = place.database_file
    if file is not None and not file.is_file():
        raise AdminError(f"There is no database {file}.")
    engine = sa.create_engine(place.database_url, hide_parameters=True)
    if file is None:  # SQLite's transactions always see one moment
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            if file is not None:
                # The driver would begin no transaction for statements that only read.
                connection.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
                connection.exec_driver_sql("BEGIN")
            _check_version(connection)
            yield Rows(connection)
            connection.rollback()
    except SQLAlchemyError as error:
        raise AdminError(f"The database cannot be read: {_first_line(error)}") from error
    finally:
        engine.dispose()


def _check_version(connection: sa.Connection) -> None:
    newest, *older = known_versions()
    names = sa.inspect(connection).get_table_names()
    found = None
    if "alembic_version" in names:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found == newest:
        return
    if not names:
        raise AdminError("The database is empty: the studio has never been started on it.")
    if found is None or found in older:
        raise AdminError(
            f"The database is of an older version ({found or 'before 0001'}) than this program "
            f"({newest}). Use the program of that version, or start the studio once: it brings "
            "the database up to date."
        )
    raise AdminError(
        f"The database was written by a newer version of the studio ({found}) than this program "
        f"({newest}). Use the program of that version."
    )


def table_sum(rows: Iterable[Mapping[str, Any]]) -> TableSum:
    """Count and digest of rows."""
    total = TableSum()
    for row in rows:
        total = total.add(row)
    return total


def _portable(value: Any) -> Any:
    """PostgreSQL takes no NUL in a text."""
    return value.replace("\0", "") if isinstance(value, str) else value


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database file as it was last committed, while others write. Raises AdminError."""
    if not source.is_file():
        raise AdminError(f"There is no database {source}.")
    partial = target.with_name(f".{target.name}.part")
    partial.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(partial)) as new:
            old.backup(new)
            # One file, without a -wal beside it.
            new.execute("PRAGMA journal_mode=DELETE")
            [answer] = new.execute("PRAGMA quick_check").fetchone()
        if answer != "ok":
            raise AdminError(f"The database {source} is damaged: {answer}.")
        partial.replace(target)
    except sqlite3.Error as error:
        raise AdminError(f"The database {source} cannot be copied: {error}.") from error
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def read_upgraded_rows(file: Path, scratch: Path) -> Iterator[Rows]:
    """The rows of a SQLite file of this version or an older one, which is not changed.

    A copy of it, in a folder within `scratch`, is brought up to date: a container's /tmp may be
    small. Raises AdminError.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".admin-", dir=scratch) as folder:
        copy = Path(folder) / file.name
        copy_sqlite(file, copy)
        place = folder_place(copy.parent)
        try:
            Database(place.database_url).close()
        except DatabaseError as error:
            raise AdminError(str(error)) from error
        with read_rows(place) as rows:
            yield rows


# --- Writing ---


def has_rows(place: Place) -> bool:
    """Whether anybody's tasks or pictures stand in the database, which may be quite empty.

    Raises AdminError.
    """
    file = place.database_file
    if file is not None and not file.exists():
        return False
    engine = sa.create_engine(place.database_url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return _has_rows(connection)
    except SQLAlchemyError as error:
        raise AdminError(f"The database cannot be read: {_first_line(error)}") from error
    finally:
        engine.dispose()


def _has_rows(connection: sa.Connection) -> bool:
    names = sa.inspect(connection).get_table_names()
    return any(
        connection.execute(sa.select(table.c.id).limit(1)).first() is not None
        for table in (tasks, images, audit)
        if table.name in names
    )


def not_empty_error(place: Place) -> AdminError:
    """Nothing is written over what people have."""
    where = place.database_file or "the configured database"
    return AdminError(
        f"There are tasks or pictures in {where} already. Nothing was changed. Use an empty one."
    )


def write_rows(
    place: Place,
    rows_of: Mapping[str, Iterable[Mapping[str, Any]]],
    secret_file: Path | None = None,
) -> None:
    """Make the tables if need be and write all rows in one transaction. Raises AdminError.

    Refuses where anybody has tasks or pictures. What was written is read back and compared before
    it becomes visible. On PostgreSQL the secret of the cookies goes with them, if it stood in a
    file.
    """
    try:
        with (
            closing(Database(place.database_url)) as database,
            database.write_transaction() as connection,
        ):
            if _has_rows(connection):
                raise not_empty_error(place)
            for table in TABLES:
                if table is not audit:  # it is empty, and refuses
                    connection.execute(sa.delete(table))
                rows = iter(rows_of.get(table.name, ()))
                expected, names = _insert(connection, table, rows)
                if expected.rows and table_sum(Rows(connection).of(table, names)) != expected:
                    raise AdminError(f"Table {table.name}: what was written reads differently.")
            if database.is_shared:
                # Its numbers were given out elsewhere.
                newest = sa.select(sa.func.coalesce(sa.func.max(audit.c.id), 0) + 1)
                sequence = sa.func.pg_get_serial_sequence("audit", "id")
                connection.execute(
                    sa.select(sa.func.setval(sequence, newest.scalar_subquery(), sa.false()))
                )
            if database.is_shared and secret_file is not None and secret_file.is_file():
                # Without it, everybody would be a new user.
                secret = {"name": "cookie_secret", "value": secret_file.read_bytes().hex()}
                connection.execute(
                    insert_or(connection, shared_values).values(secret).on_conflict_do_nothing()
                )
    except DatabaseError as error:
        cause = error.__cause__
        raise AdminError(
            f"The rows cannot be written: {_first_line(cause) if cause else error}"
        ) from error


def _insert(
    connection: sa.Connection, table: sa.Table, rows: Iterator[Mapping[str, Any]]
) -> tuple[TableSum, set[str]]:
    """What was written, and the columns that it had: an older backup lacks some."""
    total, written = TableSum(), set[str]()
    keys = {column.name: column.key for column in table.columns}
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        for row in chunk:
            total = total.add(row)
            written |= row.keys()
            if unknown := row.keys() - keys.keys():
                raise AdminError(f"Table {table.name}: unknown column {min(unknown)}.")
        connection.execute(
            sa.insert(table), [{keys[name]: row[name] for name in row} for row in chunk]
        )
    return total, written


def _first_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0]
