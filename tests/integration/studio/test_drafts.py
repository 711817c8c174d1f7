"""Drafts: stored without waiting, in order, separate for each page and user."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.studio.db import tables
from components.studio.db.database import DatabaseError
from components.studio.db.prompts import Draft, DraftStore, PromptHistory
from components.studio.db.tasks import TaskRepository
from components.studio.storage import MaintenanceThread
from tests.support.export_fixtures import image_of
from tests.support.factories import NOW, make_task
from tests.support.studio_fixture import running_studio, wait_until

ANNA, BORIS = "a" * 32, "b" * 32


class SlowPromptHistory(PromptHistory):
    """Writes once `may_write` is set; raises while `is_full`."""

    def __init__(self, repository: TaskRepository) -> None:
        super().__init__(repository)
        self.may_write = threading.Event()
        self.is_full = False
        self.written: list[str] = []

    def save_draft(self, user_id: str, mode: str, draft: Draft, at: float) -> None:
        self.may_write.wait(60)
        if self.is_full:
            raise DatabaseError("The disk is full.")
        self.written.append(draft.text)
        super().save_draft(user_id, mode, draft, at)


def stored_draft(repository: TaskRepository, user_id: str = ANNA, mode: str = "edit") -> str:
    """The draft in the database, as after a restart."""
    drafts = PromptHistory(repository.database).load_drafts(user_id, mode)
    return drafts[0].text if drafts else ""


class Clock:
    """A clock that each look moves by a second."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def drafts(repository: TaskRepository) -> Iterator[DraftStore]:
    with closing(DraftStore(PromptHistory(repository.database), clock=Clock())) as store:
        yield store


def reopened(drafts: DraftStore, repository: TaskRepository) -> DraftStore:
    """The store after a restart."""
    drafts.close()
    return DraftStore(PromptHistory(repository.database))


def test_draft_is_stored_after_close(repository: TaskRepository) -> None:
    drafts = DraftStore(PromptHistory(repository.database))
    drafts.save(ANNA, "edit", "make the sky re")
    drafts.close()

    assert stored_draft(repository) == "make the sky re"


def test_drafts_are_separate_by_page_and_user(repository: TaskRepository) -> None:
    drafts = DraftStore(PromptHistory(repository.database))
    drafts.save(ANNA, "edit", "one")
    drafts.save(ANNA, "generate", "two")
    drafts.save(BORIS, "edit", "three")
    drafts.close()

    assert [
        stored_draft(repository),
        stored_draft(repository, mode="generate"),
        stored_draft(repository, BORIS),
    ] == [
        "one",
        "two",
        "three",
    ]


def test_save_does_not_wait_and_load_returns_newest(repository: TaskRepository) -> None:
    slow = SlowPromptHistory(repository.database)
    drafts = DraftStore(slow)
    for typed in ("a", "a h", "a hill"):
        drafts.save(ANNA, "edit", typed)

    assert slow.written == []
    assert drafts.load(ANNA, "edit").text == "a hill"
    slow.may_write.set()
    drafts.close()
    assert slow.written[-1] == stored_draft(repository) == "a hill"


def test_full_disk_keeps_draft_in_memory(repository: TaskRepository) -> None:
    full = SlowPromptHistory(repository.database)
    full.is_full = True
    full.may_write.set()
    drafts = DraftStore(full)
    drafts.save(ANNA, "edit", "a hill")
    drafts.close()

    assert drafts.load(ANNA, "edit").text == "a hill"
    assert stored_draft(repository) == ""


def test_cleared_draft_stays_empty(repository: TaskRepository) -> None:
    drafts = DraftStore(PromptHistory(repository.database))
    drafts.save(ANNA, "edit", "a hill")
    drafts.save(ANNA, "edit", "")
    drafts.close()

    assert stored_draft(repository) == ""


def test_lone_surrogate_does_not_stop_the_writer(repository: TaskRepository) -> None:
    drafts = DraftStore(PromptHistory(repository.database))
    drafts.save(ANNA, "edit", "half \ud83d")
    drafts.save(ANNA, "generate", "whole")
    drafts.close()

    assert stored_draft(repository) == "half ?"
    assert stored_draft(repository, mode="generate") == "whole"


def test_tabs_do_not_overwrite_each_other(drafts: DraftStore, repository: TaskRepository) -> None:
    drafts.save(ANNA, "edit", "a hill", tab="one")
    drafts.save(ANNA, "edit", "a lake", tab="two")
    drafts.save(ANNA, "edit", "a hill with a tower", tab="one")
    after = reopened(drafts, repository)

    # Each tab is reloaded while the other one is open.
    assert after.load(ANNA, "edit", open_tabs={"two"}) == Draft("one", "a hill with a tower")
    assert after.load(ANNA, "edit", open_tabs={"one"}) == Draft("two", "a lake")


def test_newest_draft_of_a_closed_tab_comes_first(
    drafts: DraftStore, repository: TaskRepository
) -> None:
    for tab, text in (("one", "oldest"), ("two", "older"), ("three", "newest")):
        drafts.save(ANNA, "edit", text, tab=tab)

    for store in (drafts, reopened(drafts, repository)):
        assert store.load(ANNA, "edit").text == "newest"
        assert store.load(ANNA, "edit", open_tabs={"three"}).text == "older"
        assert store.load(ANNA, "edit", open_tabs={"one", "two", "three"}).text == "newest"


def test_draft_that_another_tab_took_over_is_not_restored_twice(
    drafts: DraftStore, repository: TaskRepository
) -> None:
    drafts.save(ANNA, "edit", "a hill", tab="closed")
    assert drafts.take_over(ANNA, "edit", tab="new", open_tabs={"new"}) == "a hill"
    drafts.save(ANNA, "edit", "", tab="new")

    assert reopened(drafts, repository).load(ANNA, "edit").text == ""


def test_copy_of_an_open_tabs_draft_leaves_it_alone(
    drafts: DraftStore, repository: TaskRepository
) -> None:
    drafts.save(ANNA, "edit", "a hill", tab="open")
    assert drafts.take_over(ANNA, "edit", tab="new", open_tabs={"open", "new"}) == "a hill"
    drafts.save(ANNA, "edit", "a lake", tab="new")

    after = reopened(drafts, repository)
    assert after.load(ANNA, "edit", open_tabs={"new"}) == Draft("open", "a hill")


def test_tab_that_a_restart_has_renamed_leaves_no_second_draft(
    drafts: DraftStore, repository: TaskRepository
) -> None:
    drafts.save(ANNA, "edit", "a hill", tab="before")
    after = reopened(drafts, repository)
    after.save(ANNA, "edit", "a hill", tab="after")
    after.close()

    stored = PromptHistory(repository.database).load_drafts(ANNA, "edit")
    assert stored == [Draft("after", "a hill")]


def test_five_newest_drafts_of_a_form_are_kept(
    drafts: DraftStore, repository: TaskRepository
) -> None:
    for number in range(7):
        drafts.save(ANNA, "edit", f"draft {number}", tab=f"tab {number}")
    drafts.save(ANNA, "generate", "another form")
    drafts.close()

    kept = PromptHistory(repository.database).load_drafts(ANNA, "edit")
    assert [draft.text for draft in kept] == [f"draft {number}" for number in (6, 5, 4, 3, 2)]
    assert stored_draft(repository, mode="generate") == "another form"


@pytest.mark.parametrize("character", ["x", "字", "🦊"])
def test_draft_of_20_mb_is_cut_to_24000_bytes(
    character: str, drafts: DraftStore, repository: TaskRepository
) -> None:
    drafts.save(ANNA, "edit", character * (20_000_000 // len(character.encode())))
    drafts.close()

    stored = stored_draft(repository)
    assert len(stored.encode()) == 24_000
    assert set(stored) == {character}


DAY = 24 * 3600.0


@pytest.mark.parametrize(
    ("owns", "days"), [("nothing", 7), ("a task", 90), ("a pin", 90), ("a picture", 90)]
)
def test_draft_expires_earlier_where_its_user_owns_nothing(
    owns: str, days: int, repository: TaskRepository
) -> None:
    history = PromptHistory(repository.database)
    if owns == "a task":
        repository.add_tasks([make_task(user_id=ANNA)])
    if owns == "a picture":
        repository.add_image(replace(image_of(1), user_id=ANNA))
    if owns == "a pin":
        history.pin(ANNA, "a hill", NOW)
    history.save_draft(ANNA, "edit", Draft("one", "a hill"), NOW)

    assert history.delete_expired_drafts(NOW + days * DAY) == 0
    assert history.delete_expired_drafts(NOW + days * DAY + 1) == 1
    assert history.load_drafts(ANNA, "edit") == []


def test_drafts_in_all_are_limited_and_those_of_the_unknown_go_first(
    repository: TaskRepository,
) -> None:
    history = PromptHistory(repository.database)
    repository.add_tasks([make_task(user_id=ANNA)])
    history.save_draft(ANNA, "edit", Draft("one", "of somebody known"), NOW - DAY)
    rows = [
        {
            "user_id": f"{number:032}",
            "mode": "edit",
            "tab": "",
            "prompt": "x",
            "saved_at": NOW + number,
        }
        for number in range(4999)
    ]
    with repository.database.write_transaction() as connection:
        connection.execute(sa.insert(tables.drafts), rows)

    history.save_draft(BORIS, "edit", Draft("one", "the newest"), NOW + 9999)

    with repository.database.read_transaction() as connection:
        kept = dict(
            connection.execute(sa.select(tables.drafts.c.user_id, tables.drafts.c.prompt)).all()
        )
    assert len(kept) == 4750
    assert (kept[ANNA], kept[BORIS]) == ("of somebody known", "the newest")
    assert f"{250:032}" not in kept
    assert f"{251:032}" in kept


def test_drafts_that_cannot_be_written_are_limited(repository: TaskRepository) -> None:
    history = SlowPromptHistory(repository.database)
    history.is_full = True
    history.may_write.set()
    drafts = DraftStore(history)
    for number in range(1100):
        drafts.save(f"{number:032}", "edit", "a hill")
    assert drafts.load(f"{0:032}", "edit").text == ""
    assert drafts.load(f"{1099:032}", "edit").text == "a hill"
    drafts.close()


def test_maintenance_deletes_expired_drafts(tmp_path: Path) -> None:
    with running_studio(tmp_path) as studio_fixture:
        studio = studio_fixture.studio
        studio.prompts.save_draft(ANNA, "edit", Draft("one", "a hill"), time.time() - 8 * DAY)
        purger = MaintenanceThread(studio.gallery, studio.prompts, studio.worker.check_storage)
        purger.start()
        wait_until(lambda: studio.drafts.load(ANNA, "edit").text == "")
        purger.stop()


@pytest.mark.sqlite
def test_long_old_drafts_are_cut_and_the_table_of_0_1_0_goes(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "studio.db")) as old:
        old.execute("CREATE TABLE drafts (designer TEXT, mode TEXT, prompt TEXT)")
        rows = [("edit", "x" * 20_000_000), ("edit-settings", '{"x": "' + "x" * 9000 + '"}')]
        old.executemany("INSERT INTO drafts VALUES (?, ?, ?)", [(ANNA, *row) for row in rows])
        old.commit()
    for _start in ("first", "second"):
        with closing(TaskRepository.in_folder(tmp_path)) as repository:
            assert stored_draft(repository) == "x" * 6000
            assert stored_draft(repository, mode="edit-settings") == ""
