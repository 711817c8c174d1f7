"""Messages about tasks: what happened, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from components.ui.messages import (
    STATE_LABELS,
    format_count,
    format_credits,
    pause_message,
    state_summary,
    task_message,
)
from tests.support.factories import make_task

TASK = make_task("A hill")


def message_text(state: TaskState, reason: FailureReason, provider_message: str = "") -> str:
    failure = Failure(reason, None, provider_message)
    message = task_message(replace(TASK, state=state, failure=failure))
    return f"{message.headline}. {message.advice}"


def test_state_labels_are_the_documented_ones() -> None:
    assert set(STATE_LABELS) == set(TaskState)
    assert set(STATE_LABELS.values()) == {
        *("Queued", "Generating", "Done", "Refused", "Failed"),
        *("Unconfirmed", "Still running"),
    }


@pytest.mark.parametrize("reason", FailureReason)
@pytest.mark.parametrize(
    "state", [TaskState.QUEUED, TaskState.REFUSED, TaskState.FAILED, TaskState.UNCONFIRMED]
)
def test_every_failure_has_whole_sentences(state: TaskState, reason: FailureReason) -> None:
    message = task_message(replace(TASK, state=state, failure=Failure(reason)))

    assert message.headline[0].isupper()
    assert not message.headline.endswith(".")
    assert message.advice.endswith(".")
    assert "{" not in message.advice
    assert len(f"{message.headline} {message.advice}") < 200


@pytest.mark.parametrize("reason", FailureReason)
def test_no_message_says_that_failures_are_free(reason: FailureReason) -> None:
    """Whether failures are charged is not documented (docs/kie-api.md, Codes)."""
    assert "free" not in message_text(TaskState.FAILED, reason).lower()


@pytest.mark.parametrize(
    "reason",
    [
        FailureReason.CONTENT_POLICY,
        FailureReason.SERVICE_FAILED,
        FailureReason.NOT_CREATED,
        FailureReason.NOT_GENERATED,
    ],
)
def test_possible_charge_is_called_unknown(reason: FailureReason) -> None:
    assert "Whether it was charged is unknown" in message_text(TaskState.FAILED, reason)
    assert "ry again" in message_text(TaskState.FAILED, reason)


def test_unreachable_provider_message_changes_when_given_up() -> None:
    assert "again by itself" in message_text(TaskState.QUEUED, FailureReason.UNREACHABLE)
    assert "again by itself" not in message_text(TaskState.FAILED, FailureReason.UNREACHABLE)
    assert "Try again later" in message_text(TaskState.FAILED, FailureReason.UNREACHABLE)


def test_result_that_cannot_be_fetched_says_that_it_is_finished_and_the_next_try() -> None:
    failure = Failure(FailureReason.DOWNLOAD_FAILED)
    storing = replace(TASK, state=TaskState.STORING, failure=failure, retry_at=7.0)
    message = task_message(storing, describe_moment=lambda moment: f"at {moment:g} o'clock")

    assert message.headline == "The picture is finished"
    assert message.advice == "Its file cannot be fetched yet. Next try at 7 o'clock."
    assert "14 days" in message_text(TaskState.FAILED, FailureReason.DOWNLOAD_FAILED)


def test_long_pause_says_when_it_ends() -> None:
    busy = replace(TASK, failure=Failure(FailureReason.RATE_LIMITED), retry_at=7.0)
    message = task_message(busy, describe_moment=lambda moment: f"tomorrow at {moment:g}")

    assert message.advice == "It is sent again by itself tomorrow at 7."
    assert "sent by itself tomorrow at 08:05." in pause_message(
        FailureReason.RATE_LIMITED, "tomorrow at 08:05"
    )


def test_certificate_has_a_sentence_of_its_own() -> None:
    assert "certificate is not accepted" in pause_message(FailureReason.CERTIFICATE)
    assert "clock" in message_text(TaskState.QUEUED, FailureReason.CERTIFICATE)
    assert "certificate" not in pause_message(FailureReason.UNREACHABLE)


def test_refused_upload_says_what_to_choose_and_not_to_try_again() -> None:
    text = message_text(TaskState.FAILED, FailureReason.UPLOAD_REFUSED)

    assert "smaller" in text
    assert "ry again" not in text


def test_unconfirmed_message_explains_resending() -> None:
    text = message_text(TaskState.UNCONFIRMED, FailureReason.NO_RESPONSE)

    assert "not sent again by itself" in text
    assert "If kie.ai does not list it, send it again" in text


def test_provider_message_is_quoted_where_useful() -> None:
    assert "“Bad ratio.”" in message_text(TaskState.FAILED, FailureReason.INVALID, "Bad ratio.")
    assert "Bad ratio" not in message_text(
        TaskState.FAILED, FailureReason.CONTENT_POLICY, "Bad ratio."
    )


@pytest.mark.parametrize(
    ("position", "headline"),
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
def test_waiting_task_shows_its_position(position: int | None, headline: str) -> None:
    assert task_message(TASK, queue_position=position).headline == headline


def test_edit_shows_the_source_upload() -> None:
    sending = replace(TASK, state=TaskState.SUBMITTING)

    assert task_message(sending).headline == "Sending"
    assert task_message(replace(sending, source_id="s")).headline == "Uploading the source"
    assert task_message(replace(sending, source_id="s", sent_at=1.0)).headline == "Sending"


@pytest.mark.parametrize(
    "reason",
    [
        FailureReason.AUTH,
        FailureReason.CREDITS,
        FailureReason.UNREACHABLE,
        FailureReason.CERTIFICATE,
        FailureReason.RATE_LIMITED,
    ],
)
def test_paused_queue_shows_reason_and_advice(reason: FailureReason) -> None:
    assert len(pause_message(reason).split(". ")) >= 2
    assert "{" not in pause_message(reason)


def test_paused_task_shows_reason_not_position() -> None:
    waiting = task_message(TASK, queue_position=1, pause_reason=FailureReason.CREDITS)

    assert waiting.headline == "Waiting"
    assert "out of credits" in waiting.advice
    assert "by itself" in waiting.advice


def test_failed_upload_message_changes_when_given_up() -> None:
    assert "by itself" in message_text(TaskState.QUEUED, FailureReason.UPLOAD)
    assert "Try again later" in message_text(TaskState.FAILED, FailureReason.UPLOAD)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1", "1 credit"),
        ("5", "5 credits"),
        ("18.0", "18 credits"),
        ("4.50", "4.5 credits"),
        ("100", "100 credits"),
        ("0", "0 credits"),
    ],
)
def test_credits_are_formatted_plainly(amount: str, text: str) -> None:
    assert format_credits(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 pictures"), (1, "1 picture"), (1200, "1,200 pictures")]
)
def test_count_has_singular_and_plural(count: int, text: str) -> None:
    assert format_count(count, "picture") == text


def tasks_in(*states: TaskState) -> list[Task]:
    return [replace(TASK, state=state) for state in states]


def test_summary_of_no_tasks_is_empty() -> None:
    assert state_summary([]) == ""


def test_summary_counts_equal_labels_together() -> None:
    tasks = tasks_in(TaskState.SUBMITTING, TaskState.GENERATING, TaskState.STORING, TaskState.DONE)

    assert state_summary(tasks) == "3 generating · 1 done"


def test_summary_is_in_state_order() -> None:
    tasks = tasks_in(TaskState.UNCONFIRMED, TaskState.DONE, TaskState.QUEUED, TaskState.REFUSED)

    assert state_summary(tasks) == "1 queued · 1 done · 1 refused · 1 unconfirmed"
