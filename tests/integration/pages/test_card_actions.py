"""What an action of a card changes before the page is rendered."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.sandbox import SandboxServer
from components.studio import GenerationRequest
from components.studio.tasks.models import Task, TaskState
from components.ui.session import TabState
from components.ui.widgets.image_grid import GridEvent
from tests.integration.pages.page_driver import rerun

ANNA, BEN = "anna", "ben"


def run_action(verb: str, task_id: str, *, user_id: str = ANNA) -> AppTest:
    """A page of this user, who has just clicked a button of the card."""

    def page() -> None:
        from components.ui import card_actions

        card_actions.on_card_event("feed")

    at = AppTest.from_function(page, default_timeout=60)
    at.session_state["kontext.session"] = TabState(user_id)
    at.session_state["feed.event_slot"] = {"nonce": 1, "event": GridEvent(verb, (task_id,), 1)}
    return rerun(at)


def submit(prompt: str, *, user_id: str = ANNA) -> Task:
    (task,) = open_studio().tasks.submit(
        user_id, GenerationRequest(prompt=prompt, aspect_ratio="9:16")
    )
    return task


def state_of(task: Task) -> TaskState:
    return open_studio().task(task.user_id, task.id).state


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_remix_fills_the_form(unreachable_provider: None) -> None:
    at = run_action("remix", submit("A tower").id)

    assert at.session_state["generate-prompt"] == "A tower"
    assert at.session_state["generate-ratio"] == "9:16"


def test_dismiss_hides_an_ended_task(sandbox: SandboxServer) -> None:
    task = submit("A hill [refused]")
    wait_until(lambda: state_of(task) is TaskState.REFUSED)

    run_action("dismiss", task.id)

    assert open_studio().tasks.recent(ANNA, limit=9) == []


def test_resubmit_sends_an_unconfirmed_task_once(sandbox: SandboxServer) -> None:
    task = submit("A hill")
    wait_until(lambda: state_of(task) is TaskState.DONE)
    unconfirmed = submit("A lake [create-lost]")
    wait_until(lambda: state_of(unconfirmed) is TaskState.UNCONFIRMED)

    run_action("send", unconfirmed.id)

    wait_until(lambda: sandbox.usage_report()["creates"] == 3)


def test_failed_variant_is_tried_again_alone_and_once(sandbox: SandboxServer) -> None:
    sandbox.set_faults({"generate-failed": 1})
    request = GenerationRequest(prompt="A hill", aspect_ratio="9:16")
    failed, other = open_studio().tasks.submit(ANNA, request, variants=2)
    wait_until(lambda: {state_of(failed), state_of(other)} == {TaskState.FAILED})
    sandbox.set_faults({})

    run_action("retry", failed.id)
    run_action("retry", failed.id)

    entries = open_studio().tasks.recent(ANNA, limit=9)
    [new] = [entry.task for entry in entries if entry.task.id != other.id]
    assert (new.request, new.batch) == (failed.request, failed.batch)
    wait_until(lambda: state_of(new) is TaskState.DONE)
    assert sandbox.usage_report()["creates"] == 3


def test_task_that_is_not_lost_cannot_be_tried_again(sandbox: SandboxServer) -> None:
    done = submit("A hill")
    wait_until(lambda: state_of(done) is TaskState.DONE)

    run_action("retry", done.id)

    assert [entry.task for entry in open_studio().tasks.recent(ANNA, limit=9)] == [
        open_studio().task(ANNA, done.id)
    ]


def test_withdrawn_task_is_not_sent_until_it_is_tried_again(sandbox: SandboxServer) -> None:
    sandbox.set_faults({"no-credit-500": 1})
    submit("Ben's hill", user_id=BEN)
    wait_until(lambda: open_studio().pause_reason is not None)
    task = submit("A hill")

    run_action("withdraw", task.id)

    assert state_of(task) is TaskState.FAILED
    assert open_studio().tasks.waiting(ANNA) == []
    run_action("send", task.id)
    assert open_studio().tasks.waiting(ANNA) == [task]


def test_withdrawing_too_late_says_that_it_was_sent(sandbox: SandboxServer) -> None:
    task = submit("A hill")
    wait_until(lambda: state_of(task) is TaskState.DONE)

    at = run_action("withdraw", task.id)

    assert [toast.value for toast in at.toast] == ["It has just been sent."]
    assert state_of(task) is TaskState.DONE


@pytest.mark.parametrize(
    "verb", ["remix", "edit", "look", "send", "retry", "withdraw", "unwatch", "dismiss"]
)
def test_card_of_another_user_cannot_be_changed(verb: str, unreachable_provider: None) -> None:
    task = submit("Anna's hill")

    at = run_action(verb, task.id, user_id=BEN)

    assert "generate-prompt" not in at.session_state
    assert len(open_studio().tasks.recent(ANNA, limit=9)) == 1
    assert at.session_state["kontext.session"].source_id is None


@pytest.mark.parametrize("verb", ["remix", "edit", "look", "send", "retry"])
def test_missing_card_shows_a_message(verb: str, unreachable_provider: None) -> None:
    at = run_action(verb, "0" * 32)

    assert [toast.value for toast in at.toast] == ["That picture is no longer here."]


def test_unknown_action_changes_nothing(unreachable_provider: None) -> None:
    task = submit("A hill")
    before = open_studio().task(ANNA, task.id).request

    run_action("explode", task.id)

    assert open_studio().task(ANNA, task.id).request == before
