"""Backups: whole while the app works, resumable, and never over anything."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import pytest

from components.admin import backup
from components.admin.backup import back_up
from components.admin.places import AdminError, Place, folder_place
from components.studio.images.object_store import DiskStore
from components.studio.images.store import ImageStore
from tests.integration.admin.conftest import (
    SECRET,
    DataFolder,
    MemoryFiles,
    Run,
    files_of,
    picture_name,
)


def quiet(_: str) -> None: ...


@pytest.fixture
def stored(data: DataFolder) -> Place:
    """The same rows, with files in a store that is no folder."""
    place = folder_place(data.folder)
    kept = {name: content for name, content in data.files().items() if "/" in name}
    return Place(place.database_url, MemoryFiles(kept), data.folder)


def test_backup_holds_rows_files_and_secret_and_names_their_digests(
    data: DataFolder, run: Run, tmp_path: Path
) -> None:
    status, text = run("backup", tmp_path / "saved")

    assert (status, text) == (0, f"Backed up to {tmp_path / 'saved'}: 13 rows, 10 files.\n")
    saved = files_of(tmp_path / "saved")
    manifest = json.loads(saved.pop("backup.json"))
    checksums = saved.pop("SHA256SUMS").decode()
    assert saved == data.files()
    assert (tmp_path / "saved/cookie_secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "saved").stat().st_mode & 0o777 == 0o700
    assert (manifest["rows"]["pictures"], manifest["missing"]) == (3, [])
    for line in checksums.splitlines():
        digest, name = line.split("  ")
        content = (tmp_path / "saved" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    assert not list(tmp_path.glob(".*"))


def test_backup_restores_to_the_same_rows_and_files(
    data: DataFolder, run: Run, tmp_path: Path
) -> None:
    run("backup", tmp_path / "saved")

    status, text = run("restore", tmp_path / "saved", folder=tmp_path / "new")

    assert (status, text.startswith("Restored 13 rows and 10 files")) == (0, True)
    assert files_of(tmp_path / "new") == data.files()
    assert rows_of(tmp_path / "new") == rows_of(data.folder)
    assert (tmp_path / "new/cookie_secret").read_bytes() == SECRET
    assert run("check", folder=tmp_path / "new")[0] == 0


def rows_of(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "studio.db")) as connection:
        return sorted(connection.iterdump())


def test_backup_made_while_pictures_come_and_go_is_whole(
    data: DataFolder, run: Run, tmp_path: Path
) -> None:
    old = [data.add_picture(number) for number in range(10, 30)]
    stopping = threading.Event()

    def write(statement: str, image_id: str) -> None:
        with data.repository.database.write_transaction() as connection:
            connection.exec_driver_sql(f"{statement} WHERE id = ?", (image_id,))

    def work() -> None:
        for number in itertools.count(30):
            data.add_picture(number)
            if old:  # deleted as the app does it: a mark, the files, the row
                image_id = old.pop()
                write("UPDATE pictures SET deleted_at = 0", image_id)
                ImageStore(data.folder).remove(image_id, "jpeg")
                write("DELETE FROM pictures", image_id)
            if stopping.is_set():
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        status, text = run("backup", tmp_path / "saved")
    finally:
        stopping.set()
        thread.join()

    assert (status, "missing" in text) == (0, False)
    run("restore", tmp_path / "saved", folder=tmp_path / "new")
    status, text = run("check", "--contents", folder=tmp_path / "new")
    assert (status, "Nothing is missing" in text) == (0, True)


def test_picture_deleted_during_the_backup_is_in_it_or_not_at_all(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy_sqlite = backup.copy_sqlite

    def copy_then_delete(source: Path, target: Path) -> None:
        copy_sqlite(source, target)
        (data.folder / picture_name(2)).unlink()

    monkeypatch.setattr(backup, "copy_sqlite", copy_then_delete)
    manifest = back_up(folder_place(data.folder), tmp_path / "saved", quiet)

    assert (manifest.missing, manifest.files) == ([], 10)


def test_second_backup_needs_no_room_for_what_the_first_one_has(
    stored: Place, data: DataFolder, tmp_path: Path
) -> None:
    back_up(stored, tmp_path / "one", quiet)
    assert isinstance(stored.files, MemoryFiles)
    stored.files.reads.clear()
    data.add_picture(4)
    stored.files.kept[picture_name(4)] = (data.folder / picture_name(4)).read_bytes()
    back_up(stored, tmp_path / "two", quiet)

    assert stored.files.reads == [picture_name(4)]
    one, two = (tmp_path / name / picture_name(1) for name in ("one", "two"))
    assert one.stat().st_ino == two.stat().st_ino


def test_disk_that_takes_no_links_gets_copies_and_links_of_the_last_backup(
    data: DataFolder, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def refuse(source: Path, target: Path) -> None:
        if source.is_relative_to(data.folder):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(source, target)

    monkeypatch.setattr(os, "link", refuse)
    run("backup", tmp_path / "one")
    data.add_picture(4)
    assert run("backup", tmp_path / "two")[0] == 0

    links = {number: tmp_path / "two" / picture_name(number) for number in (1, 4)}
    assert [file.stat().st_nlink for file in links.values()] == [2, 1]
    saved = files_of(tmp_path / "two")
    assert {name: saved[name] for name in data.files()} == data.files()


def test_interrupted_backup_goes_on_where_it_stopped(stored: Place, tmp_path: Path) -> None:
    files = stored.files
    assert isinstance(files, MemoryFiles)

    def interrupt(_: str) -> None:
        if len(files.reads) == 5:
            raise KeyboardInterrupt

    files.on_read = interrupt
    with pytest.raises(KeyboardInterrupt):
        back_up(stored, tmp_path / "saved", quiet)
    assert not (tmp_path / "saved").exists()

    files.on_read = quiet
    manifest = back_up(stored, tmp_path / "saved", quiet)

    assert (manifest.files, len(files.reads), len(set(files.reads))) == (10, 10, 10)
    assert not list(tmp_path.glob(".*"))


def test_full_disk_is_told_and_the_backup_goes_on_after_it(
    stored: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: DiskStore, name: str, data: bytes) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(DiskStore, "put", refuse)
        with pytest.raises(AdminError, match=r"is full\. Make room"):
            back_up(stored, tmp_path / "saved", quiet)

    assert back_up(stored, tmp_path / "saved", quiet).files == 10


def test_backup_that_finds_no_room_is_not_begun(
    data: DataFolder, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10_000_000))

    status, text = run("backup", tmp_path / "saved")

    assert (status, "needs about" in text, "9 MB are free" in text) == (2, True, True)
    assert not (tmp_path / "saved").exists()


def test_backup_goes_nowhere_where_it_could_do_harm(
    data: DataFolder, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/a").touch()
    (tmp_path / "link").symlink_to(data.folder)
    before = data.files()

    for target, sentence in [
        (data.folder / "saved", "lies in the data folder"),
        (tmp_path / "link/saved", "lies in the data folder"),
        (data.folder, "lies in the data folder"),
        (tmp_path / "full", "not empty"),
        (tmp_path / "full/a", "not empty"),
        (tmp_path / "nowhere/saved", "There is no folder"),
    ]:
        status, text = run("backup", target)
        assert (status, sentence in text) == (2, True), text
    assert data.files() == before
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["a"]


def test_empty_folder_may_take_a_backup(data: DataFolder, run: Run, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    assert run("backup", tmp_path / "saved")[0] == 0


def test_second_backup_into_the_same_folder_at_the_same_time_is_refused(
    stored: Place, tmp_path: Path
) -> None:
    assert isinstance(stored.files, MemoryFiles)
    refused: list[str] = []

    def begin_another(_: str) -> None:
        if not refused:
            refused.append("")
            with pytest.raises(AdminError, match="Another backup"):
                back_up(stored, tmp_path / "saved", quiet)

    stored.files.on_read = begin_another
    back_up(stored, tmp_path / "saved", quiet)
    assert refused


def test_file_that_is_missing_already_is_told(data: DataFolder, run: Run, tmp_path: Path) -> None:
    (data.folder / picture_name(2)).unlink()

    status, text = run("backup", tmp_path / "saved")

    assert (status, "1 files were missing already" in text) == (0, True)
    assert run("restore", tmp_path / "saved", folder=tmp_path / "new")[0] == 0


def test_folder_without_a_studio_is_not_backed_up(run: Run, tmp_path: Path) -> None:
    status, text = run("backup", tmp_path / "saved", folder=tmp_path / "empty")

    assert (status, text) == (2, f"There is no database {tmp_path / 'empty/studio.db'}.\n")


@pytest.mark.parametrize(
    ("version", "sentence"), [("0001", "older version"), ("9999", "newer version")]
)
def test_database_of_another_version_is_not_backed_up(
    version: str, sentence: str, data: DataFolder, run: Run, tmp_path: Path
) -> None:
    with data.repository.database.write_transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (version,))

    status, text = run("backup", tmp_path / "saved")

    assert (status, sentence in text) == (2, True)


# --- Restore ---


@pytest.fixture
def saved(data: DataFolder, run: Run, tmp_path: Path) -> Path:
    """A backup that shares no file with the data folder."""
    run("backup", tmp_path / "linked")
    return Path(shutil.copytree(tmp_path / "linked", tmp_path / "saved"))


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Path]:
    """Where nothing may be after a restore that was refused."""
    folder = tmp_path / "new"
    yield folder
    assert not folder.exists() or {path.name for path in folder.iterdir()} <= {"studio.lock"}


@pytest.mark.parametrize(
    "name", [picture_name(1), "studio.db", "cookie_secret", "SHA256SUMS", "backup.json"]
)
@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_damaged_backup_is_not_restored(
    name: str, damage: str, saved: Path, new: Path, run: Run
) -> None:
    file = saved / name
    content = file.read_bytes()
    file.unlink()
    if damage == "changed":
        file.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    elif damage == "cut":
        file.write_bytes(content[:-1] if name != "backup.json" else content[:-9])

    status, text = run("restore", saved, folder=new)

    assert (status, Path(name).name in text) == (2, True), text


@pytest.mark.parametrize(
    "change", [{"format": 2, "words": []}, {"database_version": "9999"}, {"format": 2}]
)
def test_backup_of_a_newer_version_is_not_restored(
    change: dict[str, Any], saved: Path, new: Path, run: Run
) -> None:
    manifest = json.loads((saved / "backup.json").read_text())
    (saved / "backup.json").write_text(json.dumps({**manifest, "app_version": "7.0", **change}))

    status, text = run("restore", saved, folder=new)

    assert (status, "made by a newer version of the studio (7.0)" in text) == (2, True)


@pytest.mark.parametrize("values", ["[]", "{}", '{"format": "x"}', '{"format": 1}', "null"])
def test_manifest_of_no_version_is_damaged(values: str, saved: Path, new: Path, run: Run) -> None:
    (saved / "backup.json").write_text(values)
    status, text = run("restore", saved, folder=new)
    assert (status, "is damaged" in text) == (2, True)


def test_name_that_leads_out_of_the_backup_is_refused(saved: Path, new: Path, run: Run) -> None:
    lines = (saved / "SHA256SUMS").read_text() + f"{'0' * 64}  ../outside\n"
    (saved / "SHA256SUMS").write_text(lines)
    manifest = json.loads((saved / "backup.json").read_text())
    manifest["checksums"] = hashlib.sha256(lines.encode()).hexdigest()
    (saved / "backup.json").write_text(json.dumps(manifest))

    status, text = run("restore", saved, folder=new)

    assert (status, "../outside" in text) == (2, True)


def test_restore_overwrites_nothing(saved: Path, data: DataFolder, run: Run) -> None:
    before, rows = data.files(), rows_of(data.folder)

    status, text = run("restore", saved, folder=data.folder)

    assert (status, "is not empty" in text) == (2, True)
    assert (data.files(), rows_of(data.folder)) == (before, rows)


def test_restore_waits_for_no_running_app(saved: Path, new: Path, run: Run) -> None:
    with backup.lock_folder(new):
        status, text = run("restore", saved, folder=new)
    assert (status, "Another studio is at work" in text) == (2, True)


def test_restore_without_room_leaves_nothing(
    saved: Path, new: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy2 = shutil.copy2

    def refuse(source: Path, target: Path) -> None:
        if target.name == "studio.db":
            raise OSError(errno.ENOSPC, "No space left on device")
        copy2(source, target)

    monkeypatch.setattr(shutil, "copy2", refuse)
    status, text = run("restore", saved, folder=new)
    assert (status, "is full" in text) == (2, True)


def test_restore_that_was_killed_is_finished_by_the_next(
    saved: Path, data: DataFolder, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = kill_while_moving(saved, run, tmp_path / "new", monkeypatch)
    assert (len(moved), "studio.db" in moved) == (2, False)

    assert run("restore", saved)[0] == 0
    assert files_of(tmp_path / "new") == data.files()
    assert rows_of(tmp_path / "new") == rows_of(data.folder)


def test_app_that_began_after_a_killed_restore_is_not_overwritten(
    saved: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_while_moving(saved, run, tmp_path / "new", monkeypatch)
    (tmp_path / "new/studio.db").write_bytes(b"begun anew")

    status, text = run("restore", saved)

    assert (status, "is not empty" in text) == (2, True)
    assert (tmp_path / "new/studio.db").read_bytes() == b"begun anew"


def kill_while_moving(
    saved: Path, run: Run, new: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    replace, moved = Path.replace, list[str]()

    def replace_twice(self: Path, target: Path) -> Path:
        if target.parent == new:
            if len(moved) == 2:
                raise KeyboardInterrupt
            moved.append(target.name)
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace_twice)
        assert run("restore", saved, folder=new)[0] == 130
    return moved
