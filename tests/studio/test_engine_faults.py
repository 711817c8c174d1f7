"""The engine against each of the sandbox's faults, over real HTTP: the right state, one create."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components.studio.tasks.task import State, Task, Trouble
from tests.studio.making import trouble_of
from tests.studio.workshop import DESIGNER, Workshop, until, workshop

DONE, FAILED, REFUSED, UNCONFIRMED = State.DONE, State.FAILED, State.REFUSED, State.UNCONFIRMED
# By fault: where the task ends, what stands in its way, and how many pictures are paid for.
ENDS: dict[str, tuple[State, Trouble | None, int]] = {
    "": (DONE, None, 1),
    "refused-at-once": (REFUSED, Trouble.POLICY, 0),
    "create-dropped": (UNCONFIRMED, Trouble.NO_ANSWER, 0),
    "rate-limited": (DONE, None, 1),
    "rate-limited-http": (DONE, None, 1),
    "create-lost": (UNCONFIRMED, Trouble.NO_ANSWER, 1),
    "create-timeout": (DONE, None, 1),
    "create-html": (UNCONFIRMED, Trouble.NO_ANSWER, 1),
    "create-cut": (UNCONFIRMED, Trouble.NO_ANSWER, 1),
    "create-no-id": (UNCONFIRMED, Trouble.NO_ANSWER, 1),
    "slow": (DONE, None, 1),
    "refused": (REFUSED, Trouble.POLICY, 1),
    "create-failed": (FAILED, Trouble.NOT_CREATED, 1),
    "generate-failed": (FAILED, Trouble.NOT_GENERATED, 1),
    "no-result": (FAILED, Trouble.NO_RESULT, 1),
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
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workshop, dict[str, Task]]]:
    """One studio that was asked for a picture with each fault at once."""
    with workshop(tmp_path_factory.mktemp("faulty")) as shop:
        yield shop, {fault: shop.ask(prompt_for(fault)) for fault in (*ENDS, *NO_PICTURE_YET)}


@pytest.mark.parametrize("fault", ENDS, ids=lambda fault: fault or "no fault")
def test_each_fault_ends_in_its_state_and_is_never_paid_twice(
    faulty: tuple[Workshop, dict[str, Task]], fault: str
) -> None:
    shop, tasks = faulty
    state, trouble, made = ENDS[fault]
    task = shop.wait_for(tasks[fault], state)
    assert trouble_of(task) is trouble
    assert len(shop.made(prompt_for(fault))) == made
    if state is DONE:
        record = shop.studio.picture(DESIGNER, task.id)
        assert shop.studio.picture_file(record).stat().st_size == record.size_bytes
        assert shop.studio.thumbnail_file(record).is_file()


def test_every_rejection_is_counted(faulty: tuple[Workshop, dict[str, Task]]) -> None:
    shop, tasks = faulty
    shop.wait_for(tasks["rate-limited"], DONE)
    shop.wait_for(tasks["rate-limited-http"], DONE)
    assert shop.studio.engine.tally.read().rejected == shop.sandbox.usage_report()["rejected"] == 4


@pytest.mark.parametrize("fault", NO_PICTURE_YET)
def test_a_bad_link_is_tried_again_and_no_rubbish_is_stored(
    faulty: tuple[Workshop, dict[str, Task]], fault: str
) -> None:
    shop, tasks = faulty
    until(lambda: shop.now(tasks[fault]).tries > 0)
    task = shop.now(tasks[fault])
    assert (task.state, trouble_of(task)) == (State.STORING, Trouble.RESULT_LOST)
    assert len(shop.made(prompt_for(fault))) == 1
    assert shop.studio.ledger.picture(task.id) is None


def test_a_link_that_works_later_is_fetched_by_itself(shop: Workshop) -> None:
    shop.sandbox.set_faults({"result-404": 1})
    task = shop.ask()
    until(lambda: shop.now(task).tries > 0)
    shop.sandbox.set_faults({})
    shop.wait_for(task, DONE)
