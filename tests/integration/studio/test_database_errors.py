"""What is said of a database that is busy, full, damaged, read-only or gone."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from components.studio.db.database import DatabaseError, DatabaseErrorKind, DbRetry
from components.studio.db.tasks import TaskRepository
from tests.support.factories import make_task
from tests.support.full_disk import full_disk

pytestmark = pytest.mark.sqlite


def make_database(folder: Path) -> Path:
    """A closed database with enough rows to fill several pages."""
    with closing(TaskRepository.in_folder(folder)) as repository:
        repository.add_tasks([make_task(f"{number} " + "x" * 2000) for number in range(20)])
    return folder / "studio.db"


def error_of(folder: Path) -> DatabaseError:
    """The error of opening this folder and reading all tasks."""
    with (
        pytest.raises(DatabaseError) as raised,
        closing(TaskRepository.in_folder(folder)) as repository,
    ):
        repository.unfinished()
    return raised.value


def write(repository: TaskRepository, *statements: str) -> None:
    """A transaction with these statements."""
    with repository.database.write_transaction() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "studio.db").write_bytes(b"not a database at all" * 1000)

    error = error_of(tmp_path)

    assert error.kind is DatabaseErrorKind.DAMAGED
    for said in (str(tmp_path / "studio.db"), "file is not a database", "restore the backup"):
        assert said in str(error)


def test_truncated_file_is_damaged(tmp_path: Path) -> None:
    path = make_database(tmp_path)
    os.truncate(path, path.stat().st_size // 2)

    error = error_of(tmp_path)

    assert error.kind is DatabaseErrorKind.DAMAGED
    assert "database disk image is malformed" in str(error)
    assert "move this file away" in str(error)


def test_overwritten_pages_are_damaged(tmp_path: Path) -> None:
    path = make_database(tmp_path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (size - 8192))

    assert error_of(tmp_path).kind is DatabaseErrorKind.DAMAGED


def test_empty_file_beside_pictures_is_damaged(tmp_path: Path) -> None:
    picture = tmp_path / "pictures" / "aa" / "a.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    (tmp_path / "studio.db").touch()

    error = error_of(tmp_path)

    assert error.kind is DatabaseErrorKind.DAMAGED
    assert str(tmp_path / "studio.db") in str(error)
    assert (tmp_path / "studio.db").stat().st_size == 0
    # The advice of the message works.
    (tmp_path / "studio.db").unlink()
    with closing(TaskRepository.in_folder(tmp_path)) as repository:
        assert repository.unfinished() == []


def test_empty_file_without_pictures_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / "studio.db").touch()

    with closing(TaskRepository.in_folder(tmp_path)) as repository:
        repository.add_tasks([make_task()])
        assert len(repository.unfinished()) == 1


def test_locked_database_is_busy(tmp_path: Path) -> None:
    with (
        closing(TaskRepository.in_folder(tmp_path, busy_timeout_seconds=0.05)) as repository,
        closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as locking,
    ):
        locking.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="database is busy") as raised:
            repository.add_tasks([make_task()])
        assert raised.value.kind is DatabaseErrorKind.BUSY
        locking.execute("ROLLBACK")
        repository.add_tasks([make_task()])


def test_folder_in_place_of_the_database_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "studio.db").mkdir()

    message = str(error_of(tmp_path))

    assert f"There is a folder at {tmp_path / 'studio.db'}" in message
    assert "disk" not in message


def test_read_only_database_asks_for_rights_and_not_for_room(repository: TaskRepository) -> None:
    with pytest.raises(DatabaseError, match="right to write this file") as raised:
        write(repository, "PRAGMA query_only=ON", "CREATE TABLE more (id TEXT)")
    assert "full" not in str(raised.value)


def test_check_finds_a_lock_and_writes_nothing(tmp_path: Path) -> None:
    with (
        closing(TaskRepository.in_folder(tmp_path, busy_timeout_seconds=0.05)) as repository,
        closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as locking,
    ):
        repository.add_tasks([make_task()])
        files = {path: path.read_bytes() for path in tmp_path.glob("studio.db*")}
        repository.database.check_writable()
        assert files[tmp_path / "studio.db-wal"] == (tmp_path / "studio.db-wal").read_bytes()
        locking.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="database is busy"):
            repository.database.check_writable()


def test_full_database_says_that_the_disk_is_full(repository: TaskRepository) -> None:
    # SQLite's answer to ENOSPC, by its own limit of pages.
    with pytest.raises(DatabaseError) as raised:
        write(repository, "PRAGMA max_page_count=1", "CREATE TABLE big AS SELECT zeroblob(1000000)")
    error = raised.value
    assert error.kind is DatabaseErrorKind.FULL
    assert "disk is full" in str(error)


def test_refused_write_quotes_sqlite_and_names_the_file(
    repository: TaskRepository, tmp_path: Path
) -> None:
    with full_disk(), pytest.raises(DatabaseError, match="disk I/O error") as raised:
        repository.add_tasks([make_task()])
    assert raised.value.kind is DatabaseErrorKind.REFUSED
    assert f"{tmp_path / 'studio.db'} cannot be written" in str(raised.value)


def test_deleted_file_is_missing_though_another_takes_its_place(
    repository: TaskRepository, tmp_path: Path
) -> None:
    for name in ("studio.db", "studio.db-wal", "studio.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "studio.db").write_bytes(b"")

    with pytest.raises(DatabaseError) as raised:
        write(repository, "INSERT INTO nothing VALUES (1)")
    error = raised.value
    assert error.kind is DatabaseErrorKind.MISSING
    assert "deleted, moved or replaced" in str(error)


def test_retry_keeps_its_error_until_the_work_is_done() -> None:
    stopping, may_succeed = threading.Event(), threading.Event()
    changes: list[DatabaseErrorKind | None] = []
    retry = DbRetry(stopping, on_change=lambda: changes.append(retry.error and retry.error.kind))

    def work() -> str:
        if not may_succeed.is_set():
            may_succeed.set()
            raise DatabaseError("The disk is full.", DatabaseErrorKind.FULL)
        return "done"

    assert retry.run(work) == "done"
    assert changes == [DatabaseErrorKind.FULL, None]
    assert retry.error is None
