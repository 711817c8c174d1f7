"""Edit, from the submission to the pair."""

from __future__ import annotations

import pytest

from components.sandbox import SandboxServer
from components.studio.tasks.models import FailureReason, TaskState
from tests.integration.pages.edit_page_driver import (
    image_bytes,
    open_edit,
    open_edit_with_example,
    source_html,
    submit_edit,
    upload,
    wait_for_pair,
)
from tests.integration.pages.page_driver import (
    cards,
    error_texts,
    newest_tasks,
    open_page,
    rerun,
    trigger,
    unescape,
    wait_for_change,
    wait_for_state,
    widget_data,
)
from tests.integration.pages.test_generate import HOSTILE


def test_safety_range_follows_the_mode() -> None:
    at = open_page()
    assert at.slider(key="generate-safety_tolerance").max == 6
    at.slider(key="generate-safety_tolerance").set_value(6)
    rerun(at)
    at.switch_page("pages/edit.py")
    slider = rerun(at).slider(key="edit-safety_tolerance")

    assert (slider.min, slider.max, slider.value) == (0, 2, 2)


def test_selected_ratio_shows_the_crop() -> None:
    at = upload(open_edit(), image_bytes(640, 480))
    assert "kx-crop" not in source_html(at)

    at.button_group(key="edit-ratio").set_value("1:1")
    assert 'style="width:75.00%;height:100.00%"' in source_html(rerun(at))
    assert any("is cut off, or filled in" in caption.value for caption in at.caption)

    at.button_group(key="edit-ratio").set_value("4:3")
    assert "kx-crop" not in source_html(rerun(at))


def test_submit_without_source_shows_message(sandbox: SandboxServer) -> None:
    at = submit_edit(open_edit(), "Make it night")

    assert [error.startswith("Choose a picture first") for error in error_texts(at)] == [True]
    assert at.text_area(key="edit-prompt").value == "Make it night"
    assert sandbox.usage_report()["creates"] == 0


def test_a_running_edit_is_told_once_and_can_be_stopped_there(sandbox: SandboxServer) -> None:
    sandbox.set_faults({"query-500": 1})  # nobody learns that it is finished
    at = submit_edit(open_edit_with_example(), "Make it night")
    while (known := newest_tasks(at))[0].state is not TaskState.GENERATING:
        wait_for_change(at, known)

    assert widget_data(rerun(at), "line")["stop"] == "Stop watching"
    assert cards(at) == []

    trigger(at, "edit-progress", "stop")
    failure = newest_tasks(at)[0].failure
    assert failure is not None
    assert failure.reason is FailureReason.NOT_WATCHED
    assert [card["prompt"] for card in cards(rerun(at))] == ["Make it night"]


def test_submit_without_prompt_keeps_the_source(
    sandbox: SandboxServer,
) -> None:
    at = submit_edit(upload(open_edit(), image_bytes()), "  ")

    assert [error.startswith("Prompt is empty") for error in error_texts(at)] == [True]
    assert "photo.png" in source_html(at)
    assert sandbox.usage_report()["creates"] == 0


def test_match_input_sends_no_ratio(sandbox: SandboxServer) -> None:
    at = open_edit_with_example()
    prompt = at.text_area(key="edit-prompt").value
    at.button(key="edit-submit").click()
    wait_for_pair(rerun(at), prompt)

    (task,) = sandbox.usage_report()["tasks"]
    assert task["prompt"] == prompt != ""
    assert "aspectRatio" not in task["params"]
    assert task["params"]["inputImage"].startswith(f"{sandbox.url}/")
    assert error_texts(at) == []


def test_finished_edit_shows_its_pair(sandbox: SandboxServer) -> None:
    at = submit_edit(upload(open_edit(), image_bytes(1280, 720)), "Mirror it")
    pair = wait_for_pair(at, "Mirror it")

    assert (pair["before"]["label"], pair["after"]["label"]) == ("Original", "Step 1")
    assert (pair["before"]["width_px"], pair["after"]["width_px"]) == (1280, 348)
    assert [button.label for button in at.button if str(button.key).startswith("viewer-")] == [
        *("Edit this", "Share…")
    ]


@pytest.mark.parametrize("prompt", HOSTILE[::3])
def test_instruction_is_sent_and_shown_as_typed(prompt: str, sandbox: SandboxServer) -> None:
    at = submit_edit(upload(open_edit(), image_bytes()), prompt)
    wait_for_pair(at, prompt)
    tiles = widget_data(at, "steps")

    assert [tile["prompt"] for tile in tiles] == ["photo.png", prompt]
    assert [task["prompt"] for task in sandbox.usage_report()["tasks"]] == [prompt]


def test_chained_edit_shows_steps_and_original(
    sandbox: SandboxServer,
) -> None:
    at = submit_edit(upload(open_edit(), image_bytes()), "Mirror it")
    wait_for_pair(at, "Mirror it")
    at.button(key="viewer-edit-this").click()
    rerun(at)
    pair = wait_for_pair(submit_edit(at, "Make it warmer"), "Make it warmer")

    assert (pair["before"]["label"], pair["after"]["label"]) == ("Step 1", "Step 2")
    assert [tile["name"] for tile in widget_data(at, "steps")] == [
        "Original",
        "Step 1",
        "Step 2",
    ]
    at.button(key="viewer-edit-original").click()
    assert "photo.png" in source_html(rerun(at))
    wait_for_pair(submit_edit(at, "Make it cooler"), "Make it cooler")

    def line() -> list[tuple[str, list[str]]]:
        """Each step of the strip, with its branches."""
        return [
            (tile["prompt"], [branch["prompt"] for branch in tile["branches"]])
            for tile in widget_data(at, "steps")
        ]

    assert line() == [("photo.png", ["Mirror it"]), ("Make it cooler", [])]
    original = widget_data(at, "steps")[0]
    mirrored = original["branches"][0]["id"]
    trigger(at, "edit-strip", "action", {"verb": "show", "id": mirrored})
    branch = [("photo.png", ["Make it cooler"]), ("Mirror it", []), ("Make it warmer", [])]
    assert line() == branch
    trigger(at, "edit-strip", "action", {"verb": "show", "id": original["id"]})
    assert line() == branch, "a step back leaves the line as it is"


def test_running_edit_is_shown_above_the_source(sandbox: SandboxServer) -> None:
    at = upload(open_edit(), image_bytes())
    assert widget_data(at, "line") is None
    sandbox.set_faults({"query-500": 1})  # nobody learns that it is finished

    line = widget_data(submit_edit(at, "Mirror it"), "line")

    assert line["elapsed_seconds"] >= 0
    assert "Mirror it" in line["detail"]


def test_refused_edit_is_shown_until_a_newer_one(
    sandbox: SandboxServer,
) -> None:
    at = submit_edit(upload(open_edit(), image_bytes()), "Mirror it [refused]")
    wait_for_state(at, "Refused")
    line = widget_data(at, "line")

    assert line["message"] == "Refused by the content policy"
    assert "other words" in line["detail"]
    assert line["elapsed_seconds"] is None
    assert at.text_area(key="edit-prompt").value == "Mirror it [refused]"
    wait_for_pair(submit_edit(at, "Mirror it"), "Mirror it")
    assert widget_data(at, "line") is None


def test_mismatch_is_shown_under_the_pair(sandbox: SandboxServer) -> None:
    at = submit_edit(upload(open_edit(), image_bytes(1200, 300)), "Mirror it")
    wait_for_pair(at, "Mirror it")

    captions = [unescape(caption.value) for caption in at.caption]
    assert "Came as 21:9; the source is 4:1." in captions


def test_edit_by_both_models_is_compared_with_one_press(sandbox: SandboxServer) -> None:
    at = upload(open_edit(), image_bytes(1280, 720))
    at.button_group(key="edit-model").set_value("both")
    at = submit_edit(at, "Mirror it")
    wait_for_pair(at, "Mirror it")
    while at.button(key="viewer-models").disabled:
        assert at.button(key="viewer-models").help.startswith("Waits for ")
        wait_for_change(at, newest_tasks(at))
        rerun(at)

    at.button(key="viewer-models").click()
    shown = widget_data(rerun(at), "props")
    assert (shown["before"]["label"], shown["after"]["label"]) == ("Pro", "Max")
    assert "Pro and Max" in [heading.value for heading in at.subheader]
    buttons = [button.label for button in at.button if str(button.key).startswith("viewer-")]
    assert buttons == ["Edit Pro", "Edit Max", "Compare with the source", "Share…"]

    at.button(key="viewer-source").click()
    shown = widget_data(rerun(at), "props")
    assert (shown["before"]["label"], shown["after"]["label"]) == ("Original", "Step 1")
