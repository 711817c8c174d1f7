"""Tasks and images in the database: transactions, double submits, and failures of the disk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.kie import GenerationRequest, Model, OutputFormat
from components.studio.db.database import DatabaseError
from components.studio.db.prompts import Draft, PromptHistory
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from tests.support.factories import NOW, PROVIDER_ID, make_task
from tests.support.full_disk import full_disk


def image_of(task: Task) -> ImageRecord:
    return ImageRecord(
        id=task.id,
        user_id=task.user_id,
        task_id=task.id,
        format="jpeg",
        width_px=1024,
        height_px=1024,
        size_bytes=9,
        created_at=NOW,
    )


def test_every_task_field_survives_a_restart(tmp_path: Path) -> None:
    request = GenerationRequest(
        prompt="ein Hügel\n🦊",
        model=Model.MAX,
        aspect_ratio="16:21",
        output_format=OutputFormat.PNG,
        safety_tolerance=0,
        translate=False,
        enhance=True,
        store_in_china=True,
        watermark="us",
    )
    task = make_task(
        request=request,
        source_id="5" * 32,
        state=TaskState.STORING,
        failure=Failure(FailureReason.DISK, 500, "full"),
        provider_id=PROVIDER_ID,
        sent_at=NOW + 1,
        accepted_at=NOW + 2,
        polling_since=NOW + 3,
        finished_at=NOW + 4,
        result_url="https://a.example/r",
        origin_url="https://a.example/o",
        retry_at=NOW + 5,
        attempts=3,
        empty_successes=2,
        not_found_since=NOW + 6,
    )
    with closing(TaskRepository.in_folder(tmp_path)) as before:
        before.add_tasks([task])
    with closing(TaskRepository.in_folder(tmp_path)) as after:
        assert after.task(task.id) == task
        assert after.task_by_provider_id(PROVIDER_ID) == task


def test_concurrent_updates_do_not_overwrite_each_other(repository: TaskRepository) -> None:
    task = make_task()
    repository.add_tasks([task])

    def count() -> None:
        for _ in range(40):
            repository.update_task(task.id, lambda task: replace(task, attempts=task.attempts + 1))

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = repository.task(task.id)
    assert stored is not None
    assert stored.attempts == 80


def test_failing_rule_leaves_row_unchanged(repository: TaskRepository) -> None:
    task = make_task()
    repository.add_tasks([task])

    def broken(_task: Task) -> Task:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        repository.update_task(task.id, broken)
    assert repository.update_task(task.id, lambda task: task) == (task, task)


def test_image_is_stored_only_with_its_task(repository: TaskRepository) -> None:
    task = make_task(state=TaskState.STORING)
    repository.add_tasks([task])
    image = image_of(task)
    repository.update_task(task.id, lambda task: task, image=image)
    assert repository.image(task.id) is None
    for _ in range(2):
        repository.update_task(task.id, lambda task: replace(task, image_id=task.id), image=image)
    assert repository.image(task.id) == image
    [entry] = repository.recent_tasks(task.user_id, limit=9)
    assert entry.image == image


def test_double_submit_returns_first_tasks(repository: TaskRepository) -> None:
    first = [make_task(batch="b", id=f"{number:032x}") for number in range(2)]
    assert repository.add_tasks(first, unless_since=NOW - 1) == first
    again = [make_task(created_at=NOW + 0.5, batch="c") for _ in first]
    assert repository.add_tasks(again, unless_since=NOW - 0.5) == first
    assert repository.task(again[0].id) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"created_at": NOW + 1.5},
        {"user_id": "other"},
        {"source_id": "5" * 32},
        {"request": GenerationRequest(prompt="a hill", safety_tolerance=0)},
    ],
)
def test_different_request_is_no_double_submit(
    repository: TaskRepository, fields: dict[str, Any]
) -> None:
    repository.add_tasks([make_task()], unless_since=NOW - 1)
    other = make_task(**fields)
    assert repository.add_tasks([other], unless_since=other.created_at - 1) == [other]


def test_clock_set_back_causes_no_double_submit(repository: TaskRepository) -> None:
    repository.add_tasks([make_task(created_at=NOW + 3600)], unless_since=NOW + 3599)
    later = make_task()
    assert repository.add_tasks([later], unless_since=NOW - 1) == [later]


def test_simultaneous_submits_are_one(repository: TaskRepository) -> None:
    start, stored = threading.Barrier(4), list[Task]()

    def submit(number: int) -> None:
        task = make_task(created_at=NOW + number / 100)
        start.wait()
        stored.extend(repository.add_tasks([task], unless_since=task.created_at - 1))

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({task.id for task in stored}) == 1
    assert len(repository.unfinished()) == 1


def test_unfinished_lists_exactly_unfinished_tasks(repository: TaskRepository) -> None:
    repository.add_tasks([make_task(state=state) for state in TaskState])
    assert {task.state for task in repository.unfinished()} == set(TaskState) - {
        TaskState.DONE,
        TaskState.REFUSED,
        TaskState.FAILED,
    }
    assert repository.count_by_state() == dict.fromkeys(TaskState, 1)


def test_recent_creates_are_counted(repository: TaskRepository) -> None:
    moments = (NOW - 11, NOW - 9, NOW - 1, NOW + 3600, None)
    repository.add_tasks([make_task(sent_at=moment) for moment in moments])
    assert repository.count_sent(NOW - 10, NOW) == 2


def test_durations_of_edits_and_new_images_are_separate(repository: TaskRepository) -> None:
    done: dict[str, Any] = {"state": TaskState.DONE, "accepted_at": NOW}
    repository.add_tasks(
        [
            make_task(finished_at=NOW + 8, **done),
            make_task(finished_at=NOW + 90, source_id="5" * 32, **done),
            make_task(state=TaskState.FAILED, accepted_at=NOW, finished_at=NOW + 500),
        ]
    )
    assert repository.recent_durations(Model.PRO, editing=False) == [8.0]
    assert repository.recent_durations(Model.PRO, editing=True) == [90.0]
    assert repository.recent_durations(Model.MAX, editing=False) == []


@pytest.mark.sqlite
@pytest.mark.parametrize("failure", ["file", "folder", "rubbish"])
def test_unusable_data_folder_raises_database_error(tmp_path: Path, failure: str) -> None:
    folder = tmp_path / "data"
    if failure == "file":
        folder.write_text("not a folder")
    elif failure == "folder":
        (folder / "studio.db").mkdir(parents=True)
    else:
        folder.mkdir()
        (folder / "studio.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(DatabaseError):
        TaskRepository.in_folder(folder)


@pytest.mark.sqlite
def test_full_disk_raises_and_loses_nothing(repository: TaskRepository) -> None:
    task = make_task()
    repository.add_tasks([task])
    with full_disk(), pytest.raises(DatabaseError):
        repository.add_tasks([make_task() for _ in range(200)])
    with full_disk(), pytest.raises(DatabaseError):
        repository.update_task(task.id, lambda task: replace(task, attempts=9))
    assert repository.unfinished() == [task]
    repository.add_tasks([make_task("after room was made")])
    assert len(repository.unfinished()) == 2


@pytest.mark.sqlite
def test_locked_database_is_readable_and_raises_on_write(tmp_path: Path) -> None:
    with closing(TaskRepository.in_folder(tmp_path, busy_timeout_seconds=0.05)) as repository:
        task = make_task("a secret fox")
        repository.add_tasks([task])
        with closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert repository.task(task.id) == task
            with pytest.raises(DatabaseError) as caught:
                repository.add_tasks([make_task("a secret fox")])
            other.execute("ROLLBACK")
        assert "fox" not in repr(caught.value.__cause__)
        repository.add_tasks([make_task()])


LEAVE_A_ROW: dict[str, Callable[[TaskRepository, Task], object]] = {
    "task": lambda repository, task: repository.add_tasks([task]),
    "image": lambda repository, task: repository.add_image(image_of(task)),
    "draft": lambda repository, task: PromptHistory(repository.database).save_draft(
        task.user_id, "generate", Draft("tab", "a hill"), NOW
    ),
    "pin": lambda repository, task: PromptHistory(repository.database).pin(
        task.user_id, "a hill", NOW
    ),
    "source": lambda repository, task: repository.set_selected_source(task.user_id, "5" * 32),
}


@pytest.mark.parametrize("kind", LEAVE_A_ROW)
def test_user_with_any_row_owns_something(tmp_path: Path, kind: str) -> None:
    task = make_task()
    with closing(TaskRepository.in_folder(tmp_path)) as repository:
        assert not repository.owns_anything(task.user_id)

        LEAVE_A_ROW[kind](repository, task)

        assert repository.owns_anything(task.user_id)
        assert not repository.owns_anything("e" * 32)
