"""What a designer wrote before: each prompt once, newest first, pins on top, nobody else's."""

from __future__ import annotations

import pytest

from components.studio.db.prompts import Notebook, key_of
from components.studio.db.tasks import Ledger
from tests.support.factories import NOW, make_task

ANNA, BORIS = "a" * 32, "b" * 32


@pytest.fixture
def notebook(repository: Ledger) -> Notebook:
    return Notebook(repository)


def ask(
    repository: Ledger, *prompts: str, designer: str = ANNA, source_id: str | None = None
) -> None:
    """Prompts in the order they were asked for."""
    repository.add_tasks(
        [
            make_task(prompt, designer=designer, source_id=source_id, created_at=NOW + place)
            for place, prompt in enumerate(prompts)
        ]
    )


def listed(notebook: Notebook, *, editing: bool = False) -> list[tuple[str, bool]]:
    return [(item.prompt, item.pinned) for item in notebook.remembered(ANNA, editing=editing)]


def test_each_prompt_comes_once_and_the_newest_first(
    repository: Ledger, notebook: Notebook
) -> None:
    ask(repository, "a hill", "a lake", "a hill", "a wood", "a lake")

    assert notebook.earlier(ANNA, editing=False) == ["a lake", "a wood", "a hill"]


def test_edits_and_new_pictures_have_lists_of_their_own(
    repository: Ledger, notebook: Notebook
) -> None:
    ask(repository, "a hill")
    ask(repository, "add snow", source_id="5" * 32)

    assert notebook.earlier(ANNA, editing=False) == ["a hill"]
    assert notebook.earlier(ANNA, editing=True) == ["add snow"]


def test_nobody_sees_the_prompts_or_the_pins_of_another(
    repository: Ledger, notebook: Notebook
) -> None:
    ask(repository, "a secret", designer=BORIS)
    notebook.pin(BORIS, "a pinned secret", NOW)
    notebook.unpin(ANNA, key_of("a pinned secret"))

    assert listed(notebook) == []
    assert [item.prompt for item in notebook.remembered(BORIS, editing=False)] == [
        "a pinned secret",
        "a secret",
    ]


def test_a_pin_lifts_a_prompt_to_the_top_and_an_unpin_lets_it_back(
    repository: Ledger, notebook: Notebook
) -> None:
    ask(repository, "a hill", "a lake", "a wood")
    notebook.pin(ANNA, "a hill", NOW)
    notebook.pin(ANNA, "a hill", NOW + 1)

    assert listed(notebook) == [("a hill", True), ("a wood", False), ("a lake", False)]
    notebook.unpin(ANNA, key_of("a hill"))
    assert listed(notebook) == [("a wood", False), ("a lake", False), ("a hill", False)]


def test_a_pin_is_offered_on_both_pages(notebook: Notebook) -> None:
    notebook.pin(ANNA, "keep everything else the same", NOW)

    assert listed(notebook, editing=True) == listed(notebook, editing=False) != []


def test_what_travels_to_the_browser_has_an_end(repository: Ledger, notebook: Notebook) -> None:
    ask(repository, *(f"{place:03} " + "x" * 4000 for place in range(40)))

    found = listed(notebook)
    assert found[0][0].startswith("039")
    assert sum(len(prompt) for prompt, _ in found) <= 80_000


@pytest.mark.parametrize(
    "prompt", ["قطة 🦊 字", "'; DROP TABLE tasks; --", "x" * 5000, "a\nb\t c "]
)
def test_a_prompt_comes_back_as_it_was_typed(
    prompt: str, repository: Ledger, notebook: Notebook
) -> None:
    ask(repository, prompt)
    notebook.pin(ANNA, prompt, NOW)

    assert listed(notebook) == [(prompt, True)]
