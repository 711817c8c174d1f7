"""`check` finds what is missing, broken or left over, and makes nothing but thumbnails."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from tests.integration.admin.conftest import DataFolder, Run, jpeg, picture_name

ORIGINAL = picture_name(1).replace("pictures", "originals").replace("jpeg", "png")
THUMBNAIL = picture_name(1).replace("pictures", "thumbnails")


def test_whole_folder_lacks_nothing(data: DataFolder, run: Run) -> None:
    status, text = run("check", "--contents")

    assert status == 0
    assert text.startswith("10 files, 0.0 MB.\n")
    assert text.endswith("Nothing is missing.\n")


@pytest.mark.parametrize("name", [picture_name(2), ORIGINAL])
def test_missing_file_is_named(name: str, data: DataFolder, run: Run) -> None:
    (data.folder / name).unlink()

    status, text = run("check", "--repair")

    assert (status, "1 missing, though a row names them:" in text, name in text) == (1, True, True)
    assert not (data.folder / name).exists()


def test_picture_that_is_being_deleted_is_not_missing(data: DataFolder, run: Run) -> None:
    (data.folder / picture_name(2)).unlink()
    with data.repository.database.write_transaction() as connection:
        connection.exec_driver_sql("UPDATE pictures SET deleted_at = 0.0 WHERE id LIKE '%2'")

    assert run("check")[0] == 0


def test_file_of_another_size_is_named(data: DataFolder, run: Run) -> None:
    with (data.folder / picture_name(2)).open("ab") as file:
        file.write(b"more")

    status, text = run("check")

    assert (status, "of another size" in text, picture_name(2) in text) == (1, True, True)


def test_file_of_the_right_size_is_opened_or_compared_if_asked(
    data: DataFolder, run: Run, tmp_path: Path
) -> None:
    run("backup", tmp_path / "linked")
    shutil.copytree(tmp_path / "linked", tmp_path / "saved")
    size = len(jpeg(2))
    (data.folder / picture_name(2)).write_bytes(bytes(size))
    (data.folder / ORIGINAL).write_bytes(b"ORIGINAL 1")

    assert run("check")[0] == 0
    status, text = run("check", "--contents")
    assert (status, "1 damaged" in text, picture_name(2) in text) == (1, True, True)
    status, text = run("check", "--against", tmp_path / "saved")
    assert (status, "2 damaged" in text, ORIGINAL in text) == (1, True, True)
    # Hard links are the same file: such a backup is damaged with it.
    status, text = run("check", "--against", tmp_path / "linked")
    assert (status, "is damaged" in text) == (2, True)


def test_missing_thumbnails_are_made_on_request_alone(data: DataFolder, run: Run) -> None:
    shutil.rmtree(data.folder / "thumbnails")

    status, text = run("check")
    assert (status, "6 thumbnails missing" in text) == (0, True)
    assert not (data.folder / "thumbnails").exists()

    status, text = run("check", "--repair")
    assert (status, "thumbnails missing" in text) == (0, False)
    assert (data.folder / THUMBNAIL).read_bytes()[:3] == b"\xff\xd8\xff"
    assert len(list((data.folder / "thumbnails").rglob("*.jpeg"))) == 6


def test_thumbnail_of_a_broken_picture_stays_missing(data: DataFolder, run: Run) -> None:
    (data.folder / THUMBNAIL).unlink()
    (data.folder / picture_name(1)).write_bytes(bytes(len(jpeg(1))))

    status, text = run("check", "--repair")

    assert (status, "1 damaged" in text, "1 thumbnails missing" in text) == (1, True, True)


def test_old_file_without_a_row_is_named_and_stays(data: DataFolder, run: Run) -> None:
    fresh, old = (data.folder / picture_name(number) for number in (7, 8))
    for file in (fresh, old):
        file.write_bytes(b"nobody's")
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))

    status, text = run("check", "--repair")

    assert (status, "1 without a row" in text) == (0, True)
    assert (picture_name(8) in text, picture_name(7) in text) == (True, False)
    assert old.exists()


def test_settings_that_cannot_be_used_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KONTEXT_DATABASE_URL", "mysql://me:hidden@db/studio")

    status, text = run("check")

    assert (status, "KONTEXT_DATABASE_URL" in text, "hidden" in text) == (2, True, False)


def test_database_that_does_not_answer_is_told_without_its_password(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KONTEXT_DATABASE_URL", "postgresql://me:hidden@127.0.0.1:1/studio")

    status, text = run("check")

    assert (status, "cannot be read" in text, "hidden" in text) == (2, True, False)
