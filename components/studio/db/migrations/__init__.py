"""Brings a database up to the tables of this version, with Alembic.

Each change of the tables is a file in `versions/`, for SQLite and PostgreSQL alike. All that a
database lacks is done in one transaction: after an interruption nothing of it is there.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from functools import cache
from pathlib import Path

import sqlalchemy as sa

log = logging.getLogger("kontext.migrations")

MAX_COPIES = 3  # of a SQLite file, each made before it was changed
_FOLDER = Path(__file__).parent
_LOCK_NUMBER = 7_300_527_158  # any number, the same in every process


class MigrationError(Exception):
    """The database cannot be brought up to date. The message says what to do."""


def migrate(connection: sa.Connection, path: Path) -> None:
    """Bring the database up to date, within the caller's transaction, which holds the write lock.

    `path` is the file of a SQLite database; a copy of it is made before it is changed.
    Raises MigrationError, with nothing changed.
    """
    is_file = connection.dialect.name == "sqlite"
    if not is_file:  # SQLite's transaction has the lock already
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_NUMBER)))
    newest, *_ = versions = known_versions()
    has_version = sa.inspect(connection).has_table("alembic_version")
    current = (
        connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if has_version
        else None
    )
    if current == newest:
        return
    if current is not None and current not in versions:
        raise MigrationError(_newer_database_message(path if is_file else None, versions))
    is_new = not sa.inspect(connection).get_table_names()
    if is_file and not is_new:
        _copy(path, _copy_path(path, newest))
    _run_steps(connection, newest)
    if not is_new:
        log.info("database migrated", extra={"from": current, "to": newest})


@cache
def known_versions() -> list[str]:
    """The versions of the database that this code knows, newest first, by their files' names."""
    return sorted((path.name[1:5] for path in _FOLDER.glob("versions/v*.py")), reverse=True)


def _run_steps(connection: sa.Connection, newest: str) -> None:
    """Run what the database lacks. Alembic costs a start 0.2 s and 12 MB: most need none of it."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext, MigrationStep
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(_FOLDER))
    context = MigrationContext.configure(
        connection,
        opts={
            "fn": lambda heads, _: [
                MigrationStep.upgrade_from_script(scripts.revision_map, step)
                for step in reversed(list(scripts.iterate_revisions(newest, heads or "base")))
            ],
            # Of SQLite, too: database.py begins the transaction, and not the driver.
            "transactional_ddl": True,
        },
    )
    with Operations.context(context):
        context.run_migrations()


def _newer_database_message(path: Path | None, versions: Collection[str]) -> str:
    """What to do; it names the copy that the newer version made, where there is one."""
    name, way_back = "The database", "restore the backup from before it"
    if path is not None:
        name = f"The database {path}"
        own = {_copy_path(path, version) for version in versions}
        if newer := [copy for copy in _copies(path) if copy not in own]:
            way_back = f"put {newer[-1].name}, the copy from before it, in the place of {path.name}"
    return (
        f"{name} was written by a newer version of the studio. Nothing was changed. Start that "
        f"version again; or, to go back, stop the studio and {way_back}."
    )


def _copy_path(path: Path, version: str) -> Path:
    return path.with_name(f"{path.stem}-before-{version}{path.suffix}")


def _copies(path: Path) -> list[Path]:
    """The copies of a SQLite file, newest first."""
    copies = path.parent.glob(_copy_path(path, "*").name)
    return sorted(copies, key=lambda copy: copy.stat().st_mtime, reverse=True)


def _copy(path: Path, copy: Path) -> None:
    """Copy a SQLite file as it was last committed; of earlier copies the newest stay.

    Raises MigrationError.
    """
    partial = copy.with_name(f"{copy.name}.part")
    try:
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as target:
            source.backup(target)
            # One file: it can be moved without a -wal file beside it.
            target.execute("PRAGMA journal_mode=DELETE")
        shutil.copymode(path, partial)
        partial.replace(copy)
        folder = os.open(copy.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        for old in _copies(path)[MAX_COPIES:]:
            old.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise MigrationError(
            f"The database {path} must be changed for this version, and no copy of it can be made "
            f"before that: “{error}”. Nothing was changed. Make room in {path.parent} or check its "
            "rights, then start again."
        ) from error
