"""What an empty page offers can all be made, and each has its picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.studio import GenerationRequest
from components.ui.form.examples import EDIT_EXAMPLES, PROMPT_EXAMPLES, EditExample, PromptExample

PICTURES = Path(__file__).parents[3] / "static" / "starters"


@pytest.mark.parametrize("starter", PROMPT_EXAMPLES, ids=lambda starter: starter.name)
def test_each_starter_can_be_asked_for_as_it_stands(starter: PromptExample) -> None:
    assert GenerationRequest(prompt=starter.prompt, aspect_ratio=starter.ratio).to_payload()


@pytest.mark.parametrize(
    "offered", [*PROMPT_EXAMPLES, *EDIT_EXAMPLES], ids=lambda offered: offered.name
)
def test_each_has_a_picture_that_is_quickly_there(offered: PromptExample | EditExample) -> None:
    picture = PICTURES / f"{offered.name}.jpg"

    assert picture.read_bytes().startswith(b"\xff\xd8")
    assert picture.stat().st_size < 200_000


@pytest.mark.parametrize("beginning", EDIT_EXAMPLES, ids=lambda beginning: beginning.name)
def test_each_beginning_is_an_edit_that_can_be_asked_for(beginning: EditExample) -> None:
    GenerationRequest(prompt=beginning.instruction).validate_for_edit()
