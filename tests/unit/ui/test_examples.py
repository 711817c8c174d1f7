"""Every example can be submitted and has an image."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.studio import GenerationRequest
from components.ui.edit.edit_examples import EDIT_EXAMPLES, EditExample
from components.ui.form.prompt_examples import PROMPT_EXAMPLES, PromptExample

IMAGES = Path(__file__).parents[3] / "static" / "starters"


@pytest.mark.parametrize("example", PROMPT_EXAMPLES, ids=lambda example: example.name)
def test_each_example_prompt_is_valid(example: PromptExample) -> None:
    assert GenerationRequest(prompt=example.prompt, aspect_ratio=example.ratio).to_payload()


@pytest.mark.parametrize(
    "example", [*PROMPT_EXAMPLES, *EDIT_EXAMPLES], ids=lambda example: example.name
)
def test_each_example_image_is_small(example: PromptExample | EditExample) -> None:
    image = IMAGES / f"{example.name}.jpg"

    assert image.read_bytes().startswith(b"\xff\xd8")
    assert image.stat().st_size < 200_000


@pytest.mark.parametrize("example", EDIT_EXAMPLES, ids=lambda example: example.name)
def test_each_example_edit_is_valid(example: EditExample) -> None:
    GenerationRequest(prompt=example.instruction).validate_for_edit()
