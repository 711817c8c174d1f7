"""What a designer reads about a task: always what happened, always what to do next."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from components.studio import GenerationRequest
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from components.ui.messages import STATE_LABELS, format_credits, pause_message, task_message

TASK = Task(
    id="a" * 32,
    user_id="d",
    batch="b",
    request=GenerationRequest(prompt="A hill"),
    token="t",
    price=Decimal(5),
    created_at=0.0,
)


def said(state: TaskState, trouble: FailureReason, words: str = "") -> str:
    found = task_message(replace(TASK, state=state, failure=Failure(trouble, None, words)))
    return f"{found.headline}. {found.advice}"


def test_state_labels_are_the_documented_ones() -> None:
    assert set(STATE_LABELS) == set(TaskState)
    assert set(STATE_LABELS.values()) == {
        *("Queued", "Generating", "Done", "Refused", "Failed"),
        *("Unconfirmed", "Still running"),
    }


@pytest.mark.parametrize("trouble", FailureReason)
@pytest.mark.parametrize(
    "state", [TaskState.QUEUED, TaskState.REFUSED, TaskState.FAILED, TaskState.UNCONFIRMED]
)
def test_every_failure_has_whole_sentences(state: TaskState, trouble: FailureReason) -> None:
    found = task_message(replace(TASK, state=state, failure=Failure(trouble)))

    assert found.headline[0].isupper()
    assert not found.headline.endswith(".")
    assert found.advice.endswith(".")
    assert len(f"{found.headline} {found.advice}") < 200


@pytest.mark.parametrize("trouble", FailureReason)
def test_no_message_says_that_failures_are_free(trouble: FailureReason) -> None:
    """Whether failures are charged is not documented (docs/kie-api.md, Codes)."""
    assert "free" not in said(TaskState.FAILED, trouble).lower()


@pytest.mark.parametrize(
    "trouble",
    [
        FailureReason.CONTENT_POLICY,
        FailureReason.SERVICE_FAILED,
        FailureReason.NOT_CREATED,
        FailureReason.NOT_GENERATED,
    ],
)
def test_possible_charge_is_called_unknown(trouble: FailureReason) -> None:
    assert "Whether it was charged is unknown" in said(TaskState.FAILED, trouble)
    assert "ry again" in said(TaskState.FAILED, trouble)


def test_unreachable_provider_message_changes_when_given_up() -> None:
    assert "again by itself" in said(TaskState.QUEUED, FailureReason.UNREACHABLE)
    assert "again by itself" not in said(TaskState.FAILED, FailureReason.UNREACHABLE)
    assert "Try again later" in said(TaskState.FAILED, FailureReason.UNREACHABLE)


def test_unconfirmed_message_explains_resending() -> None:
    words = said(TaskState.UNCONFIRMED, FailureReason.NO_RESPONSE)

    assert "not sent again by itself" in words
    assert "If kie.ai does not list it, send it again" in words


def test_provider_message_is_quoted_where_useful() -> None:
    assert "“Bad ratio.”" in said(TaskState.FAILED, FailureReason.INVALID, "Bad ratio.")
    assert "Bad ratio" not in said(TaskState.FAILED, FailureReason.CONTENT_POLICY, "Bad ratio.")


@pytest.mark.parametrize(
    ("place", "headline"),
    [
        (None, "Next in line"),
        (1, "Next in line"),
        (2, "2nd in line"),
        (3, "3rd in line"),
        (4, "4th in line"),
        (11, "11th in line"),
        (12, "12th in line"),
        (21, "21st in line"),
        (113, "113th in line"),
    ],
)
def test_waiting_task_shows_its_position(place: int | None, headline: str) -> None:
    assert task_message(TASK, queue_position=place).headline == headline


def test_edit_shows_the_source_upload() -> None:
    sending = replace(TASK, state=TaskState.SUBMITTING)

    assert task_message(sending).headline == "Sending"
    assert task_message(replace(sending, source_id="s")).headline == "Uploading the source"
    assert task_message(replace(sending, source_id="s", sent_at=1.0)).headline == "Sending"


@pytest.mark.parametrize("trouble", [FailureReason.AUTH, FailureReason.CREDITS])
def test_paused_queue_shows_reason_and_advice(trouble: FailureReason) -> None:
    assert len(pause_message(trouble).split(". ")) >= 2


def test_paused_task_shows_reason_not_position() -> None:
    waiting = task_message(TASK, queue_position=1, pause_reason=FailureReason.CREDITS)

    assert waiting.headline == "Waiting"
    assert "out of credits" in waiting.advice
    assert "by itself" in waiting.advice


def test_failed_upload_message_changes_when_given_up() -> None:
    assert "by itself" in said(TaskState.QUEUED, FailureReason.UPLOAD)
    assert "Try again later" in said(TaskState.FAILED, FailureReason.UPLOAD)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1", "1 credit"),
        ("5", "5 credits"),
        ("18.0", "18 credits"),
        ("4.50", "4.5 credits"),
        ("100", "100 credits"),
        ("0", "0 credits"),
    ],
)
def test_credits_are_formatted_plainly(amount: str, words: str) -> None:
    assert format_credits(Decimal(amount)) == words
