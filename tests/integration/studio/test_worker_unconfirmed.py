"""What becomes of a task whose answer was lost: a callback, a named id or a second send ends it."""

from __future__ import annotations

import pytest
import requests

from components.kie import CallbackHint, GenerationRequest, InvalidRequest
from components.studio.studio import NotYours
from components.studio.tasks.models import State, Trouble
from tests.support.factories import failure_reason
from tests.support.studio_fixture import DESIGNER, StudioFixture, wait_until

DONE, UNCONFIRMED = State.DONE, State.UNCONFIRMED
LOST = "[create-lost] a hill"
STRANGER = "e" * 32


def test_an_unconfirmed_task_is_resolved_by_its_callback(studio_fixture: StudioFixture) -> None:
    task = studio_fixture.wait_for(studio_fixture.submit(LOST), UNCONFIRMED)
    [made] = studio_fixture.tasks_made(LOST)
    for _ in range(3):  # duplicates are harmless
        studio_fixture.studio.heed_callback(task.token, CallbackHint(made["taskId"], 200))
    studio_fixture.wait_for(task, DONE)
    assert len(studio_fixture.tasks_made(LOST)) == 1


def test_an_unconfirmed_task_is_resolved_by_the_id_that_its_designer_names(
    studio_fixture: StudioFixture,
) -> None:
    lost = studio_fixture.wait_for(studio_fixture.submit(LOST), UNCONFIRMED)
    other = studio_fixture.wait_for(studio_fixture.submit("a cat"), DONE)
    with pytest.raises(InvalidRequest):
        studio_fixture.studio.confirm(DESIGNER, lost.id, str(other.service_id))
    with pytest.raises(InvalidRequest):
        studio_fixture.studio.confirm(DESIGNER, lost.id, " ")
    with pytest.raises(NotYours):
        studio_fixture.studio.confirm(STRANGER, lost.id, "1" * 32)
    [made] = studio_fixture.tasks_made(LOST)
    studio_fixture.studio.confirm(DESIGNER, lost.id, f" {made['taskId']}\n")
    studio_fixture.wait_for(lost, DONE)


def test_an_id_of_somebody_elses_picture_is_not_taken_for_this_one(
    studio_fixture: StudioFixture,
) -> None:
    lost = studio_fixture.wait_for(studio_fixture.submit(LOST), UNCONFIRMED)
    answer = requests.post(
        f"{studio_fixture.sandbox.url}/api/v1/flux/kontext/generate",
        json={"prompt": "somebody's cat"},
        headers={"Authorization": "Bearer sandbox"},
        timeout=9,
    )
    studio_fixture.studio.confirm(DESIGNER, lost.id, answer.json()["data"]["taskId"])
    wait_until(lambda: studio_fixture.reload(lost).state is UNCONFIRMED)
    assert failure_reason(studio_fixture.reload(lost)) is Trouble.WRONG_TASK


def test_a_task_known_not_to_be_made_is_sent_again_on_demand(studio_fixture: StudioFixture) -> None:
    studio_fixture.sandbox.set_faults({"create-dropped": 1})
    task = studio_fixture.wait_for(studio_fixture.submit(), UNCONFIRMED)
    studio_fixture.sandbox.set_faults({})
    studio_fixture.studio.send_again(DESIGNER, task.id)
    studio_fixture.wait_for(task, DONE)
    assert len(studio_fixture.tasks_made("a hill")) == 1


def test_a_late_callback_of_the_first_send_brings_a_second_picture_home(
    studio_fixture: StudioFixture,
) -> None:
    studio_fixture.sandbox.set_faults({"create-lost": 1})
    task = studio_fixture.wait_for(studio_fixture.submit(), UNCONFIRMED)
    [first] = studio_fixture.tasks_made("a hill")
    studio_fixture.sandbox.set_faults({})
    studio_fixture.studio.send_again(DESIGNER, task.id)
    studio_fixture.wait_for(task, DONE)
    for _ in range(3):  # duplicates are harmless
        studio_fixture.studio.heed_callback(task.token, CallbackHint(first["taskId"], 200))
    wait_until(lambda: len(studio_fixture.studio.entries(DESIGNER, limit=9)) == 2)
    shown = studio_fixture.studio.entries(DESIGNER, limit=9)
    assert {entry.task.service_id for entry in shown} == {
        made["taskId"] for made in studio_fixture.tasks_made("a hill")
    }
    assert all(entry.picture is not None for entry in shown)


def test_an_edit_sent_again_is_one_card_until_more_is_heard(studio_fixture: StudioFixture) -> None:
    source_id = studio_fixture.add_source()
    studio_fixture.sandbox.set_faults({"create-dropped": 1})
    task = studio_fixture.wait_for(studio_fixture.submit(source_id=source_id), UNCONFIRMED)
    studio_fixture.sandbox.set_faults({})
    studio_fixture.studio.send_again(DESIGNER, task.id)
    sent = studio_fixture.wait_for(task, DONE)
    studio_fixture.studio.heed_callback(task.token, CallbackHint("f" * 32, 200))
    assert [entry.task for entry in studio_fixture.studio.entries(DESIGNER, limit=9)] == [sent]
    assert studio_fixture.studio.spent(DESIGNER).doubtful_tasks == 0


def test_another_designers_id_reads_like_one_of_nobody_here(studio_fixture: StudioFixture) -> None:
    other = studio_fixture.wait_for(studio_fixture.submit("a cat"), DONE)
    [lost] = studio_fixture.studio.submit(STRANGER, GenerationRequest(prompt="[create-lost] a cat"))
    wait_until(lambda: studio_fixture.studio.task(STRANGER, lost.id).state is UNCONFIRMED)
    named = studio_fixture.studio.confirm(STRANGER, lost.id, str(other.service_id))
    assert (named.state, named.service_id) == (UNCONFIRMED, None)
    assert failure_reason(named) is Trouble.WRONG_TASK
