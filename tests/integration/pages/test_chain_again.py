"""A chain of edits that is run again, on the Edit page."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.kie import GenerationRequest
from components.sandbox import SandboxServer
from components.studio.db.budgets import EVERYBODY, Period
from components.studio.tasks.models import TaskState
from tests.integration.pages.edit_page_driver import image_bytes, open_edit, upload
from tests.integration.pages.page_driver import (
    TIMEOUT_S,
    error_texts,
    rerun,
    user_id_of,
    widget_data,
)

PROMPTS = ["Mirror it", "Make it warmer", "Make it cooler"]


def edit(user_id: str, source_id: str, prompt: str) -> str:
    """Edit an image, and wait for the result; returns its id."""
    studio = open_studio()
    [task] = studio.tasks.submit(user_id, GenerationRequest(prompt=prompt), source_id=source_id)
    until(lambda: studio.task(user_id, task.id).state is TaskState.DONE)
    return studio.task(user_id, task.id).image_id or ""


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, "never"
        time.sleep(0.03)


def open_with_chain(prompts: list[str] = PROMPTS) -> AppTest:
    """The Edit page, which shows the last step of a chain with these instructions."""
    at = upload(open_edit(), image_bytes())
    image_id = at.session_state["kontext.session"].source_id
    for prompt in prompts:
        image_id = edit(user_id_of(at), image_id, prompt)
    state = at.session_state["kontext.session"]
    open_studio().select_source(state.user_id, image_id)
    state.source_id, state.pair = image_id, None
    return rerun(at)


def open_dialog(prompts: list[str] = PROMPTS) -> AppTest:
    at = open_with_chain(prompts)
    at.button(key="chain-open").click()
    return rerun(at)


def press(at: AppTest, name: str, number: int = 0) -> AppTest:
    """Press a button of the dialog: "up" or "down" of this step, or one by its whole key."""
    found = [button for button in at.button if str(button.key).startswith(f"chain-{name}")]
    found[number].click()
    return rerun(at)


def words(at: AppTest) -> list[str]:
    """The instructions in the dialog, in order."""
    return [box.value for box in at.text_area if str(box.key).startswith("chain-words-")]


def run_button(at: AppTest) -> str:
    return at.button(key="chain-run").label


def newest_branch(at: AppTest) -> list[str]:
    """The instructions that lead to the newest picture."""
    user_id = user_id_of(at)
    studio = open_studio()
    source = studio.selected_source(user_id)
    assert source is not None
    tree = studio.edit_tree(user_id, source.id)
    return [node.label for node in tree.ancestors(tree.leaves()[0].image.id)][1:]


def wait_for_end(at: AppTest) -> None:
    until(lambda: open_studio().chains.active(user_id_of(at)) == [])


def texts(at: AppTest) -> list[str]:
    return [block.value for block in at.markdown]


def test_chain_of_one_step_is_not_run_again(sandbox: SandboxServer) -> None:
    at = open_with_chain(PROMPTS[:1])

    assert widget_data(at, "points") is None
    assert [button for button in at.button if button.key == "chain-open"] == []


def test_steps_are_left_out_moved_and_changed(sandbox: SandboxServer) -> None:
    at = open_dialog()
    assert words(at) == PROMPTS
    assert run_button(at) == "Run 3 steps · 15 credits"

    press(at, "down")
    assert words(at) == ["Make it warmer", "Mirror it", "Make it cooler"]
    boxes = [box for box in at.checkbox if str(box.key).startswith("chain-in-")]
    boxes[1].uncheck()
    rerun(at)
    assert run_button(at) == "Run 2 steps · 10 credits"
    area = [box for box in at.text_area if str(box.key).startswith("chain-words-")][2]
    area.set_value("Make it night")
    rerun(at)
    press(at, "run")

    wait_for_end(at)
    assert newest_branch(at) == ["Make it warmer", "Make it night"]
    rerun(at)
    steps = widget_data(at, "steps")
    assert [step["prompt"] for step in steps] == ["photo.png", "Make it warmer", "Make it night"]


def test_empty_instruction_is_said_in_the_dialog(sandbox: SandboxServer) -> None:
    at = open_dialog(PROMPTS[:2])
    [_, second] = [box for box in at.text_area if str(box.key).startswith("chain-words-")]
    second.set_value("  ")
    rerun(at)
    press(at, "run")

    assert [text.partition(":")[0] for text in error_texts(at)] == ["Step 2"]
    assert len(sandbox.usage_report()["tasks"]) == 2


def test_no_step_left_cannot_be_run(sandbox: SandboxServer) -> None:
    at = open_dialog(PROMPTS[:2])
    for box in [box for box in at.checkbox if str(box.key).startswith("chain-in-")]:
        box.uncheck()
    rerun(at)

    assert at.button(key="chain-run").disabled
    assert run_button(at) == "Run 0 steps · 0 credits"


@pytest.fixture
def stopped(sandbox: SandboxServer) -> AppTest:
    """A page whose run was refused at its second step."""
    at = open_dialog(PROMPTS[:2])
    [_, second] = [box for box in at.text_area if str(box.key).startswith("chain-words-")]
    second.set_value("[refused] Make it warmer")
    rerun(at)
    press(at, "run")
    until(lambda: open_studio().chains.active(user_id_of(at))[0][0].state == "stopped")
    return rerun(at)


def test_refused_step_is_said_and_goes_on_with_other_words(stopped: AppTest) -> None:
    assert any(
        "**Step 2 of 2 stopped** · Refused by the content policy" in text for text in texts(stopped)
    )

    press(stopped, "change")
    area = next(box for box in stopped.text_area if str(box.key).startswith("chain-words-"))
    assert area.value == "[refused] Make it warmer"
    area.set_value("Make it night")
    rerun(stopped)
    press(stopped, "go-on")

    wait_for_end(stopped)
    assert newest_branch(stopped) == ["Mirror it", "Make it night"]


def test_stopped_run_is_ended(stopped: AppTest) -> None:
    press(stopped, "end")

    assert open_studio().chains.active(user_id_of(stopped)) == []
    assert not [text for text in texts(stopped) if "Step 2 of 2" in text]


def test_run_that_a_budget_stops_is_told_before_and_goes_on_when_it_is_raised(
    sandbox: SandboxServer,
) -> None:
    at = open_dialog(PROMPTS[:2])  # for 10 credits

    def limit(cap: int) -> list[str]:
        open_studio().budgets.set_cap(EVERYBODY, Period.MONTH, Decimal(cap))
        found = [*rerun(at).caption, *at.markdown]
        return [block.value.replace("\\", "") for block in found]

    assert any(text.startswith("This needs 5 credits; 2 of your 12 are") for text in limit(12))
    assert at.button(key="chain-run").disabled
    assert any(text.endswith("5 of 15 left this month · stops after 1 step") for text in limit(15))
    press(at, "run")
    until(lambda: open_studio().chains.active(user_id_of(at))[0][0].state == "stopped")
    stop = "**Stopped after 1 of 2 steps** · This needs 5 credits; 0 of your 15 are left this month"
    assert any(text.startswith(stop) for text in limit(15))

    press(at, "go-on")
    [toast] = [found.value for found in at.toast]
    assert "0 of your 15" in toast

    assert any("There are enough credits for the next step" in text for text in limit(20))
    press(at, "go-on")
    wait_for_end(at)
    assert newest_branch(at) == PROMPTS[:2]
