"""Worker against each of the sandbox's faults: the right state, and one create."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.studio.db.tables import TaskWithImage
from components.studio.db.tasks import TaskRepository
from components.studio.safe_fetch.client import SafeHttpClient
from components.studio.safe_fetch.url_filter import unreachable_error
from components.studio.tasks.models import FailureReason, Task, TaskState
from components.ui.card_view_models import build_card
from tests.support.factories import failure_reason
from tests.support.studio_fixture import USER_ID, StudioFixture, running_studio, wait_until

DONE, FAILED, REFUSED, UNCONFIRMED = (
    TaskState.DONE,
    TaskState.FAILED,
    TaskState.REFUSED,
    TaskState.UNCONFIRMED,
)
# By fault: the final state, the failure reason and the number of paid images.
OUTCOMES: dict[str, tuple[TaskState, FailureReason | None, int]] = {
    "": (DONE, None, 1),
    "refused-at-once": (REFUSED, FailureReason.CONTENT_POLICY, 0),
    "create-dropped": (UNCONFIRMED, FailureReason.NO_RESPONSE, 0),
    "rate-limited": (DONE, None, 1),
    "rate-limited-http": (DONE, None, 1),
    "create-lost": (UNCONFIRMED, FailureReason.NO_RESPONSE, 1),
    "create-timeout": (DONE, None, 1),
    "create-html": (UNCONFIRMED, FailureReason.NO_RESPONSE, 1),
    "create-cut": (UNCONFIRMED, FailureReason.NO_RESPONSE, 1),
    "create-no-id": (UNCONFIRMED, FailureReason.NO_RESPONSE, 1),
    "slow": (DONE, None, 1),
    "refused": (REFUSED, FailureReason.CONTENT_POLICY, 1),
    "create-failed": (FAILED, FailureReason.NOT_CREATED, 1),
    "generate-failed": (FAILED, FailureReason.NOT_GENERATED, 1),
    "no-result": (FAILED, FailureReason.NO_RESULT, 1),
    "query-late": (DONE, None, 1),
    "flag-back": (DONE, None, 1),
    "flag-unknown": (DONE, None, 1),
    "wrong-task": (DONE, None, 1),
    "iso-times": (DONE, None, 1),
    "result-private-link": (DONE, None, 1),
    "query-html": (DONE, None, 1),
    "query-cut": (DONE, None, 1),
    "query-500": (DONE, None, 1),
    "result-mislabelled": (DONE, None, 1),
}
BAD_RESULT_FAULTS = ("result-html", "result-403", "result-404", "result-cut")


def prompt_for(fault: str) -> str:
    return f"[{fault}] a hill" if fault else "a hill"


@pytest.fixture(scope="module")
def faulty_tasks(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[StudioFixture, dict[str, Task]]]:
    """One studio with one submitted task for each fault."""
    # A rejection holds up the creates after it for seconds.
    faults = sorted(
        (*OUTCOMES, *BAD_RESULT_FAULTS), key=lambda fault: fault.startswith("rate-limited")
    )
    with running_studio(tmp_path_factory.mktemp("faulty_tasks")) as studio_fixture:
        tasks = {fault: studio_fixture.submit(prompt_for(fault)) for fault in faults}
        yield studio_fixture, tasks


@pytest.mark.parametrize("fault", OUTCOMES, ids=lambda fault: fault or "no fault")
def test_each_fault_ends_in_its_state_paid_at_most_once(
    faulty_tasks: tuple[StudioFixture, dict[str, Task]], fault: str
) -> None:
    studio_fixture, tasks = faulty_tasks
    state, reason, paid = OUTCOMES[fault]
    task = studio_fixture.wait_for(tasks[fault], state)
    assert failure_reason(task) is reason
    assert len(studio_fixture.tasks_made(prompt_for(fault))) == paid
    if state is DONE:
        record = studio_fixture.studio.image(USER_ID, task.id)
        assert studio_fixture.studio.image_file(record).path.stat().st_size == record.size_bytes
        assert studio_fixture.studio.thumbnail_file(record).path.is_file()


def test_rejections_are_counted(faulty_tasks: tuple[StudioFixture, dict[str, Task]]) -> None:
    studio_fixture, tasks = faulty_tasks
    studio_fixture.wait_for(tasks["rate-limited"], DONE)
    studio_fixture.wait_for(tasks["rate-limited-http"], DONE)
    assert (
        studio_fixture.counted("rejected") == studio_fixture.sandbox.usage_report()["rejected"] == 4
    )


@pytest.mark.parametrize("fault", BAD_RESULT_FAULTS)
def test_bad_result_url_is_retried_and_nothing_stored(
    faulty_tasks: tuple[StudioFixture, dict[str, Task]], fault: str
) -> None:
    studio_fixture, tasks = faulty_tasks
    wait_until(lambda: studio_fixture.reload(tasks[fault]).attempts > 0)
    task = studio_fixture.reload(tasks[fault])
    assert (task.state, failure_reason(task)) == (TaskState.STORING, FailureReason.DOWNLOAD_FAILED)
    assert len(studio_fixture.tasks_made(prompt_for(fault))) == 1
    assert studio_fixture.studio.repository.image(task.id) is None
    assert "look" in [action.verb for action in build_card(TaskWithImage(task, None)).actions]


def test_result_url_that_works_later_is_downloaded(studio_fixture: StudioFixture) -> None:
    studio_fixture.sandbox.set_faults({"result-404": 1})
    task = studio_fixture.submit()
    wait_until(lambda: studio_fixture.reload(task).attempts > 0)
    studio_fixture.sandbox.set_faults({})
    studio_fixture.wait_for(task, DONE)


def test_look_again_fetches_a_result_that_waits_for_its_host(tmp_path: Path) -> None:
    with running_studio(tmp_path, faults={"result-404": 1}) as before:
        task = before.submit()
        wait_until(lambda: before.reload(task).attempts > 0)
    with closing(TaskRepository.in_folder(tmp_path)) as repository:
        # As after an hour of failures: the next try is in half an hour.
        later = time.time() + 1800
        repository.update_task(task.id, lambda task: replace(task, attempts=12, retry_at=later))
    with running_studio(tmp_path) as after:
        waiting = after.reload(task)
        assert (waiting.state, failure_reason(waiting), waiting.attempts) == (
            TaskState.STORING,
            FailureReason.DOWNLOAD_FAILED,
            12,
        )
        after.studio.tasks.recheck(USER_ID, task.id)
        after.wait_for(task, DONE)
        assert len(after.tasks_made("a hill")) == 1


def test_host_that_fails_is_asked_for_one_result_and_then_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_down = True
    fetch = SafeHttpClient.get_image

    def get_image(http: SafeHttpClient, url: str, **options: Any) -> bytes:
        if is_down:
            raise unreachable_error("the host")
        return fetch(http, url, **options)

    monkeypatch.setattr(SafeHttpClient, "get_image", get_image)
    with running_studio(tmp_path) as studio_fixture:
        first = studio_fixture.submit()
        wait_until(lambda: studio_fixture.reload(first).attempts > 0)
        others = [studio_fixture.submit(f"hill {number}") for number in range(12)]
        wait_until(lambda: all(studio_fixture.reload(task).failure is not None for task in others))
        # Waiting and not given up, though hardly any has been asked for.
        assert {studio_fixture.reload(task).state for task in others} == {TaskState.STORING}
        assert sum(studio_fixture.reload(task).attempts for task in others) <= 7
        is_down = False
        for task in (first, *others):
            studio_fixture.wait_for(task, DONE)
