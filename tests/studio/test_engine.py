"""The engine against the sandbox's faults, over real HTTP: the right state, and one create."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from components.bootstrap import assemble
from components.kontext import CallbackHint, GenerationRequest, InvalidRequest
from components.sandbox import SandboxOptions, start
from components.studio.settings import Settings
from components.studio.studio import NotYours
from components.studio.tasks.task import State, Task, Trouble
from tests.studio.disk import full_disk
from tests.studio.workshop import DESIGNER, Workshop, until, workshop

DONE, FAILED, REFUSED, UNCONFIRMED = State.DONE, State.FAILED, State.REFUSED, State.UNCONFIRMED
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


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with workshop(tmp_path) as shop:
        yield shop


@pytest.mark.parametrize("fault", ENDS)
def test_each_fault_ends_in_its_state_and_is_never_paid_twice(
    faulty: tuple[Workshop, dict[str, Task]], fault: str
) -> None:
    shop, tasks = faulty
    state, trouble, made = ENDS[fault]
    task = shop.wait_for(tasks[fault], state)
    assert (task.obstacle.trouble if task.obstacle else None) is trouble
    assert len(shop.made(prompt_for(fault))) == made
    if state is DONE:
        record = shop.studio.picture(DESIGNER, task.id)
        assert shop.studio.picture_file(record).stat().st_size == record.size_bytes
        assert shop.studio.thumbnail_file(record).is_file()


def test_every_rejection_is_counted(faulty: tuple[Workshop, dict[str, Task]]) -> None:
    shop, tasks = faulty
    shop.wait_for(tasks["rate-limited"], DONE)
    shop.wait_for(tasks["rate-limited-http"], DONE)
    assert shop.studio.engine.tally.read().rejected == shop.sandbox.book()["rejected"] == 4


@pytest.mark.parametrize("fault", NO_PICTURE_YET)
def test_a_bad_link_is_tried_again_and_no_rubbish_is_stored(
    faulty: tuple[Workshop, dict[str, Task]], fault: str
) -> None:
    shop, tasks = faulty
    until(lambda: shop.now(tasks[fault]).tries > 0)
    task = shop.now(tasks[fault])
    assert task.obstacle is not None
    assert (task.state, task.obstacle.trouble) == (State.STORING, Trouble.RESULT_LOST)
    assert len(shop.made(prompt_for(fault))) == 1
    assert shop.studio.ledger.picture(task.id) is None


def test_a_link_that_works_later_is_fetched_by_itself(shop: Workshop) -> None:
    shop.sandbox.set_faults({"result-404": 1})
    task = shop.ask()
    until(lambda: shop.now(task).tries > 0)
    shop.sandbox.set_faults({})
    shop.wait_for(task, DONE)


def test_an_unconfirmed_task_is_resolved_by_its_callback(shop: Workshop) -> None:
    task = shop.wait_for(shop.ask("[create-lost] a hill"), UNCONFIRMED)
    [made] = shop.made("[create-lost] a hill")
    for _ in range(3):  # duplicates are harmless
        shop.studio.heed_callback(task.token, CallbackHint(made["taskId"], 200))
    shop.wait_for(task, DONE)
    assert len(shop.made("[create-lost] a hill")) == 1


def test_an_unconfirmed_task_is_resolved_by_the_id_that_its_designer_names(
    shop: Workshop,
) -> None:
    lost = shop.wait_for(shop.ask("[create-lost] a hill"), UNCONFIRMED)
    other = shop.wait_for(shop.ask("a cat"), DONE)
    with pytest.raises(InvalidRequest):
        shop.studio.confirm(DESIGNER, lost.id, str(other.service_id))
    with pytest.raises(InvalidRequest):
        shop.studio.confirm(DESIGNER, lost.id, " ")
    with pytest.raises(NotYours):
        shop.studio.confirm("e" * 32, lost.id, "1" * 32)
    [made] = shop.made("[create-lost] a hill")
    shop.studio.confirm(DESIGNER, lost.id, f" {made['taskId']}\n")
    shop.wait_for(lost, DONE)


def test_an_id_of_somebody_elses_picture_is_not_taken_for_this_one(shop: Workshop) -> None:
    lost = shop.wait_for(shop.ask("[create-lost] a hill"), UNCONFIRMED)
    answer = requests.post(
        f"{shop.sandbox.url}/api/v1/flux/kontext/generate",
        json={"prompt": "somebody's cat"},
        headers={"Authorization": "Bearer sandbox"},
        timeout=9,
    )
    shop.studio.confirm(DESIGNER, lost.id, answer.json()["data"]["taskId"])
    until(lambda: shop.now(lost).state is UNCONFIRMED)
    obstacle = shop.now(lost).obstacle
    assert obstacle is not None
    assert obstacle.trouble is Trouble.WRONG_TASK


def test_a_task_known_not_to_be_made_is_sent_again_on_demand(shop: Workshop) -> None:
    shop.sandbox.set_faults({"create-dropped": 1})
    task = shop.wait_for(shop.ask(), UNCONFIRMED)
    shop.sandbox.set_faults({})
    shop.studio.send_again(DESIGNER, task.id)
    shop.wait_for(task, DONE)
    assert len(shop.made("a hill")) == 1


def test_a_late_callback_of_the_first_send_brings_a_second_picture_home(shop: Workshop) -> None:
    shop.sandbox.set_faults({"create-lost": 1})
    task = shop.wait_for(shop.ask(), UNCONFIRMED)
    [first] = shop.made("a hill")
    shop.sandbox.set_faults({})
    shop.studio.send_again(DESIGNER, task.id)
    shop.wait_for(task, DONE)
    for _ in range(3):  # duplicates are harmless
        shop.studio.heed_callback(task.token, CallbackHint(first["taskId"], 200))
    until(lambda: len(shop.studio.entries(DESIGNER, limit=9)) == 2)
    shown = shop.studio.entries(DESIGNER, limit=9)
    assert {entry.task.service_id for entry in shown} == {
        made["taskId"] for made in shop.made("a hill")
    }
    assert all(entry.picture is not None for entry in shown)


def test_an_edit_sent_again_is_one_card_until_more_is_heard(shop: Workshop) -> None:
    source_id = shop.source()
    shop.sandbox.set_faults({"create-dropped": 1})
    task = shop.wait_for(shop.ask(source_id=source_id), UNCONFIRMED)
    shop.sandbox.set_faults({})
    shop.studio.send_again(DESIGNER, task.id)
    sent = shop.wait_for(task, DONE)
    shop.studio.heed_callback(task.token, CallbackHint("f" * 32, 200))
    assert [entry.task for entry in shop.studio.entries(DESIGNER, limit=9)] == [sent]
    assert shop.studio.spent(DESIGNER).doubtful_tasks == 0


def test_another_designers_id_reads_like_one_of_nobody_here(shop: Workshop) -> None:
    other = shop.wait_for(shop.ask("a cat"), DONE)
    [lost] = shop.studio.submit("e" * 32, GenerationRequest(prompt="[create-lost] a cat"))
    until(lambda: shop.studio.task("e" * 32, lost.id).state is UNCONFIRMED)
    named = shop.studio.confirm("e" * 32, lost.id, str(other.service_id))
    assert (named.state, named.service_id) == (UNCONFIRMED, None)
    assert named.obstacle is not None
    assert named.obstacle.trouble is Trouble.WRONG_TASK


def test_without_credit_one_notice_stops_the_queue_and_nothing_fails(shop: Workshop) -> None:
    shop.sandbox.set_faults({"no-credit-500": 1})
    tasks = [shop.ask(f"hill {number}") for number in range(12)]
    until(lambda: shop.studio.held_by is Trouble.CREDIT)
    tried = shop.studio.engine.tally.read().creates
    assert tried <= 8
    assert {shop.now(task).state for task in tasks} <= {State.QUEUED, State.SUBMITTING}
    shop.sandbox.set_faults({})
    shop.studio.engine.probe_account()
    for task in tasks:
        shop.wait_for(task, DONE)
    assert shop.studio.held_by is None
    assert len(shop.sandbox.book()["tasks"]) == 12


def test_a_refused_key_stops_the_queue_until_it_is_good(tmp_path: Path) -> None:
    far = SandboxOptions(key="right", seconds=0.1)
    with start(far) as sandbox:
        settings = Settings(
            api_key="wrong", base_url=sandbox.url, upload_base_url=sandbox.url, data_dir=tmp_path
        )
        studio = assemble(settings)
        studio.engine.start()
        shop = Workshop(studio, sandbox)
        task = shop.ask()
        until(lambda: studio.held_by is Trouble.KEY)
        studio.engine.probe_account()
        assert shop.now(task).state in {State.QUEUED, State.SUBMITTING}
        studio.close()
        again = assemble(
            Settings(
                api_key="right",
                base_url=sandbox.url,
                upload_base_url=sandbox.url,
                data_dir=tmp_path,
            )
        )
        again.engine.start()
        Workshop(again, sandbox).wait_for(task, DONE)
        again.close()
        assert len(sandbox.book()["tasks"]) == 1


def test_variants_of_an_edit_share_one_upload(shop: Workshop) -> None:
    source_id = shop.source()
    tasks = [shop.ask(f"hill {number}", source_id=source_id) for number in range(3)]
    for task in tasks:
        shop.wait_for(task, DONE)
    links = {entry["params"]["inputImage"] for entry in shop.sandbox.book()["tasks"]}
    assert len(links) == 1


def test_an_upload_host_that_is_down_is_tried_again_and_costs_nothing(shop: Workshop) -> None:
    shop.sandbox.set_faults({"upload-down": 1})
    task = shop.ask(source_id=shop.source())
    until(lambda: shop.now(task).tries > 0)
    assert shop.made("a hill") == []
    shop.sandbox.set_faults({})
    shop.wait_for(task, DONE)


def test_a_full_disk_is_said_and_the_picture_comes_when_there_is_room(shop: Workshop) -> None:
    folder = shop.studio.settings.data_dir / "pictures"
    folder.write_text("in the way")
    task = shop.ask()
    until(lambda: shop.now(task).tries > 0)
    obstacle = shop.now(task).obstacle
    assert obstacle is not None
    assert obstacle.trouble is Trouble.DISK
    folder.unlink()
    shop.wait_for(task, DONE)


def test_a_ledger_that_cannot_be_written_for_a_while_loses_no_answer(tmp_path: Path) -> None:
    settings = {"busy_timeout_seconds": 0.05}
    faults = {"create-timeout": 1}
    with workshop(tmp_path, settings=settings, seconds=0.5, faults=faults) as shop:
        task = shop.wait_for(shop.ask(), State.SUBMITTING)
        until(lambda: bool(shop.made("a hill")))
        with closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            until(lambda: shop.sandbox.book()["creates"] == 1)
            time.sleep(1.5)  # the answer comes while nothing can be written
            assert shop.now(task).state is State.SUBMITTING
            other.execute("ROLLBACK")
        shop.wait_for(task, DONE)
        assert len(shop.made("a hill")) == 1


def test_what_cannot_be_written_down_is_not_paid_for(shop: Workshop) -> None:
    task = shop.wait_for(shop.ask("first"), DONE)
    with full_disk(), pytest.raises(Exception, match="ledger"):
        shop.ask("second")
    assert len(shop.sandbox.book()["tasks"]) == 1
    assert shop.now(task).state is DONE


def test_a_restart_goes_on_though_the_sandbox_moved_to_another_port(tmp_path: Path) -> None:
    with workshop(tmp_path, seconds=1.0, faults={"result-404": 1}) as before:
        storing = before.ask("first")
        until(lambda: before.now(storing).tries > 0)
        running = before.wait_for(before.ask("second"), State.GENERATING)
    with workshop(tmp_path) as after:
        after.wait_for(storing, DONE)
        after.wait_for(running, DONE)
        assert [len(after.made(prompt)) for prompt in ("first", "second")] == [1, 1]


def test_a_strict_service_never_has_to_reject_a_query(tmp_path: Path) -> None:
    limits = {"creates_per_10s": 1000, "queries_per_second": 10}
    with workshop(tmp_path, settings=limits, seconds=1.0, queries_per_s=10) as shop:
        tasks = [shop.ask(f"[refused] hill {number}") for number in range(24)]
        for task in tasks:
            shop.wait_for(task, REFUSED)
        counts = shop.studio.engine.tally.read()
        assert (counts.rejected, counts.creates) == (0, 24)
        assert shop.sandbox.book()["rejected"] == 0


def test_a_listener_that_breaks_costs_nobody_a_picture(shop: Workshop) -> None:
    def broken() -> None:
        raise RuntimeError("the tab is gone")

    stop = shop.studio.bell.listen(DESIGNER, broken)
    task = shop.ask()
    shop.wait_for(task, DONE)
    assert len(shop.made("a hill")) == 1
    stop()
