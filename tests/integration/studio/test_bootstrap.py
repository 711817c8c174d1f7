"""Opening a studio on its data folder: one at a time, and nothing kept of a failed one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from components.bootstrap import RunningApp
from components.studio.db.database import DatabaseError
from components.studio.images.store import ImageStore
from components.studio.settings import Settings, SettingsError


def settings(folder: Path, api_key: str | None = "key") -> Settings:
    """A studio whose service does not answer."""
    nowhere = "http://127.0.0.1:9"
    return Settings(data_dir=folder, api_key=api_key, base_url=nowhere, upload_base_url=nowhere)


def test_second_studio_on_one_folder_is_rejected(tmp_path: Path) -> None:
    with closing(RunningApp(settings(tmp_path))) as first:
        with pytest.raises(DatabaseError, match="Another studio"):
            RunningApp(settings(tmp_path))
        assert first.studio.worker.is_running
    with closing(RunningApp(settings(tmp_path))) as next_one:
        assert next_one.studio.worker.is_running


def test_failed_start_releases_the_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="KIE_API_KEY"):
        RunningApp(settings(tmp_path, "two words"))
    (tmp_path / "studio.db").mkdir()
    with pytest.raises(DatabaseError):
        RunningApp(settings(tmp_path))
    (tmp_path / "studio.db").rmdir()
    RunningApp(settings(tmp_path)).close()


def test_partial_files_are_removed_at_start(tmp_path: Path) -> None:
    shelf = ImageStore(tmp_path)
    kept = shelf.image_path("a" * 32, "png")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"whole")
    half = kept.with_name(f".{kept.name}.1234.part")
    half.write_bytes(b"ha")
    RunningApp(settings(tmp_path)).close()
    assert (kept.exists(), half.exists()) == (True, False)


def test_folder_that_cannot_be_cleaned_raises_database_error(tmp_path: Path) -> None:
    (tmp_path / "pictures" / "aa" / ".picture.part").mkdir(parents=True)
    with pytest.raises(DatabaseError, match="cannot be tidied up"):
        RunningApp(settings(tmp_path))


def test_fault_controls_exist_only_with_sandbox(tmp_path: Path) -> None:
    with closing(RunningApp(settings(tmp_path / "real"))) as real:
        assert real.studio.fault_controls is None
    with closing(RunningApp(settings(tmp_path / "play", None))) as play:
        room = play.studio.fault_controls
        assert room is not None
        with pytest.raises(ValueError, match="no fault"):
            room.set_faults({"nonsense": 1})
        room.set_faults({"refused-at-once": 1, "slow": 0})
        assert room.rates == {"refused-at-once": 1}
        assert room.faults["slow"]
