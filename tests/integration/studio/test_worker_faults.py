"""The engine against each of the sandbox's faults, over real HTTP: the right state, one create."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components.studio.tasks.models import FailureReason, Task, TaskState
from tests.support.factories import failure_reason
from tests.support.studio_fixture import DESIGNER, StudioFixture, running_studio, wait_until

DONE, FAILED, REFUSED, UNCONFIRMED = (
    TaskState.DONE,
    TaskState.FAILED,
    TaskState.REFUSED,
    TaskState.UNCONFIRMED,
)
# By fault: where the task ends, what stands in its way, and how many pictures are paid for.
ENDS: dict[str, tuple[TaskState, FailureReason | None, int]] = {
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
NO_PICTURE_YET = ("result-html", "result-403", "result-404", "result-cut")


def prompt_for(fault: str) -> str:
    return f"[{fault}] a hill" if fault else "a hill"


@pytest.fixture(scope="module")
def faulty(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[StudioFixture, dict[str, Task]]]:
    """One studio that was asked for a picture with each fault at once."""
    with running_studio(tmp_path_factory.mktemp("faulty")) as studio_fixture:
        yield (
            studio_fixture,
            {fault: studio_fixture.submit(prompt_for(fault)) for fault in (*ENDS, *NO_PICTURE_YET)},
        )


@pytest.mark.parametrize("fault", ENDS, ids=lambda fault: fault or "no fault")
def test_each_fault_ends_in_its_state_paid_at_most_once(
    faulty: tuple[StudioFixture, dict[str, Task]], fault: str
) -> None:
    studio_fixture, tasks = faulty
    state, trouble, made = ENDS[fault]
    task = studio_fixture.wait_for(tasks[fault], state)
    assert failure_reason(task) is trouble
    assert len(studio_fixture.tasks_made(prompt_for(fault))) == made
    if state is DONE:
        record = studio_fixture.studio.image(DESIGNER, task.id)
        assert studio_fixture.studio.image_path(record).stat().st_size == record.size_bytes
        assert studio_fixture.studio.thumbnail_path(record).is_file()


def test_rejections_are_counted(faulty: tuple[StudioFixture, dict[str, Task]]) -> None:
    studio_fixture, tasks = faulty
    studio_fixture.wait_for(tasks["rate-limited"], DONE)
    studio_fixture.wait_for(tasks["rate-limited-http"], DONE)
    assert (
        studio_fixture.studio.worker.stats.snapshot().rejected
        == studio_fixture.sandbox.usage_report()["rejected"]
        == 4
    )


@pytest.mark.parametrize("fault", NO_PICTURE_YET)
def test_bad_result_url_is_retried_and_nothing_stored(
    faulty: tuple[StudioFixture, dict[str, Task]], fault: str
) -> None:
    studio_fixture, tasks = faulty
    wait_until(lambda: studio_fixture.reload(tasks[fault]).attempts > 0)
    task = studio_fixture.reload(tasks[fault])
    assert (task.state, failure_reason(task)) == (TaskState.STORING, FailureReason.DOWNLOAD_FAILED)
    assert len(studio_fixture.tasks_made(prompt_for(fault))) == 1
    assert studio_fixture.studio.repository.image(task.id) is None


def test_result_url_that_works_later_is_downloaded(studio_fixture: StudioFixture) -> None:
    studio_fixture.sandbox.set_faults({"result-404": 1})
    task = studio_fixture.submit()
    wait_until(lambda: studio_fixture.reload(task).attempts > 0)
    studio_fixture.sandbox.set_faults({})
    studio_fixture.wait_for(task, DONE)
