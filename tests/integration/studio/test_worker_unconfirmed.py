"""What becomes of a task whose answer was lost: a callback, a named id or a second send ends it."""

from __future__ import annotations

import pytest
import requests

from components.kie import GenerationRequest, ValidationError, WebhookEvent
from components.studio.studio import NotFoundError
from components.studio.tasks.models import FailureReason, TaskState
from tests.support.factories import trouble_of
from tests.support.studio_fixture import DESIGNER, Workshop, until

DONE, UNCONFIRMED = TaskState.DONE, TaskState.UNCONFIRMED
LOST = "[create-lost] a hill"
STRANGER = "e" * 32


def test_an_unconfirmed_task_is_resolved_by_its_callback(shop: Workshop) -> None:
    task = shop.wait_for(shop.ask(LOST), UNCONFIRMED)
    [made] = shop.made(LOST)
    for _ in range(3):  # duplicates are harmless
        shop.studio.handle_webhook(task.token, WebhookEvent(made["taskId"], 200))
    shop.wait_for(task, DONE)
    assert len(shop.made(LOST)) == 1


def test_an_unconfirmed_task_is_resolved_by_the_id_that_its_designer_names(
    shop: Workshop,
) -> None:
    lost = shop.wait_for(shop.ask(LOST), UNCONFIRMED)
    other = shop.wait_for(shop.ask("a cat"), DONE)
    with pytest.raises(ValidationError):
        shop.studio.assign_task_id(DESIGNER, lost.id, str(other.provider_id))
    with pytest.raises(ValidationError):
        shop.studio.assign_task_id(DESIGNER, lost.id, " ")
    with pytest.raises(NotFoundError):
        shop.studio.assign_task_id(STRANGER, lost.id, "1" * 32)
    [made] = shop.made(LOST)
    shop.studio.assign_task_id(DESIGNER, lost.id, f" {made['taskId']}\n")
    shop.wait_for(lost, DONE)


def test_an_id_of_somebody_elses_picture_is_not_taken_for_this_one(shop: Workshop) -> None:
    lost = shop.wait_for(shop.ask(LOST), UNCONFIRMED)
    answer = requests.post(
        f"{shop.sandbox.url}/api/v1/flux/kontext/generate",
        json={"prompt": "somebody's cat"},
        headers={"Authorization": "Bearer sandbox"},
        timeout=9,
    )
    shop.studio.assign_task_id(DESIGNER, lost.id, answer.json()["data"]["taskId"])
    until(lambda: shop.now(lost).state is UNCONFIRMED)
    assert trouble_of(shop.now(lost)) is FailureReason.ID_MISMATCH


def test_a_task_known_not_to_be_made_is_sent_again_on_demand(shop: Workshop) -> None:
    shop.sandbox.set_faults({"create-dropped": 1})
    task = shop.wait_for(shop.ask(), UNCONFIRMED)
    shop.sandbox.set_faults({})
    shop.studio.resubmit_task(DESIGNER, task.id)
    shop.wait_for(task, DONE)
    assert len(shop.made("a hill")) == 1


def test_a_late_callback_of_the_first_send_brings_a_second_picture_home(shop: Workshop) -> None:
    shop.sandbox.set_faults({"create-lost": 1})
    task = shop.wait_for(shop.ask(), UNCONFIRMED)
    [first] = shop.made("a hill")
    shop.sandbox.set_faults({})
    shop.studio.resubmit_task(DESIGNER, task.id)
    shop.wait_for(task, DONE)
    for _ in range(3):  # duplicates are harmless
        shop.studio.handle_webhook(task.token, WebhookEvent(first["taskId"], 200))
    until(lambda: len(shop.studio.recent_tasks(DESIGNER, limit=9)) == 2)
    shown = shop.studio.recent_tasks(DESIGNER, limit=9)
    assert {entry.task.provider_id for entry in shown} == {
        made["taskId"] for made in shop.made("a hill")
    }
    assert all(entry.image is not None for entry in shown)


def test_an_edit_sent_again_is_one_card_until_more_is_heard(shop: Workshop) -> None:
    source_id = shop.source()
    shop.sandbox.set_faults({"create-dropped": 1})
    task = shop.wait_for(shop.ask(source_id=source_id), UNCONFIRMED)
    shop.sandbox.set_faults({})
    shop.studio.resubmit_task(DESIGNER, task.id)
    sent = shop.wait_for(task, DONE)
    shop.studio.handle_webhook(task.token, WebhookEvent("f" * 32, 200))
    assert [entry.task for entry in shop.studio.recent_tasks(DESIGNER, limit=9)] == [sent]
    assert shop.studio.spending(DESIGNER).unconfirmed_tasks == 0


def test_another_designers_id_reads_like_one_of_nobody_here(shop: Workshop) -> None:
    other = shop.wait_for(shop.ask("a cat"), DONE)
    [lost] = shop.studio.submit(STRANGER, GenerationRequest(prompt="[create-lost] a cat"))
    until(lambda: shop.studio.task(STRANGER, lost.id).state is UNCONFIRMED)
    named = shop.studio.assign_task_id(STRANGER, lost.id, str(other.provider_id))
    assert (named.state, named.provider_id) == (UNCONFIRMED, None)
    assert trouble_of(named) is FailureReason.ID_MISMATCH
