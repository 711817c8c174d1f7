"""The running app: one per data folder, and a failed start leaves nothing behind."""

from __future__ import annotations

import fcntl
import importlib
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import components.bootstrap as bootstrap
from components.bootstrap import AppOwner, RunningApp, close_at_shutdown, open_studio
from components.studio.db.database import DatabaseError
from components.studio.images.store import ImageStore
from components.studio.settings import Settings, SettingsError
from tests.support.app_server import ROOT


def settings_for(
    folder: Path, api_key: str | None = "key", *, sandbox_faults: bool = False
) -> Settings:
    """Settings of a provider that refuses connections."""
    unreachable = "http://127.0.0.1:9"
    return Settings(
        data_dir=folder,
        api_key=api_key,
        base_url=unreachable,
        upload_base_url=unreachable,
        sandbox_faults=sandbox_faults,
    )


def test_second_studio_on_one_folder_is_rejected(tmp_path: Path) -> None:
    with closing(RunningApp(settings_for(tmp_path))) as first:
        with pytest.raises(DatabaseError, match="Another studio"):
            RunningApp(settings_for(tmp_path))
        assert first.studio.worker.is_running
    with closing(RunningApp(settings_for(tmp_path))) as second:
        assert second.studio.worker.is_running


@pytest.mark.sqlite
def test_first_page_on_a_known_folder_loads_neither_sandbox_nor_numpy(tmp_path: Path) -> None:
    RunningApp(settings_for(tmp_path)).close()
    heavy = "{'alembic', 'components.sandbox', 'pandas', 'pyarrow', 'numpy', 'cv2'}"
    program = (
        "import os, sys; from streamlit.testing.v1 import AppTest;"
        f"page = AppTest.from_file({str(ROOT / 'app.py')!r}, default_timeout=60).run();"
        "print(*(button.key for button in page.button if 'submit' in str(button.key)));"
        f"print(*page.exception, *{heavy} & {{*sys.modules}});"
        "sys.stdout.flush(); os._exit(0)"
    )
    settings = {"KONTEXT_DATA_DIR": str(tmp_path), "KIE_API_KEY": "a-key"}
    settings |= {"KIE_BASE_URL": "http://127.0.0.1:9", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert ended.stdout == b"generate-submit\n\n"


def test_start_without_a_key_loads_nothing_that_draws() -> None:
    program = (
        "import sys; import components.sandbox;"
        "print(*{'prompts.parse_prompt', 'renderer.things', 'renderer.render'}"
        " & {name.removeprefix('components.sandbox.') for name in sys.modules})"
    )
    ended = subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    assert ended.stdout == b"\n"


@pytest.mark.sqlite
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
    image = store.image_file("a" * 32, "png").path
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


def test_fault_controls_exist_only_with_sandbox_and_where_allowed(tmp_path: Path) -> None:
    for settings in (
        settings_for(tmp_path / "real", sandbox_faults=True),
        settings_for(tmp_path / "play", None),
    ):
        with closing(RunningApp(settings)) as app:
            assert app.studio.fault_controls is None
    allowed = settings_for(tmp_path / "play", None, sandbox_faults=True)
    with closing(RunningApp(allowed)) as with_sandbox:
        controls = with_sandbox.studio.fault_controls
        assert controls is not None
        with pytest.raises(ValueError, match="no fault"):
            controls.set_faults({"nonsense": 1})
        controls.set_faults({"refused-at-once": 1, "slow": 0})
        assert controls.rates == {"refused-at-once": 1}
        assert controls.faults["slow"]


def import_again(monkeypatch: pytest.MonkeyPatch) -> object:
    """Import the app's modules again, as Streamlit does after a source edit."""
    for name in [name for name in sys.modules if f"{name}.".startswith("components.")]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("components.bootstrap")


def test_second_import_finds_the_running_studio(monkeypatch: pytest.MonkeyPatch) -> None:
    running = open_studio()

    again: Any = import_again(monkeypatch)

    assert again is not bootstrap
    assert again.open_studio() is running
    again.close_at_shutdown()
    assert not running.worker.is_running


def test_many_threads_open_one_studio() -> None:
    together = threading.Barrier(8)

    def open_together(_: int) -> int:
        together.wait(60)
        return id(open_studio())

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(open_together, range(8)))) == 1


def test_failed_opening_is_tried_again_after_a_moment(tmp_path: Path) -> None:
    times = iter((0.0, 0.9, 1.1))  # the first is when it failed
    starts = []

    def start() -> RunningApp:
        starts.append(1)
        return RunningApp(settings_for(tmp_path))

    with closing(AppOwner(lambda: next(times))) as owner:
        with (tmp_path / "studio.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(DatabaseError, match="Another studio"):
                owner.open(start)
        with pytest.raises(DatabaseError, match="Another studio"):  # remembered
            owner.open(start)
        assert len(starts) == 1
        assert owner.open(start).studio.worker.is_running


def test_closed_studio_is_not_opened_again_by_a_late_page() -> None:
    studio = open_studio()
    close_at_shutdown()

    with pytest.raises(DatabaseError, match="being closed"):
        open_studio()
    assert not studio.worker.is_running


def test_listeners_are_called_when_the_studio_closes(tmp_path: Path) -> None:
    app, seen = RunningApp(settings_for(tmp_path)), []
    app.studio.subscribe("anna", lambda: seen.append(app.studio.is_closed))
    app.close()
    assert seen == [True]
