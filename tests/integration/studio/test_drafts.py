"""What is being typed: kept without waiting, in order, apart for each page and designer."""

from __future__ import annotations

import threading

from components.studio.db.prompts import Notebook
from components.studio.db.tasks import Ledger, LedgerUnavailable
from components.studio.drafts import Drafts

ANNA, BORIS = "a" * 32, "b" * 32


class SlowNotebook(Notebook):
    """A disk that answers when it is let, or not at all."""

    def __init__(self, repository: Ledger) -> None:
        super().__init__(repository)
        self.may_write = threading.Event()
        self.is_full = False
        self.written: list[str] = []

    def keep_draft(self, designer: str, mode: str, prompt: str) -> None:
        self.may_write.wait(10)
        if self.is_full:
            raise LedgerUnavailable("The ledger cannot be written.")
        self.written.append(prompt)
        super().keep_draft(designer, mode, prompt)


def kept(repository: Ledger, designer: str = ANNA, mode: str = "edit") -> str:
    """What a process that starts now would find."""
    return Notebook(repository).draft(designer, mode)


def test_a_draft_is_on_disk_once_the_studio_has_closed(repository: Ledger) -> None:
    drafts = Drafts(Notebook(repository))
    drafts.keep(ANNA, "edit", "make the sky re")
    drafts.close()

    assert kept(repository) == "make the sky re"


def test_each_page_and_each_designer_has_a_draft_of_its_own(repository: Ledger) -> None:
    drafts = Drafts(Notebook(repository))
    drafts.keep(ANNA, "edit", "one")
    drafts.keep(ANNA, "generate", "two")
    drafts.keep(BORIS, "edit", "three")
    drafts.close()

    assert [kept(repository), kept(repository, mode="generate"), kept(repository, BORIS)] == [
        "one",
        "two",
        "three",
    ]


def test_keeping_does_not_wait_for_the_disk_and_a_reload_finds_the_newest(
    repository: Ledger,
) -> None:
    slow = SlowNotebook(repository)
    drafts = Drafts(slow)
    for typed in ("a", "a h", "a hill"):
        drafts.keep(ANNA, "edit", typed)

    assert slow.written == []
    assert drafts.of(ANNA, "edit") == "a hill"
    slow.may_write.set()
    drafts.close()
    assert slow.written[-1] == kept(repository) == "a hill"


def test_a_full_disk_costs_only_what_a_restart_would_find(repository: Ledger) -> None:
    full = SlowNotebook(repository)
    full.is_full = True
    full.may_write.set()
    drafts = Drafts(full)
    drafts.keep(ANNA, "edit", "a hill")
    drafts.close()

    assert drafts.of(ANNA, "edit") == "a hill"
    assert kept(repository) == ""


def test_an_emptied_box_stays_empty(repository: Ledger) -> None:
    drafts = Drafts(Notebook(repository))
    drafts.keep(ANNA, "edit", "a hill")
    drafts.keep(ANNA, "edit", "")
    drafts.close()

    assert kept(repository) == ""


def test_half_a_character_does_not_stop_the_writer(repository: Ledger) -> None:
    drafts = Drafts(Notebook(repository))
    drafts.keep(ANNA, "edit", "half \ud83d")
    drafts.keep(ANNA, "generate", "whole")
    drafts.close()

    assert kept(repository) == "half ?"
    assert kept(repository, mode="generate") == "whole"
