"""State machine: only a create that certainly did not arrive is sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.kie import (
    AuthenticationError,
    CertificateError,
    ConnectError,
    ContentPolicyError,
    FeatureDisabledError,
    InsufficientCreditsError,
    KieError,
    MaintenanceError,
    RateLimitError,
    ServerError,
    UnknownOutcomeError,
    ValidationError,
)
from components.studio.tasks.models import Failure, FailureReason, TaskState
from components.studio.tasks.transitions import (
    Accepted,
    StepFailed,
    apply_event,
    apply_webhook,
    claim,
    fork_previous_attempt,
    mark_sent,
    requeue,
)
from tests.support.factories import (
    GENERATING_TASK,
    NOW,
    PROVIDER_ID,
    SUBMITTING_TASK,
    UNCONFIRMED_TASK,
    error_name,
    failure_reason,
    make_task,
)


def test_accepted_task_is_polled_by_its_id() -> None:
    task = apply_event(SUBMITTING_TASK, Accepted(PROVIDER_ID), NOW + 1)
    assert (task.state, task.provider_id, task.accepted_at) == (
        TaskState.GENERATING,
        PROVIDER_ID,
        NOW + 1,
    )


def test_unknown_outcome_is_never_resent() -> None:
    task = apply_event(SUBMITTING_TASK, UnknownOutcomeError("reset"), NOW)
    assert (task.state, failure_reason(task)) == (TaskState.UNCONFIRMED, FailureReason.NO_RESPONSE)


def test_internal_error_after_sending_is_unconfirmed() -> None:
    error = StepFailed(Failure(FailureReason.INTERNAL), may_retry=True)
    assert apply_event(SUBMITTING_TASK, error, NOW).state is TaskState.UNCONFIRMED


def test_internal_error_before_sending_is_retried() -> None:
    task = make_task(state=TaskState.SUBMITTING)
    for attempts in range(1, 5):
        task = apply_event(task, StepFailed(Failure(FailureReason.INTERNAL), may_retry=True), NOW)
        assert (task.state, task.attempts) == (TaskState.QUEUED, attempts)
        task = claim(task)
    task = apply_event(task, StepFailed(Failure(FailureReason.INTERNAL), may_retry=True), NOW)
    assert task.state is TaskState.FAILED


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectError("refused"), FailureReason.UNREACHABLE),
        (CertificateError("expired"), FailureReason.CERTIFICATE),
        (RateLimitError("too often", code=429), FailureReason.RATE_LIMITED),
        (MaintenanceError("", code=455), FailureReason.MAINTENANCE),
        (AuthenticationError("", code=401), FailureReason.AUTH),
        (InsufficientCreditsError("", code=402), FailureReason.CREDITS),
    ],
    ids=error_name,
)
def test_create_that_never_arrived_is_requeued(error: KieError, reason: FailureReason) -> None:
    task = apply_event(SUBMITTING_TASK, error, NOW)
    assert (task.state, failure_reason(task), task.sent_at) == (TaskState.QUEUED, reason, None)
    assert NOW < task.retry_at <= NOW + 60.0


def test_retry_after_delays_the_task() -> None:
    task = apply_event(SUBMITTING_TASK, RateLimitError("", retry_after_seconds=300), NOW)
    assert task.retry_at == NOW + 300
    task = apply_event(SUBMITTING_TASK, RateLimitError("", retry_after_seconds=86_400), NOW)
    assert task.retry_at == NOW + 86_400


def test_retry_delays_grow_to_a_minute() -> None:
    task, delays = SUBMITTING_TASK, []
    for _ in range(9):
        task = apply_event(task, ConnectError("refused"), NOW)
        delays.append(task.retry_at - NOW)
        task = mark_sent(claim(task), NOW)
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize(
    "error",
    [
        RateLimitError(),
        MaintenanceError(),
        AuthenticationError(),
        InsufficientCreditsError(),
        ConnectError(),
        CertificateError(),
    ],
    ids=error_name,
)
def test_account_errors_requeue_without_limit(error: KieError) -> None:
    task = SUBMITTING_TASK
    for _ in range(1100):
        task = mark_sent(claim(apply_event(task, error, NOW)), NOW)
    assert task.state is TaskState.SUBMITTING


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (ContentPolicyError("flagged", code=400), TaskState.REFUSED, FailureReason.CONTENT_POLICY),
        (ValidationError("prompt", "Prompt is too long."), TaskState.FAILED, FailureReason.INVALID),
        (FeatureDisabledError("", code=505), TaskState.FAILED, FailureReason.FEATURE_OFF),
        (ServerError("", code=500), TaskState.FAILED, FailureReason.SERVICE_FAILED),
    ],
    ids=error_name,
)
def test_definite_rejection_ends_the_task(
    error: KieError, state: TaskState, reason: FailureReason
) -> None:
    task = apply_event(SUBMITTING_TASK, error, NOW)
    assert (task.state, failure_reason(task), task.finished_at) == (state, reason, NOW)


@pytest.mark.parametrize("state", TaskState)
def test_only_queued_is_claimed_and_only_claimed_is_sent(state: TaskState) -> None:
    task = make_task(state=state)
    assert (claim(task) != task) is (state is TaskState.QUEUED)
    assert (mark_sent(task, NOW) != task) is (state is TaskState.SUBMITTING)


@pytest.mark.parametrize(
    "reason",
    [
        FailureReason.DISK,
        FailureReason.UNREACHABLE,
        FailureReason.CERTIFICATE,
        FailureReason.RATE_LIMITED,
        FailureReason.MAINTENANCE,
    ],
)
def test_upload_waits_without_an_end_for_what_passes(reason: FailureReason) -> None:
    task = make_task(state=TaskState.SUBMITTING, source_id="5" * 32, attempts=1000)
    task = apply_event(task, StepFailed(Failure(reason), may_retry=True), NOW)
    assert (task.state, failure_reason(task)) == (TaskState.QUEUED, reason)


@pytest.mark.parametrize(
    ("attempts", "state"), [(11, TaskState.QUEUED), (12, TaskState.FAILED)], ids=str
)
def test_upload_waits_some_minutes_for_the_key(attempts: int, state: TaskState) -> None:
    task = make_task(state=TaskState.SUBMITTING, source_id="5" * 32, attempts=attempts)
    refused = StepFailed(Failure(FailureReason.AUTH), may_retry=False)
    assert apply_event(task, refused, NOW).state is state


def test_rejected_source_fails_at_once() -> None:
    task = make_task(state=TaskState.SUBMITTING, source_id="5" * 32)
    refused = StepFailed(Failure(FailureReason.UPLOAD_REFUSED), may_retry=False)
    task = apply_event(task, refused, NOW)
    assert task.state is TaskState.FAILED


# A second send


def test_requeued_task_keeps_token_until_resent() -> None:
    queued = requeue(UNCONFIRMED_TASK)
    assert apply_webhook(queued, PROVIDER_ID, NOW).state is TaskState.GENERATING
    claimed = claim(queued)
    assert claimed.token != queued.token == UNCONFIRMED_TASK.token
    previous = fork_previous_attempt(queued, claimed)
    assert previous is not None
    assert (previous.token, previous.state) == (queued.token, TaskState.FAILED)
    assert apply_webhook(previous, PROVIDER_ID, NOW).provider_id == PROVIDER_ID


def test_unsent_task_keeps_its_token() -> None:
    task = make_task()
    assert claim(task).token == task.token
    assert fork_previous_attempt(task, claim(task)) is None


@pytest.mark.parametrize("state", TaskState)
def test_only_unconfirmed_task_can_be_resubmitted(state: TaskState) -> None:
    task = replace(UNCONFIRMED_TASK, state=state)
    queued = replace(UNCONFIRMED_TASK, state=TaskState.QUEUED, failure=None)
    assert requeue(task) == (queued if state is TaskState.UNCONFIRMED else task)


# Webhooks


@pytest.mark.parametrize(
    "error",
    [UnknownOutcomeError(), RateLimitError(), ConnectError(), ServerError(code=500)],
    ids=error_name,
)
def test_early_webhook_outweighs_a_failed_create(error: KieError) -> None:
    early = apply_webhook(SUBMITTING_TASK, PROVIDER_ID, NOW)
    assert early.state is TaskState.SUBMITTING
    task = apply_event(early, error, NOW)
    assert (task.state, task.provider_id) == (TaskState.GENERATING, PROVIDER_ID)


def test_create_answer_overrides_early_webhook() -> None:
    task = apply_event(apply_webhook(SUBMITTING_TASK, "another", NOW), Accepted(PROVIDER_ID), NOW)
    assert (task.provider_id, task.failure) == (PROVIDER_ID, None)


@pytest.mark.parametrize(
    "state", [TaskState.QUEUED, TaskState.UNCONFIRMED, TaskState.FAILED, TaskState.REFUSED]
)
def test_webhook_assigns_id_to_task_without_one(state: TaskState) -> None:
    task = apply_webhook(make_task(state=state), PROVIDER_ID, NOW)
    assert (task.state, task.provider_id) == (TaskState.GENERATING, PROVIDER_ID)


def test_repeated_webhook_changes_nothing() -> None:
    once = apply_webhook(UNCONFIRMED_TASK, PROVIDER_ID, NOW)
    assert apply_webhook(once, PROVIDER_ID, NOW + 9) == once
    assert apply_webhook(GENERATING_TASK, "another", NOW) == GENERATING_TASK


def test_webhook_for_failed_task_polls_again() -> None:
    failed = make_task(
        state=TaskState.FAILED, provider_id=PROVIDER_ID, failure=Failure(FailureReason.UNKNOWN_TASK)
    )
    assert apply_webhook(failed, PROVIDER_ID, NOW).state is TaskState.GENERATING
