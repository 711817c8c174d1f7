"""Worker when account, disk or restart stop it: no image is lost or paid twice."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from components import bootstrap
from components.bootstrap import build_studio
from components.sandbox import SandboxOptions, start
from components.studio.clock import SteadyClock
from components.studio.db.database import DatabaseError
from components.studio.settings import Settings
from components.studio.tasks.models import FINAL, FailureReason, TaskState
from tests.support.app_server import free_port
from tests.support.factories import failure_reason
from tests.support.full_disk import full_disk
from tests.support.held_provider import held_provider
from tests.support.studio_fixture import (
    TIMEOUT_S,
    USER_ID,
    StudioFixture,
    running_studio,
    wait_until,
)


def test_empty_balance_pauses_the_queue_without_failures(
    studio_fixture: StudioFixture,
) -> None:
    studio_fixture.sandbox.set_faults({"no-credit-500": 1})
    tasks = [studio_fixture.submit(f"hill {number}") for number in range(12)]
    wait_until(lambda: studio_fixture.studio.pause_reason is FailureReason.CREDITS)
    creates = studio_fixture.counted("creates")
    assert creates is not None
    assert creates <= 8
    assert {studio_fixture.reload(task).state for task in tasks} <= {
        TaskState.QUEUED,
        TaskState.SUBMITTING,
    }
    studio_fixture.sandbox.set_faults({})
    studio_fixture.studio.worker.recheck_account()
    for task in tasks:
        studio_fixture.wait_for(task, TaskState.DONE)
    assert studio_fixture.studio.pause_reason is None
    assert len(studio_fixture.sandbox.usage_report()["tasks"]) == 12


def test_task_withdrawn_while_others_are_sent_is_either_sent_or_taken_back(
    tmp_path: Path,
) -> None:
    # At this rate the last ones wait for half a minute.
    with running_studio(tmp_path, settings={"creates_per_10s": 5}) as studio_fixture:
        tasks = [studio_fixture.submit(f"[refused] hill {number}") for number in range(20)]
        wait_until(lambda: studio_fixture.sandbox.usage_report()["creates"] > 0)
        for task in reversed(tasks):
            studio_fixture.studio.tasks.withdraw(USER_ID, task.id)
        wait_until(lambda: {studio_fixture.reload(task).state for task in tasks} <= FINAL)

        ended = [studio_fixture.reload(task) for task in tasks]
        withdrawn = {task.request.prompt for task in ended if task.state is TaskState.FAILED}
        sent = {task.request.prompt for task in ended if task.state is TaskState.REFUSED}
        made = [entry["prompt"] for entry in studio_fixture.sandbox.usage_report()["tasks"]]
        assert sorted(made) == sorted(sent)
        assert len(withdrawn) + len(sent) == 20
        assert withdrawn
        assert sent


def test_rejected_key_pauses_the_queue_until_valid(tmp_path: Path) -> None:
    with start(SandboxOptions(key="right", seconds=0.1)) as sandbox:
        settings = Settings(
            api_key="wrong", base_url=sandbox.url, upload_base_url=sandbox.url, data_dir=tmp_path
        )
        with closing(build_studio(settings)) as studio:
            studio.worker.start()
            studio_fixture = StudioFixture(studio, sandbox)
            task = studio_fixture.submit()
            wait_until(lambda: studio.pause_reason is FailureReason.AUTH)
            studio.worker.recheck_account()
            assert studio_fixture.reload(task).state in {TaskState.QUEUED, TaskState.SUBMITTING}
        with closing(build_studio(replace(settings, api_key="right"))) as studio:
            studio.worker.start()
            StudioFixture(studio, sandbox).wait_for(task, TaskState.DONE)
        assert len(sandbox.usage_report()["tasks"]) == 1


def test_unreachable_service_pauses_the_queue_until_it_answers(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(api_key="key", base_url=url, upload_base_url=url, data_dir=tmp_path)
    with closing(build_studio(settings)) as studio:
        studio.worker.start()
        source_id = StudioFixture(studio, None).add_source()
        tasks = [
            StudioFixture(studio, None).submit(f"hill {number}", source_id=source)
            for number, source in enumerate((None, None, source_id))
        ]
        wait_until(lambda: studio.pause_reason is FailureReason.UNREACHABLE)
        wait_until(lambda: studio.task(USER_ID, tasks[0].id).attempts > 0)
        assert studio.task(USER_ID, tasks[0].id).state is TaskState.QUEUED
        with start(SandboxOptions(port=port, key="key", seconds=0.1)) as sandbox:
            studio_fixture = StudioFixture(studio, sandbox)
            studio.recheck_account()
            for task in tasks:
                studio_fixture.wait_for(task, TaskState.DONE)
            assert studio.pause_reason is None
            assert len(sandbox.usage_report()["tasks"]) == 3


def test_upload_host_that_cannot_be_reached_is_waited_for(tmp_path: Path) -> None:
    upload_url = f"http://127.0.0.1:{free_port()}"
    with start(SandboxOptions(key="key", seconds=0.1)) as sandbox:
        settings = Settings(
            api_key="key", base_url=sandbox.url, upload_base_url=upload_url, data_dir=tmp_path
        )
        with closing(build_studio(settings)) as studio:
            studio.worker.start()
            studio_fixture = StudioFixture(studio, sandbox)
            edit = studio_fixture.submit("an edit", source_id=studio_fixture.add_source())
            wait_until(lambda: studio_fixture.reload(edit).attempts > 0)
            assert failure_reason(studio_fixture.reload(edit)) is FailureReason.UNREACHABLE
            # The host of the tasks is another one: pictures from text alone go on.
            studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
            assert studio.pause_reason is None


def test_all_times_come_from_one_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = 10_000_000.0
    monkeypatch.setattr(
        bootstrap, "SteadyClock", lambda: SteadyClock(lambda: time.time() + ahead, time.monotonic)
    )
    began = time.time() + ahead
    with running_studio(tmp_path) as studio_fixture:
        source_id = studio_fixture.add_source()
        edit = studio_fixture.submit(source_id=source_id)
        edit = studio_fixture.wait_for(edit, TaskState.DONE)
        studio_fixture.studio.gallery.move_to_trash(USER_ID, [edit.id])
        images = [studio_fixture.studio.repository.image(id_) for id_ in (source_id, edit.id)]
    times = [edit.created_at, edit.sent_at, edit.accepted_at, edit.polling_since, edit.finished_at]
    for image in images:
        assert image is not None
        times.append(image.created_at)
    assert images[0] is not None
    assert images[1] is not None
    times += [images[0].uploaded_at, images[1].deleted_at]
    assert min(moment or 0.0 for moment in times) >= began


def test_edits_of_one_source_share_one_upload(studio_fixture: StudioFixture) -> None:
    source_id = studio_fixture.add_source()
    tasks = [studio_fixture.submit(f"hill {number}", source_id=source_id) for number in range(3)]
    for task in tasks:
        studio_fixture.wait_for(task, TaskState.DONE)
    source_urls = {
        entry["params"]["inputImage"] for entry in studio_fixture.sandbox.usage_report()["tasks"]
    }
    assert len(source_urls) == 1


def test_failing_upload_host_is_retried_without_cost(
    studio_fixture: StudioFixture,
) -> None:
    studio_fixture.sandbox.set_faults({"upload-down": 1})
    task = studio_fixture.submit(source_id=studio_fixture.add_source())
    wait_until(lambda: studio_fixture.reload(task).attempts > 0)
    assert studio_fixture.tasks_made("a hill") == []
    studio_fixture.sandbox.set_faults({})
    studio_fixture.wait_for(task, TaskState.DONE)


def test_full_disk_is_shown_and_image_stored_later(
    studio_fixture: StudioFixture,
) -> None:
    folder = studio_fixture.studio.settings.data_dir / "pictures"
    folder.write_text("a file where the folder should be")
    task = studio_fixture.submit()
    wait_until(lambda: studio_fixture.reload(task).attempts > 0)
    assert failure_reason(studio_fixture.reload(task)) is FailureReason.DISK
    folder.unlink()
    studio_fixture.wait_for(task, TaskState.DONE)


@pytest.mark.sqlite
def test_locked_database_loses_no_answer(tmp_path: Path) -> None:
    with start(SandboxOptions(seconds=0)) as sandbox, held_provider(sandbox.url) as provider:
        settings = Settings(
            api_key="key",
            base_url=provider.url,
            upload_base_url=sandbox.url,
            data_dir=tmp_path,
            busy_timeout_seconds=0.05,
        )
        with closing(build_studio(settings)) as studio:
            studio.worker.start()
            studio_fixture = StudioFixture(studio, sandbox)
            task = studio_fixture.submit()
            assert provider.arrived.wait(TIMEOUT_S)
            with closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as locking:
                locking.execute("BEGIN IMMEDIATE")
                provider.release.set()
                # The create is answered, but the answer cannot be stored.
                wait_until(lambda: studio.storage_problem is not None)
                assert studio_fixture.reload(task).state is TaskState.SUBMITTING
                locking.execute("ROLLBACK")
            studio_fixture.wait_for(task, TaskState.DONE)
            assert len(studio_fixture.tasks_made("a hill")) == 1


@pytest.mark.sqlite
def test_task_that_cannot_be_stored_is_not_sent(studio_fixture: StudioFixture) -> None:
    task = studio_fixture.wait_for(studio_fixture.submit("first"), TaskState.DONE)
    with full_disk(), pytest.raises(DatabaseError, match="written"):
        studio_fixture.submit("second")
    assert len(studio_fixture.sandbox.usage_report()["tasks"]) == 1
    assert studio_fixture.reload(task).state is TaskState.DONE


def test_restart_works_with_sandbox_on_another_port(tmp_path: Path) -> None:
    with running_studio(tmp_path, faults={"result-404": 1}) as before:
        storing = before.submit("first")
        wait_until(lambda: before.reload(storing).attempts > 0)
        before.sandbox.set_faults({"result-404": 1, "query-500": 1})
        running = before.wait_for(before.submit("second"), TaskState.GENERATING)
    with running_studio(tmp_path) as after:
        after.wait_for(storing, TaskState.DONE)
        after.wait_for(running, TaskState.DONE)
        assert [len(after.tasks_made(prompt)) for prompt in ("first", "second")] == [1, 1]


def test_queries_stay_within_strict_limits(tmp_path: Path) -> None:
    limits = {"creates_per_10s": 1000, "queries_per_second": 10}
    with running_studio(tmp_path, settings=limits, queries_per_s=10) as studio_fixture:
        tasks = [studio_fixture.submit(f"[refused] hill {number}") for number in range(24)]
        for task in tasks:
            studio_fixture.wait_for(task, TaskState.REFUSED)
        assert studio_fixture.counted("creates") == 24
        assert studio_fixture.counted("rejected") == 0
        assert studio_fixture.sandbox.usage_report()["rejected"] == 0


def test_failing_listener_loses_no_image(studio_fixture: StudioFixture) -> None:
    def fail() -> None:
        raise RuntimeError("the tab is gone")

    unsubscribe = studio_fixture.studio.events.subscribe(USER_ID, fail)
    task = studio_fixture.submit()
    studio_fixture.wait_for(task, TaskState.DONE)
    assert len(studio_fixture.tasks_made("a hill")) == 1
    unsubscribe()
