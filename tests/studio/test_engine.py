"""The engine when the account, the disk or a restart stops it: nothing is lost or paid twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from components.bootstrap import assemble
from components.sandbox import SandboxOptions, start
from components.studio.ledger.ledger import LedgerUnavailable
from components.studio.settings import Settings
from components.studio.tasks.task import State, Trouble
from tests.studio.disk import full_disk
from tests.studio.making import trouble_of
from tests.studio.workshop import DESIGNER, Workshop, until, workshop


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
        shop.wait_for(task, State.DONE)
    assert shop.studio.held_by is None
    assert len(shop.sandbox.usage_report()["tasks"]) == 12


def test_a_refused_key_stops_the_queue_until_it_is_good(tmp_path: Path) -> None:
    with start(SandboxOptions(key="right", seconds=0.1)) as sandbox:
        settings = Settings(
            api_key="wrong", base_url=sandbox.url, upload_base_url=sandbox.url, data_dir=tmp_path
        )
        with closing(assemble(settings)) as studio:
            studio.engine.start()
            shop = Workshop(studio, sandbox)
            task = shop.ask()
            until(lambda: studio.held_by is Trouble.KEY)
            studio.engine.probe_account()
            assert shop.now(task).state in {State.QUEUED, State.SUBMITTING}
        with closing(assemble(replace(settings, api_key="right"))) as studio:
            studio.engine.start()
            Workshop(studio, sandbox).wait_for(task, State.DONE)
        assert len(sandbox.usage_report()["tasks"]) == 1


def test_variants_of_an_edit_share_one_upload(shop: Workshop) -> None:
    source_id = shop.source()
    tasks = [shop.ask(f"hill {number}", source_id=source_id) for number in range(3)]
    for task in tasks:
        shop.wait_for(task, State.DONE)
    links = {entry["params"]["inputImage"] for entry in shop.sandbox.usage_report()["tasks"]}
    assert len(links) == 1


def test_an_upload_host_that_is_down_is_tried_again_and_costs_nothing(shop: Workshop) -> None:
    shop.sandbox.set_faults({"upload-down": 1})
    task = shop.ask(source_id=shop.source())
    until(lambda: shop.now(task).tries > 0)
    assert shop.made("a hill") == []
    shop.sandbox.set_faults({})
    shop.wait_for(task, State.DONE)


def test_a_full_disk_is_said_and_the_picture_comes_when_there_is_room(shop: Workshop) -> None:
    folder = shop.studio.settings.data_dir / "pictures"
    folder.write_text("in the way")
    task = shop.ask()
    until(lambda: shop.now(task).tries > 0)
    assert trouble_of(shop.now(task)) is Trouble.DISK
    folder.unlink()
    shop.wait_for(task, State.DONE)


def test_a_ledger_that_cannot_be_written_for_a_while_loses_no_answer(tmp_path: Path) -> None:
    settings = {"busy_timeout_seconds": 0.05}
    faults = {"create-timeout": 1}
    with workshop(tmp_path, settings=settings, seconds=0.5, faults=faults) as shop:
        task = shop.wait_for(shop.ask(), State.SUBMITTING)
        until(lambda: bool(shop.made("a hill")))
        with closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            until(lambda: shop.sandbox.usage_report()["creates"] == 1)
            until(lambda: shop.studio.engine.is_stuck)  # the answer is there, and is not written
            assert shop.now(task).state is State.SUBMITTING
            other.execute("ROLLBACK")
        shop.wait_for(task, State.DONE)
        assert len(shop.made("a hill")) == 1


def test_what_cannot_be_written_down_is_not_paid_for(shop: Workshop) -> None:
    task = shop.wait_for(shop.ask("first"), State.DONE)
    with full_disk(), pytest.raises(LedgerUnavailable, match="ledger"):
        shop.ask("second")
    assert len(shop.sandbox.usage_report()["tasks"]) == 1
    assert shop.now(task).state is State.DONE


def test_a_restart_goes_on_though_the_sandbox_moved_to_another_port(tmp_path: Path) -> None:
    with workshop(tmp_path, seconds=1.0, faults={"result-404": 1}) as before:
        storing = before.ask("first")
        until(lambda: before.now(storing).tries > 0)
        running = before.wait_for(before.ask("second"), State.GENERATING)
    with workshop(tmp_path) as after:
        after.wait_for(storing, State.DONE)
        after.wait_for(running, State.DONE)
        assert [len(after.made(prompt)) for prompt in ("first", "second")] == [1, 1]


def test_a_strict_service_never_has_to_reject_a_query(tmp_path: Path) -> None:
    limits = {"creates_per_10s": 1000, "queries_per_second": 10}
    with workshop(tmp_path, settings=limits, seconds=1.0, queries_per_s=10) as shop:
        tasks = [shop.ask(f"[refused] hill {number}") for number in range(24)]
        for task in tasks:
            shop.wait_for(task, State.REFUSED)
        counts = shop.studio.engine.tally.read()
        assert (counts.rejected, counts.creates) == (0, 24)
        assert shop.sandbox.usage_report()["rejected"] == 0


def test_a_listener_that_breaks_costs_nobody_a_picture(shop: Workshop) -> None:
    def broken() -> None:
        raise RuntimeError("the tab is gone")

    stop = shop.studio.bell.listen(DESIGNER, broken)
    task = shop.ask()
    shop.wait_for(task, State.DONE)
    assert len(shop.made("a hill")) == 1
    stop()
