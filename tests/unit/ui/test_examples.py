"""What an empty page offers can all be made, and each has its picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.studio import GenerationRequest
from components.ui.form.examples import EDIT_EXAMPLES, PROMPT_EXAMPLES, EditExample, PromptExample

PICTURES = Path(__file__).parents[3] / "static" / "starters"


@pytest.mark.parametrize("starter", PROMPT_EXAMPLES, ids=lambda starter: starter.name)
def test_each_example_prompt_is_valid(starter: PromptExample) -> None:
    assert GenerationRequest(prompt=starter.prompt, aspect_ratio=starter.ratio).to_payload()


@pytest.mark.parametrize(
    "offered", [*PROMPT_EXAMPLES, *EDIT_EXAMPLES], ids=lambda offered: offered.name
)
def test_each_example_image_is_small(offered: PromptExample | EditExample) -> None:
    picture = PICTURES / f"{offered.name}.jpg"

    assert picture.read_bytes().startswith(b"\xff\xd8")
    assert picture.stat().st_size < 200_000


@pytest.mark.parametrize("beginning", EDIT_EXAMPLES, ids=lambda beginning: beginning.name)
def test_each_example_edit_is_valid(beginning: EditExample) -> None:
    GenerationRequest(prompt=beginning.instruction).validate_for_edit()
