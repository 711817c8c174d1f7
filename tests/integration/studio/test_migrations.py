"""A data folder of an earlier version is brought up to date at start, whole or not at all."""

# ruff: noqa: S608 - queries are made from names and ids of this file

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from components.studio.db import migrations
from components.studio.db.database import DatabaseError
from components.studio.db.tables import metadata
from components.studio.db.tasks import TaskRepository
from components.studio.tasks.models import FailureReason, TaskState
from tests.support.data_of_0_1_0 import copy_data_of_0_1_0
from tests.support.factories import make_task
from tests.support.full_disk import full_disk

pytestmark = [pytest.mark.usefixtures("real_migrations"), pytest.mark.sqlite]

KEPT = ("tasks", "pictures", "pins", "desks")  # tables of 0.1.0 that are still there
NEWEST = "0006"
ADDED_SINCE_0004 = (
    *("leadership", "shared_values", "people", "claims", "device_links", "budgets", "sums"),
    *("charges", "audit", "collections", "collection_items", "shares"),
)
ADDED_BY_0003 = (
    *("original_format", "original_width_px", "original_height_px", "original_bytes"),
    *("content_hash", "ground", "search_text", "color", "embedded_settings"),
)
FOX = "15c104dada4f401ebcf1dad77ee52a4e"  # a finished task of the folder
RIVER, CRANE = f"{5:032x}", f"{4:032x}"  # tasks of the folder that are still running


def open_and_close(folder: Path) -> None:
    TaskRepository.in_folder(folder).close()


def test_files_are_named_for_their_versions() -> None:
    folder = Path(migrations.__file__).parent
    walked = [step.revision for step in ScriptDirectory(str(folder)).walk_revisions()]
    assert migrations.known_versions() == walked


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def dump(path: Path) -> list[str]:
    """All that a database holds, without the times at which drafts were moved."""
    with closing(sqlite3.connect(path)) as database:
        return [line for line in database.iterdump() if 'INTO "tab_drafts"' not in line]


def copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("studio-before-*"))


@contextmanager
def failing_at(number: int) -> Iterator[None]:
    """Let the statement with this number raise KeyboardInterrupt; the first is 0."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen > number:
            raise KeyboardInterrupt

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)


def test_folder_of_0_1_0_gets_the_tables_of_the_code(tmp_path: Path) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")

    with (
        closing(TaskRepository.in_folder(path.parent)) as repository,
        repository.database.read_transaction() as connection,
    ):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_upgrade_keeps_every_row(tmp_path: Path) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    with closing(sqlite3.connect(path)) as database:
        columns = {
            table: ",".join(row[1] for row in database.execute(f"PRAGMA table_info({table})"))
            for table in KEPT
        }
    before = {table: rows(path, f"SELECT {columns[table]} FROM {table}") for table in KEPT}

    open_and_close(path.parent)

    assert {table: rows(path, f"SELECT {columns[table]} FROM {table}") for table in KEPT} == before
    assert [len(before[table]) for table in KEPT] == [17, 9, 2, 1]
    assert len(rows(path, "SELECT * FROM tab_drafts")) == 3


def test_picture_brought_in_before_is_found_by_its_name(tmp_path: Path) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    execute(path, "UPDATE pictures SET label = 'Ｃafé.JPG' WHERE task_id IS NULL")

    open_and_close(path.parent)

    query = "SELECT search_text, content_hash, ground, original_format FROM pictures WHERE"
    assert rows(path, f"{query} task_id IS NULL") == [("café.jpg", None, "", None)]
    assert rows(path, f"{query} task_id IS NOT NULL LIMIT 1") == [("", None, "", None)]


def test_folder_of_0002_is_upgraded(tmp_path: Path) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    open_and_close(path.parent)
    execute(
        path,
        *(f"DROP TABLE {table}" for table in ADDED_SINCE_0004),
        "DROP TABLE keep_reports",
        "DROP TABLE chain_runs",
        "DROP INDEX pictures_of_task",
        "ALTER TABLE pictures DROP COLUMN hidden",
        "DROP INDEX pictures_by_content",
        *(f"ALTER TABLE pictures DROP COLUMN {column}" for column in ADDED_BY_0003),
        "ALTER TABLE tasks DROP COLUMN dismissed_at",
        "UPDATE alembic_version SET version_num = '0002'",
    )
    before = rows(path, "SELECT id, label FROM pictures ORDER BY id")

    open_and_close(path.parent)

    assert rows(path, "SELECT id, label FROM pictures ORDER BY id") == before
    assert rows(path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    query = "SELECT search_text FROM pictures WHERE task_id IS NULL"
    assert rows(path, query) == [("img_4711.png",)]


def test_folder_from_before_stars_gets_the_columns(tmp_path: Path) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    columns = ("starred", "chosen_at", "deleted_at")
    execute(path, *(f"ALTER TABLE pictures DROP COLUMN {column}" for column in columns))

    open_and_close(path.parent)

    assert rows(path, f"SELECT DISTINCT {','.join(columns)} FROM pictures") == [(0, None, None)]


def test_new_folder_needs_no_copy(tmp_path: Path) -> None:
    open_and_close(tmp_path)
    open_and_close(tmp_path)

    assert copies(tmp_path) == []


def test_copy_is_the_database_from_before(tmp_path: Path) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    path.chmod(0o600)
    before = dump(path)

    open_and_close(path.parent)
    open_and_close(path.parent)

    assert copies(path.parent) == ["studio-before-0006.db"]
    copy = path.with_name("studio-before-0006.db")
    assert dump(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600
    # The way back works: in its place it is upgraded once more.
    copy.replace(path)
    with closing(TaskRepository.in_folder(path.parent)) as repository:
        assert repository.task(FOX) is not None


def test_copies_are_at_most_three(tmp_path: Path) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    for number in range(5):
        path.with_name(f"studio-before-000{number}.db.part").write_bytes(b"cut")
        path.with_name(f"studio-before-x{number}.db").write_bytes(b"an older one")

    open_and_close(path.parent)

    whole = [name for name in copies(path.parent) if name.endswith(".db")]
    assert len(whole) == 3
    assert "studio-before-0006.db" in whole


def test_upgrade_without_room_for_the_copy_changes_nothing(tmp_path: Path) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    before = dump(path)
    open_and_close(tmp_path / "other")  # imports and files of the driver come first

    with full_disk(), pytest.raises(DatabaseError) as raised:
        open_and_close(path.parent)

    assert str(path.parent) in str(raised.value)
    assert dump(path) == before
    assert copies(path.parent) == []
    open_and_close(path.parent)
    assert dump(path) != before


def test_upgrade_that_fails_in_the_middle_starts_again(tmp_path: Path) -> None:
    whole = copy_data_of_0_1_0(tmp_path / "whole")
    before = dump(whole)
    open_and_close(whole.parent)
    path = copy_data_of_0_1_0(tmp_path / "data")
    statements = 0
    while True:
        try:
            with failing_at(statements):
                open_and_close(path.parent)
        except KeyboardInterrupt:
            assert dump(path) == before, statements
            statements += 3
        else:
            break

    assert statements > 20
    assert dump(path) == dump(whole)


KILLED = """
import os, pathlib, signal, sys
import sqlalchemy as sa
from components.studio.db.tasks import TaskRepository

def kill(*arguments):
    if any(sys.argv[2] in str(argument) for argument in arguments):
        os.kill(os.getpid(), signal.SIGKILL)

sa.event.listen(sa.Engine, "before_cursor_execute", kill)
sa.event.listen(sa.Engine, "commit", lambda _: kill("COMMIT"))
TaskRepository.in_folder(pathlib.Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    "statement", ["DROP TABLE drafts", "CREATE TABLE presses", "pictures_by_content", "COMMIT"]
)
def test_upgrade_that_is_killed_starts_again(tmp_path: Path, statement: str) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    before = dump(path)

    killed = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", KILLED, str(path.parent), statement],
        cwd=Path(__file__).parents[3],
        check=False,
    )

    assert killed.returncode == -9
    assert dump(path) == before
    open_and_close(path.parent)
    assert rows(path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    assert copies(path.parent) == ["studio-before-0006.db"]


@pytest.mark.parametrize("has_copy", [True, False])
def test_newer_database_is_refused(tmp_path: Path, has_copy: bool) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    open_and_close(path.parent)
    execute(path, "UPDATE alembic_version SET version_num = '9999'")
    if has_copy:
        path.with_name("studio-before-9999.db").write_bytes(b"")
    before = dump(path)

    with pytest.raises(DatabaseError, match="newer version") as raised:
        open_and_close(path.parent)

    assert dump(path) == before
    assert str(path) in str(raised.value)
    assert "Start that version again" in str(raised.value)
    assert ("studio-before-9999.db" in str(raised.value)) is has_copy
    assert ("restore the backup" in str(raised.value)) is not has_copy


def test_id_of_two_tasks_stays_with_the_one_that_has_an_image(tmp_path: Path) -> None:
    path = copy_data_of_0_1_0(tmp_path / "data")
    execute(
        path,
        f"UPDATE tasks SET service_id = 'twice' WHERE id IN ('{FOX}', '{RIVER}')",
        # This one is older; of two without an image the older one keeps the id.
        f"UPDATE tasks SET service_id = 'again' WHERE id IN ('{CRANE}', '{3:032x}')",
    )

    with closing(TaskRepository.in_folder(path.parent)) as repository:
        fox, river, crane, tokyo = map(repository.task, (FOX, RIVER, CRANE, f"{3:032x}"))

    assert fox is not None
    assert river is not None
    assert crane is not None
    assert tokyo is not None
    assert (fox.provider_id, fox.state) == ("twice", TaskState.DONE)
    assert (tokyo.provider_id, tokyo.state) == ("again", TaskState.GENERATING)
    for released in (river, crane):
        assert (released.provider_id, released.state) == (None, TaskState.UNCONFIRMED)
        assert released.failure is not None
        assert released.failure.reason is FailureReason.ID_MISMATCH
        assert released.sent_at is not None  # so it is never sent by itself


def test_two_tasks_cannot_have_one_id(tmp_path: Path) -> None:
    with closing(TaskRepository.in_folder(tmp_path)) as repository:
        repository.add_tasks([make_task(provider_id="one"), make_task(), make_task()])
        with pytest.raises(DatabaseError, match="UNIQUE constraint"):
            repository.add_tasks([make_task(provider_id="one")])
    [(plan,)] = [
        row[3:]
        for row in rows(
            tmp_path / "studio.db",
            "EXPLAIN QUERY PLAN SELECT * FROM tasks WHERE service_id = 'one'",
        )
    ]
    assert "tasks_by_service_id" in str(plan)
