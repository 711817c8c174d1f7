"""On PostgreSQL and a store: migrate a folder, back up, restore."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from components import bootstrap
from components.admin.backup import back_up, restore
from components.admin.migrate import migrate_folder
from components.admin.places import AdminError, Place, folder_place
from components.admin.rows import TableSum, read_rows
from components.studio.db.database import Database
from components.studio.db.tasks import TaskRepository
from tests.integration.admin.conftest import (
    SECRET,
    DataFolder,
    MemoryFiles,
    Run,
    files_of,
    picture_name,
)
from tests.support.data_of_0_1_0 import copy_data_of_0_1_0
from tests.support.factories import make_task
from tests.support.postgresql import running_postgresql


def quiet(_: str) -> None: ...


@pytest.fixture(scope="module")
def postgresql_url() -> Iterator[str]:
    with running_postgresql() as url:
        yield url


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles()


@pytest.fixture
def place(postgresql_url: str, files: MemoryFiles, tmp_path: Path) -> Place:
    """An empty database and an empty store."""
    engine = sa.create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return Place(postgresql_url, files, tmp_path / "replica")


def sums(place: Place) -> dict[str, TableSum]:
    with read_rows(place) as rows:
        return dict(rows.sums())


def kept_files(data: DataFolder) -> dict[str, bytes]:
    return {name: content for name, content in data.files().items() if "/" in name}


def test_folder_is_migrated_whole_and_stays_as_it_was(
    data: DataFolder, place: Place, files: MemoryFiles
) -> None:
    before = data.files()

    done = migrate_folder(data.folder, place, quiet)

    assert (done.rows, done.copied, done.already_there, done.missing) == (13, 10, 0, 0)
    assert sums(place) == sums(folder_place(data.folder))
    assert files.kept == kept_files(data)
    assert place.secret_file.read_bytes() == SECRET
    assert data.files() == before
    with closing(TaskRepository(Database(place.database_url))) as repository:
        assert len(repository.unfinished()) == 3


def test_second_migration_changes_nothing(data: DataFolder, place: Place) -> None:
    migrate_folder(data.folder, place, quiet)
    done = migrate_folder(data.folder, place, quiet)
    assert (done.rows, done.copied, done.already_there) == (13, 0, 10)


def test_interrupted_migration_shows_no_rows_and_goes_on(
    data: DataFolder, place: Place, files: MemoryFiles
) -> None:
    def interrupt(_: str) -> None:
        if len(files.kept) == 4:
            raise KeyboardInterrupt

    files.on_read = interrupt
    with pytest.raises(KeyboardInterrupt):
        migrate_folder(data.folder, place, quiet)
    with pytest.raises(AdminError, match="The database is empty"):
        sums(place)
    files.kept[picture_name(1)] = b"half"

    files.on_read = quiet
    done = migrate_folder(data.folder, place, quiet)

    assert done.copied + done.already_there == 10
    assert files.kept == kept_files(data)


def test_rows_that_the_app_has_written_since_are_never_overwritten(
    data: DataFolder, place: Place
) -> None:
    migrate_folder(data.folder, place, quiet)
    with closing(TaskRepository(Database(place.database_url))) as repository:
        repository.add_tasks([make_task("made since")])
    before = sums(place)

    with pytest.raises(AdminError, match="Nothing was changed"):
        migrate_folder(data.folder, place, quiet)
    assert sums(place) == before


def test_folder_in_which_an_app_works_is_not_migrated(data: DataFolder, place: Place) -> None:
    with (
        bootstrap.lock_folder(data.folder),
        pytest.raises(AdminError, match=r"Another studio is at work.*Stop the studio first"),
    ):
        migrate_folder(data.folder, place, quiet)


def test_folder_of_an_older_version_is_migrated_and_not_changed(
    place: Place, files: MemoryFiles, tmp_path: Path
) -> None:
    database = copy_data_of_0_1_0(tmp_path / "old")
    with closing(sqlite3.connect(database)) as connection:
        [pictures] = connection.execute("SELECT count(*) FROM pictures").fetchone()
        before = list(connection.iterdump())

    done = migrate_folder(tmp_path / "old", place, quiet)

    assert done.missing == pictures - 2
    assert sums(place)["pictures"].rows == pictures
    assert sum(name.startswith("pictures/") for name in files.kept) == 2
    with closing(sqlite3.connect(database)) as connection:
        assert list(connection.iterdump()) == before


def test_missing_file_is_told_and_the_rest_migrated(data: DataFolder, place: Place) -> None:
    (data.folder / picture_name(2)).unlink()
    done = migrate_folder(data.folder, place, quiet)
    assert (done.copied, done.missing) == (9, 1)


def test_text_that_postgresql_cannot_hold_loses_that_sign_alone(
    data: DataFolder, place: Place
) -> None:
    with data.repository.database.write_transaction() as connection:
        connection.exec_driver_sql("UPDATE pictures SET label = ?", ("a\0hill „Straße“ 🏔",))

    migrate_folder(data.folder, place, quiet)

    with (
        closing(Database(place.database_url)) as database,
        database.read_transaction() as connection,
    ):
        labels = set(connection.exec_driver_sql("SELECT label FROM pictures").scalars())
    assert labels == {"ahill „Straße“ 🏔"}


@pytest.mark.parametrize(
    ("source", "sentence"), [("data", "there is nowhere to go"), ("empty", "is no data folder")]
)
def test_migration_without_a_target_or_a_source_is_refused(
    source: str, sentence: str, data: DataFolder, run: Run, tmp_path: Path
) -> None:
    status, text = run("migrate", "--from", tmp_path / source)
    assert (status, sentence in text) == (2, True)


def test_commands_use_the_configured_database(
    data: DataFolder,
    place: Place,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("KONTEXT_DATABASE_URL", place.database_url)
    replica = tmp_path / "replica"

    status, text = run("migrate", "--from", data.folder, folder=replica)

    assert (status, text) == (
        0,
        "13 rows are there, and 10 files, of which 10 were copied now. All were compared.\n",
    )
    assert files_of(replica) == data.files()
    assert run("check", "--contents")[0] == 0


# --- Backup and restore ---


@pytest.fixture
def saved(data: DataFolder, place: Place, tmp_path: Path) -> Path:
    """A backup of rows as text."""
    migrate_folder(data.folder, place, quiet)
    back_up(place, tmp_path / "saved", quiet)
    return tmp_path / "saved"


def empty(place: Place) -> None:
    engine = sa.create_engine(place.database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def test_backup_of_rows_as_text_is_restored_on_postgresql(
    data: DataFolder, place: Place, saved: Path, tmp_path: Path
) -> None:
    assert not (saved / "studio.db").exists()
    lines = (saved / "rows/pictures.jsonl").read_text("utf-8").splitlines()
    assert sorted(json.loads(line)["label"] for line in lines) == [
        *("Straße 1", "Straße 2", "Straße 3")
    ]
    before = sums(place)
    empty(place)
    target = Place(place.database_url, MemoryFiles(), tmp_path / "other")

    restore(target, saved, quiet)

    assert sums(target) == before
    assert isinstance(target.files, MemoryFiles)
    assert target.files.kept == kept_files(data)
    assert target.secret_file.read_bytes() == SECRET


def test_backup_of_rows_as_text_is_restored_into_a_folder(
    data: DataFolder, saved: Path, tmp_path: Path, run: Run
) -> None:
    assert run("restore", saved, folder=tmp_path / "new")[0] == 0

    assert sums(folder_place(tmp_path / "new")) == sums(folder_place(data.folder))
    assert files_of(tmp_path / "new") == data.files()
    assert run("check", "--contents")[0] == 0


def test_backup_of_a_folder_is_restored_on_postgresql(
    data: DataFolder, place: Place, files: MemoryFiles, run: Run, tmp_path: Path
) -> None:
    run("backup", tmp_path / "saved")
    restore(place, tmp_path / "saved", quiet)

    assert sums(place) == sums(folder_place(data.folder))
    assert files.kept == kept_files(data)


def test_restore_overwrites_no_rows_and_no_pictures(
    place: Place, saved: Path, files: MemoryFiles
) -> None:
    before = sums(place)
    with pytest.raises(AdminError, match="tasks or pictures"):
        restore(place, saved, quiet)
    assert sums(place) == before

    empty(place)
    files.kept[picture_name(9)] = b"somebody's"
    with pytest.raises(AdminError, match="other pictures"):
        restore(place, saved, quiet)


def test_interrupted_restore_shows_no_rows_and_goes_on(
    data: DataFolder, place: Place, files: MemoryFiles, saved: Path
) -> None:
    empty(place)
    files.kept.clear()

    def interrupt(_: str) -> None:
        if len(files.kept) == 4:
            raise KeyboardInterrupt

    files.on_read = interrupt
    with pytest.raises(KeyboardInterrupt):
        restore(place, saved, quiet)
    files.on_read = quiet
    restore(place, saved, quiet)

    assert files.kept == kept_files(data)
    assert sums(place) == sums(folder_place(data.folder))
