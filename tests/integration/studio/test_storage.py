"""A data folder that is deleted, or whose disk is nearly full: nothing more is paid for."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from components.bootstrap import RunningApp
from components.server.health import health_routes
from components.studio import storage
from components.studio.db.database import DatabaseError, DatabaseErrorKind
from components.studio.settings import Settings
from components.studio.tasks.models import TaskState
from tests.support.factories import make_task
from tests.support.http_server import serve_routes
from tests.support.studio_fixture import USER_ID, StudioFixture, running_studio, wait_until


class DiskUsage(NamedTuple):
    total: int
    used: int
    free: int


def leave_free(megabytes: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk of the data folder have this much room."""
    usage = DiskUsage(10**12, 0, int(megabytes * 1024**2))
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _path: usage)


def queue_behind_the_check(studio_fixture: StudioFixture) -> str:
    """Put a task into the queue as an earlier process or a retry would; returns its id."""
    task = make_task(user_id=USER_ID)
    studio_fixture.studio.repository.add_tasks([task])
    studio_fixture.studio.worker.enqueue(task)
    return task.id


def health(studio_fixture: StudioFixture) -> requests.Response:
    with serve_routes([*health_routes(lambda: studio_fixture.studio)]) as url:
        return requests.get(f"{url}/healthz", timeout=60)


@pytest.mark.sqlite
def test_deleted_folder_stops_paying_and_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "data"
    sandbox_folder = tmp_path / "sandbox"
    with running_studio(folder, data_dir=sandbox_folder) as studio_fixture:
        studio_fixture.wait_for(studio_fixture.submit("before"), TaskState.DONE)
        assert health(studio_fixture).status_code == 200
        shutil.rmtree(folder)

        with pytest.raises(DatabaseError, match="deleted, moved or replaced") as raised:
            studio_fixture.submit("after")
        assert raised.value.kind is DatabaseErrorKind.MISSING
        with pytest.raises(DatabaseError):
            studio_fixture.add_source()
        assert not folder.exists()
        response = health(studio_fixture)
        assert response.status_code == 503
        assert "deleted, moved or replaced" in response.json()["why"]

        queue_behind_the_check(studio_fixture)
        wait_until(lambda: "create held back" in caplog.text)
        assert studio_fixture.sandbox.usage_report()["creates"] == 1


def test_folder_that_comes_back_is_paid_into_again(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with running_studio(folder, data_dir=tmp_path / "sandbox") as studio_fixture:
        folder.rename(tmp_path / "away")
        with pytest.raises(DatabaseError):
            studio_fixture.submit("while it is away")
        (tmp_path / "away").rename(folder)
        studio_fixture.wait_for(studio_fixture.submit("back"), TaskState.DONE)


def test_replaced_lock_file_is_a_missing_folder(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        api_key="key",
        base_url="http://127.0.0.1:9",
        upload_base_url="http://127.0.0.1:9",
    )
    with closing(RunningApp(settings)) as app:
        assert app.studio.storage_problem is None
        (tmp_path / "studio.lock").unlink()
        (tmp_path / "studio.lock").touch()
        problem = app.studio.storage_problem
        assert problem is not None
        assert problem.kind is DatabaseErrorKind.MISSING


@pytest.mark.parametrize(("megabytes", "is_full"), [(199.9, True), (200, False)])
def test_submit_is_refused_below_200_mb(
    megabytes: float,
    is_full: bool,
    studio_fixture: StudioFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave_free(megabytes, monkeypatch)
    if not is_full:
        studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
        return
    with pytest.raises(DatabaseError, match="disk is almost full") as raised:
        studio_fixture.submit()
    assert raised.value.kind is DatabaseErrorKind.FULL
    assert studio_fixture.studio.tasks.recent(USER_ID, limit=9) == []
    assert health(studio_fixture).status_code == 503


def test_queued_task_stays_queued_while_the_disk_is_full(
    studio_fixture: StudioFixture,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    leave_free(1, monkeypatch)
    task_id = queue_behind_the_check(studio_fixture)
    wait_until(lambda: "create held back" in caplog.text)

    task = studio_fixture.studio.task(USER_ID, task_id)
    assert (task.state, task.sent_at) == (TaskState.QUEUED, None)
    assert studio_fixture.sandbox.usage_report()["creates"] == 0


@pytest.mark.sqlite
@pytest.mark.parametrize("name", ["", "studio.db"])
def test_read_only_folder_or_database_stops_paying_and_is_said(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_studio(tmp_path) as studio_fixture:
        may_access = storage.os.access
        monkeypatch.setattr(
            storage.os,
            "access",
            # As root, who runs the tests, may write everything.
            lambda path, mode: path != tmp_path / name and may_access(path, mode),
        )
        response = health(studio_fixture)
        assert response.status_code == 503
        assert f"{tmp_path / name} is read-only" in response.json()["why"]
        with pytest.raises(DatabaseError, match="read-only"):
            studio_fixture.submit("never")
        assert studio_fixture.sandbox.usage_report()["creates"] == 0
        monkeypatch.undo()
        studio_fixture.wait_for(studio_fixture.submit("later"), TaskState.DONE)
        assert health(studio_fixture).status_code == 200
