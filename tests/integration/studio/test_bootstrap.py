"""The running app: one per data folder, and a failed start leaves nothing behind."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from components.bootstrap import RunningApp
from components.studio.db.database import DatabaseError
from components.studio.images.store import ImageStore
from components.studio.settings import Settings, SettingsError


def settings_for(folder: Path, api_key: str | None = "key") -> Settings:
    """Settings of a provider that refuses connections."""
    unreachable = "http://127.0.0.1:9"
    return Settings(
        data_dir=folder, api_key=api_key, base_url=unreachable, upload_base_url=unreachable
    )


def test_second_studio_on_one_folder_is_rejected(tmp_path: Path) -> None:
    with closing(RunningApp(settings_for(tmp_path))) as first:
        with pytest.raises(DatabaseError, match="Another studio"):
            RunningApp(settings_for(tmp_path))
        assert first.studio.worker.is_running
    with closing(RunningApp(settings_for(tmp_path))) as second:
        assert second.studio.worker.is_running


def test_failed_start_releases_the_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="KIE_API_KEY"):
        RunningApp(settings_for(tmp_path, "two words"))
    (tmp_path / "studio.db").mkdir()
    with pytest.raises(DatabaseError):
        RunningApp(settings_for(tmp_path))
    (tmp_path / "studio.db").rmdir()
    RunningApp(settings_for(tmp_path)).close()


def test_partial_files_are_removed_at_start(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    image = store.image_path("a" * 32, "png")
    image.parent.mkdir(parents=True)
    image.write_bytes(b"whole")
    partial = image.with_name(f".{image.name}.1234.part")
    partial.write_bytes(b"ha")
    RunningApp(settings_for(tmp_path)).close()
    assert (image.exists(), partial.exists()) == (True, False)


def test_folder_that_cannot_be_cleaned_raises_database_error(tmp_path: Path) -> None:
    (tmp_path / "pictures" / "aa" / ".picture.part").mkdir(parents=True)
    with pytest.raises(DatabaseError, match="cannot be tidied up"):
        RunningApp(settings_for(tmp_path))


def test_fault_controls_exist_only_with_sandbox(tmp_path: Path) -> None:
    with closing(RunningApp(settings_for(tmp_path / "real"))) as with_key:
        assert with_key.studio.fault_controls is None
    with closing(RunningApp(settings_for(tmp_path / "play", None))) as with_sandbox:
        controls = with_sandbox.studio.fault_controls
        assert controls is not None
        with pytest.raises(ValueError, match="no fault"):
            controls.set_faults({"nonsense": 1})
        controls.set_faults({"refused-at-once": 1, "slow": 0})
        assert controls.rates == {"refused-at-once": 1}
        assert controls.faults["slow"]
