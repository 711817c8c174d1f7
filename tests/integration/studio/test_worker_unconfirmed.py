"""Unconfirmed tasks: a webhook, an assigned id or a second send resolves them."""

from __future__ import annotations

import pytest
import requests

from components.kie import GenerationRequest, ValidationError, WebhookEvent
from components.studio.studio import NotFoundError
from components.studio.tasks.models import FailureReason, TaskState
from tests.support.factories import failure_reason
from tests.support.studio_fixture import USER_ID, StudioFixture, wait_until

DONE, UNCONFIRMED = TaskState.DONE, TaskState.UNCONFIRMED
LOST_CREATE = "[create-lost] a hill"
OTHER_USER = "e" * 32


def test_webhook_resolves_unconfirmed_task(studio_fixture: StudioFixture) -> None:
    task = studio_fixture.wait_for(studio_fixture.submit(LOST_CREATE), UNCONFIRMED)
    [created] = studio_fixture.tasks_made(LOST_CREATE)
    for _ in range(3):  # duplicates are harmless
        studio_fixture.studio.tasks.handle_webhook(task.token, WebhookEvent(created["taskId"], 200))
    studio_fixture.wait_for(task, DONE)
    assert len(studio_fixture.tasks_made(LOST_CREATE)) == 1


def test_assigned_id_resolves_unconfirmed_task(
    studio_fixture: StudioFixture,
) -> None:
    lost = studio_fixture.wait_for(studio_fixture.submit(LOST_CREATE), UNCONFIRMED)
    other = studio_fixture.wait_for(studio_fixture.submit("a cat"), DONE)
    with pytest.raises(ValidationError):
        studio_fixture.studio.task_importer.assign_task_id(USER_ID, lost.id, str(other.provider_id))
    with pytest.raises(ValidationError):
        studio_fixture.studio.task_importer.assign_task_id(USER_ID, lost.id, " ")
    with pytest.raises(NotFoundError):
        studio_fixture.studio.task_importer.assign_task_id(OTHER_USER, lost.id, "1" * 32)
    [created] = studio_fixture.tasks_made(LOST_CREATE)
    studio_fixture.studio.task_importer.assign_task_id(USER_ID, lost.id, f" {created['taskId']}\n")
    studio_fixture.wait_for(lost, DONE)


def test_id_of_another_prompt_is_rejected(
    studio_fixture: StudioFixture,
) -> None:
    lost = studio_fixture.wait_for(studio_fixture.submit(LOST_CREATE), UNCONFIRMED)
    response = requests.post(
        f"{studio_fixture.sandbox.url}/api/v1/flux/kontext/generate",
        json={"prompt": "another prompt"},
        headers={"Authorization": "Bearer sandbox"},
        timeout=60,
    )
    studio_fixture.studio.task_importer.assign_task_id(
        USER_ID, lost.id, response.json()["data"]["taskId"]
    )
    wait_until(lambda: studio_fixture.reload(lost).state is UNCONFIRMED)
    assert failure_reason(studio_fixture.reload(lost)) is FailureReason.ID_MISMATCH


def test_unconfirmed_task_can_be_resubmitted(studio_fixture: StudioFixture) -> None:
    studio_fixture.sandbox.set_faults({"create-dropped": 1})
    task = studio_fixture.wait_for(studio_fixture.submit(), UNCONFIRMED)
    studio_fixture.sandbox.set_faults({})
    studio_fixture.studio.tasks.resubmit(USER_ID, task.id)
    studio_fixture.wait_for(task, DONE)
    assert len(studio_fixture.tasks_made("a hill")) == 1


def test_late_webhook_of_first_send_stores_second_image(
    studio_fixture: StudioFixture,
) -> None:
    studio_fixture.sandbox.set_faults({"create-lost": 1})
    task = studio_fixture.wait_for(studio_fixture.submit(), UNCONFIRMED)
    [first] = studio_fixture.tasks_made("a hill")
    studio_fixture.sandbox.set_faults({})
    studio_fixture.studio.tasks.resubmit(USER_ID, task.id)
    studio_fixture.wait_for(task, DONE)
    for _ in range(3):  # duplicates are harmless
        studio_fixture.studio.tasks.handle_webhook(task.token, WebhookEvent(first["taskId"], 200))
    wait_until(lambda: len(studio_fixture.studio.tasks.recent(USER_ID, limit=9)) == 2)
    entries = studio_fixture.studio.tasks.recent(USER_ID, limit=9)
    assert {entry.task.provider_id for entry in entries} == {
        created["taskId"] for created in studio_fixture.tasks_made("a hill")
    }
    assert all(entry.image is not None for entry in entries)


def test_resubmitted_edit_is_one_card(studio_fixture: StudioFixture) -> None:
    source_id = studio_fixture.add_source()
    studio_fixture.sandbox.set_faults({"create-dropped": 1})
    task = studio_fixture.wait_for(studio_fixture.submit(source_id=source_id), UNCONFIRMED)
    studio_fixture.sandbox.set_faults({})
    studio_fixture.studio.tasks.resubmit(USER_ID, task.id)
    sent = studio_fixture.wait_for(task, DONE)
    studio_fixture.studio.tasks.handle_webhook(task.token, WebhookEvent("f" * 32, 200))
    assert [entry.task for entry in studio_fixture.studio.tasks.recent(USER_ID, limit=9)] == [sent]
    assert studio_fixture.studio.spending(USER_ID).unconfirmed_tasks == 0


def test_id_of_another_user_reads_as_unknown(studio_fixture: StudioFixture) -> None:
    other = studio_fixture.wait_for(studio_fixture.submit("a cat"), DONE)
    [lost] = studio_fixture.studio.tasks.submit(
        OTHER_USER, GenerationRequest(prompt="[create-lost] a cat")
    )
    wait_until(lambda: studio_fixture.studio.task(OTHER_USER, lost.id).state is UNCONFIRMED)
    task = studio_fixture.studio.task_importer.assign_task_id(
        OTHER_USER, lost.id, str(other.provider_id)
    )
    assert (task.state, task.provider_id) == (UNCONFIRMED, None)
    assert failure_reason(task) is FailureReason.ID_MISMATCH
