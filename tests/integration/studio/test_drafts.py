"""Drafts: stored without waiting, in order, separate for each page and user."""

from __future__ import annotations

import threading

from components.studio.db.database import DatabaseError
from components.studio.db.prompts import PromptHistory
from components.studio.db.tasks import TaskRepository
from components.studio.drafts import DraftStore

ANNA, BORIS = "a" * 32, "b" * 32


class SlowPromptHistory(PromptHistory):
    """Writes once `may_write` is set; raises while `is_full`."""

    def __init__(self, repository: TaskRepository) -> None:
        super().__init__(repository)
        self.may_write = threading.Event()
        self.is_full = False
        self.written: list[str] = []

    def save_draft(self, user_id: str, mode: str, prompt: str) -> None:
        self.may_write.wait(10)
        if self.is_full:
            raise DatabaseError("The ledger cannot be written.")
        self.written.append(prompt)
        super().save_draft(user_id, mode, prompt)


def stored_draft(repository: TaskRepository, user_id: str = ANNA, mode: str = "edit") -> str:
    """The draft in the database, as after a restart."""
    return PromptHistory(repository.database).load_draft(user_id, mode)


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
    assert drafts.load(ANNA, "edit") == "a hill"
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

    assert drafts.load(ANNA, "edit") == "a hill"
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
