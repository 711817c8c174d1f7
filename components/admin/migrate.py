"""Copies a data folder into the configured database and store, which may be interrupted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from components.admin.backup import store_file
from components.admin.places import AdminError, Place
from components.admin.rows import (
    TABLES,
    Rows,
    has_rows,
    not_empty_error,
    read_rows,
    read_upgraded_rows,
    write_rows,
)
from components.bootstrap import lock_folder
from components.studio.db.database import DatabaseError
from components.studio.db.tasks import DATABASE_FILE
from components.studio.storage import SECRET_FILE

Say = Callable[[str], object]


@dataclass
class Migration:
    """What was done."""

    rows: int = 0
    copied: int = 0
    already_there: int = 0
    missing: int = 0
    """Files that rows name and that the folder lacks; thumbnails do not count."""


def migrate_folder(source: Path, place: Place, say: Say) -> Migration:
    """Copy all files, then all rows at once. Raises AdminError and OSError.

    The folder is locked meanwhile and not changed. A second run goes on where the first one
    stopped; what is there with the same content is left alone. Rows that are there and differ are
    never overwritten: the app may have worked with them.
    """
    source = source.absolute()
    database = source / DATABASE_FILE
    if not database.is_file():
        raise AdminError(f"{source} is no data folder: it has no {DATABASE_FILE}.")
    if place.database_file is not None and place.files.folder is not None:
        raise AdminError(
            "Neither KONTEXT_DATABASE_URL nor KONTEXT_STORAGE_URL is set: there is nowhere to go. "
            "To move a data folder, stop the studio and move the folder."
        )
    if place.database_file is not None:
        raise AdminError("Set KONTEXT_DATABASE_URL, too: a store needs PostgreSQL beside it.")
    try:
        lock = lock_folder(source)
    except DatabaseError as error:
        raise AdminError(f"{error} Stop the studio first.") from error
    with lock, read_upgraded_rows(database, place.data_dir) as rows:
        are_rows_there = has_rows(place)
        if are_rows_there:
            _refuse_other_rows(place, rows)
        done = _store_files(source, place, rows, say)
        _copy_secret(source, place)
        if not are_rows_there:
            tables = {table.name: rows.of(table) for table in TABLES}
            write_rows(place, tables, source / SECRET_FILE)
        _refuse_other_rows(place, rows)
        done.rows = sum(table.rows for table in rows.sums().values())
    return done


def _refuse_other_rows(place: Place, rows: Rows) -> None:
    with read_rows(place) as found:
        there, expected = found.sums(), rows.sums()
    if any(there[name] != expected[name] for name in expected if expected[name].rows):
        raise not_empty_error(place)


def _store_files(source: Path, place: Place, rows: Rows, say: Say) -> Migration:
    done = Migration()
    files = list(rows.files())
    is_same = place.files.folder is not None and place.files.folder.resolve() == source.resolve()
    for number, file in enumerate(files, 1):
        path = source / file.name
        if not path.is_file():
            done.missing += file.is_needed
        elif is_same or not store_file(path, place, file.name):
            done.already_there += 1
        else:
            done.copied += 1
        if number % 1000 == 0:
            say(f"{number:,} of {len(files):,} files")
    return done


def _copy_secret(source: Path, place: Place) -> None:
    """Without it, everybody would be a new user."""
    secret = source / SECRET_FILE
    if not secret.is_file() or place.secret_file.exists():
        return
    place.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy2(secret, place.secret_file)
