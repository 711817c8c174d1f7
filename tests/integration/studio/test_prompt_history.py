"""Prompt history: each prompt once, newest first, pins on top, none of another user."""

from __future__ import annotations

import pytest

from components.studio.db.prompts import PromptHistory, prompt_key
from components.studio.db.tasks import TaskRepository
from tests.support.factories import NOW, make_task

ANNA, BORIS = "a" * 32, "b" * 32


@pytest.fixture
def prompts(repository: TaskRepository) -> PromptHistory:
    return PromptHistory(repository.database)


def submit(
    repository: TaskRepository, *prompts: str, user_id: str = ANNA, source_id: str | None = None
) -> None:
    """Store tasks with these prompts, oldest first."""
    repository.add_tasks(
        [
            make_task(prompt, user_id=user_id, source_id=source_id, created_at=NOW + number)
            for number, prompt in enumerate(prompts)
        ]
    )


def listed(prompts: PromptHistory, *, editing: bool = False) -> list[tuple[str, bool]]:
    return [(item.prompt, item.pinned) for item in prompts.list_prompts(ANNA, editing=editing)]


def test_prompts_are_distinct_and_newest_first(
    repository: TaskRepository, prompts: PromptHistory
) -> None:
    submit(repository, "a hill", "a lake", "a hill", "a wood", "a lake")

    assert prompts.recent_prompts(ANNA, editing=False) == ["a lake", "a wood", "a hill"]


def test_edits_and_new_images_have_separate_histories(
    repository: TaskRepository, prompts: PromptHistory
) -> None:
    submit(repository, "a hill")
    submit(repository, "add snow", source_id="5" * 32)

    assert prompts.recent_prompts(ANNA, editing=False) == ["a hill"]
    assert prompts.recent_prompts(ANNA, editing=True) == ["add snow"]


def test_prompts_and_pins_of_others_are_hidden(
    repository: TaskRepository, prompts: PromptHistory
) -> None:
    submit(repository, "a secret", user_id=BORIS)
    prompts.pin(BORIS, "a pinned secret", NOW)
    prompts.unpin(ANNA, prompt_key("a pinned secret"))

    assert listed(prompts) == []
    assert [item.prompt for item in prompts.list_prompts(BORIS, editing=False)] == [
        "a pinned secret",
        "a secret",
    ]


def test_pin_moves_prompt_to_top_and_unpin_back(
    repository: TaskRepository, prompts: PromptHistory
) -> None:
    submit(repository, "a hill", "a lake", "a wood")
    prompts.pin(ANNA, "a hill", NOW)
    prompts.pin(ANNA, "a hill", NOW + 1)

    assert listed(prompts) == [("a hill", True), ("a wood", False), ("a lake", False)]
    prompts.unpin(ANNA, prompt_key("a hill"))
    assert listed(prompts) == [("a wood", False), ("a lake", False), ("a hill", False)]


def test_pins_are_listed_on_both_pages(prompts: PromptHistory) -> None:
    prompts.pin(ANNA, "keep everything else the same", NOW)

    assert listed(prompts, editing=True) == listed(prompts, editing=False) != []


def test_history_size_is_limited(repository: TaskRepository, prompts: PromptHistory) -> None:
    submit(repository, *(f"{number:03} " + "x" * 4000 for number in range(40)))

    entries = listed(prompts)
    assert entries[0][0].startswith("039")
    assert sum(len(prompt) for prompt, _ in entries) <= 80_000


@pytest.mark.parametrize(
    "prompt", ["قطة 🦊 字", "'; DROP TABLE tasks; --", "x" * 5000, "a\nb\t c "]
)
def test_prompt_is_returned_as_typed(
    prompt: str, repository: TaskRepository, prompts: PromptHistory
) -> None:
    submit(repository, prompt)
    prompts.pin(ANNA, prompt, NOW)

    assert listed(prompts) == [(prompt, True)]
