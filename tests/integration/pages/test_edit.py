"""Edit, from the press to the pair, as its designer reads it."""

from __future__ import annotations

import pytest

from components.sandbox import SandboxServer
from tests.integration.pages.edit_page import (
    begun,
    bring,
    edit,
    pair_of,
    picture,
    press,
    shown,
    source,
    text_of,
)
from tests.integration.pages.page_text import card_in, drawn, errors, page_at
from tests.integration.pages.test_generate import HOSTILE


def test_safety_range_follows_the_mode() -> None:
    at = page_at()
    assert at.slider(key="generate-safety_tolerance").max == 6
    at.slider(key="generate-safety_tolerance").set_value(6)
    drawn(at)
    at.switch_page("pages/edit.py")
    slider = drawn(at).slider(key="edit-safety_tolerance")

    assert (slider.min, slider.max, slider.value) == (0, 2, 2)


def test_selected_ratio_shows_the_crop() -> None:
    at = bring(edit(), picture(640, 480))
    assert "kx-crop" not in source(at)

    at.button_group(key="edit-ratio").set_value("1:1")
    assert 'style="width:75.00%;height:100.00%"' in source(drawn(at))
    assert "outside 1:1" in text_of(source(at))

    at.button_group(key="edit-ratio").set_value("4:3")
    assert "kx-crop" not in source(drawn(at))


def test_submit_without_source_shows_message(sandbox: SandboxServer) -> None:
    at = press(edit(), "Make it night")

    assert [error.startswith("Choose a picture first") for error in errors(at)] == [True]
    assert at.text_area(key="edit-prompt").value == "Make it night"
    assert sandbox.usage_report()["creates"] == 0


def test_submit_without_prompt_keeps_the_source(
    sandbox: SandboxServer,
) -> None:
    at = press(bring(edit(), picture()), "  ")

    assert [error.startswith("Prompt is empty") for error in errors(at)] == [True]
    assert "photo.png" in source(at)
    assert sandbox.usage_report()["creates"] == 0


def test_match_input_sends_no_ratio(sandbox: SandboxServer) -> None:
    at = begun()
    wanted = at.text_area(key="edit-prompt").value
    at.button(key="edit-submit").click()
    pair_of(drawn(at), wanted)

    (task,) = sandbox.usage_report()["tasks"]
    assert task["prompt"] == wanted != ""
    assert "aspectRatio" not in task["params"]
    assert task["params"]["inputImage"].startswith(f"{sandbox.url}/")
    assert errors(at) == []


def test_finished_edit_shows_its_pair(sandbox: SandboxServer) -> None:
    at = press(bring(edit(), picture(1280, 720)), "Mirror it")
    view = pair_of(at, "Mirror it")

    assert (view["before"]["label"], view["after"]["label"]) == ("Original", "Step 1")
    assert (view["before"]["width_px"], view["after"]["width_px"]) == (1280, 1392)
    assert [button.label for button in at.button if str(button.key).startswith("stage-")] == [
        "Edit this"
    ]


@pytest.mark.parametrize("prompt", HOSTILE[::3])
def test_instruction_is_sent_and_shown_as_typed(prompt: str, sandbox: SandboxServer) -> None:
    at = press(bring(edit(), picture()), prompt)
    pair_of(at, prompt)
    tiles = shown(at, "tiles")["steps"]

    assert [tile["prompt"] for tile in tiles] == ["photo.png", prompt]
    assert [task["prompt"] for task in sandbox.usage_report()["tasks"]] == [prompt]


def test_chained_edit_shows_steps_and_original(
    sandbox: SandboxServer,
) -> None:
    at = press(bring(edit(), picture()), "Mirror it")
    pair_of(at, "Mirror it")
    at.button(key="stage-edit-this").click()
    drawn(at)
    view = pair_of(press(at, "Make it warmer"), "Make it warmer")

    assert (view["before"]["label"], view["after"]["label"]) == ("Step 1", "Step 2")
    assert [tile["name"] for tile in shown(at, "tiles")["steps"]] == [
        "Original",
        "Step 1",
        "Step 2",
    ]
    at.button(key="stage-edit-original").click()
    assert "photo.png" in source(drawn(at))


def test_running_edit_is_shown_above_the_source(sandbox: SandboxServer) -> None:
    at = bring(edit(), picture())
    assert shown(at, "line") is None

    line = shown(press(at, "Mirror it [slow]"), "line")

    assert line["elapsed_seconds"] >= 0
    assert "Mirror it" in line["detail"]


def test_refused_edit_is_shown_until_a_newer_one(
    sandbox: SandboxServer,
) -> None:
    at = press(bring(edit(), picture()), "Mirror it [refused]")
    card_in(at, "Refused")
    line = shown(at, "line")

    assert line["message"] == "Refused by the content policy"
    assert "other words" in line["detail"]
    assert line["elapsed_seconds"] is None
    assert at.text_area(key="edit-prompt").value == "Mirror it [refused]"
    pair_of(press(at, "Mirror it"), "Mirror it")
    assert shown(at, "line") is None


def test_mismatch_is_shown_under_the_pair(sandbox: SandboxServer) -> None:
    at = press(bring(edit(), picture(1200, 300)), "Mirror it")
    pair_of(at, "Mirror it")

    said = [caption.value.replace("\\", "") for caption in at.caption]
    assert "Came as 21:9; the source is 4:1." in said
