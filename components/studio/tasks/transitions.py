"""The state machine of a task: pure functions of task, event and clock.

Two rules protect money. Only a create that certainly did not arrive goes back into the queue.
One that may have arrived becomes `UNCONFIRMED` and is never sent again by itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

from components.kie import (
    AuthenticationError,
    CertificateError,
    ConnectError,
    ContentPolicyError,
    FeatureDisabledError,
    InsufficientCreditsError,
    KieError,
    MaintenanceError,
    ProviderState,
    RateLimitError,
    TaskNotFoundError,
    TaskStatus,
    UnknownOutcomeError,
    ValidationError,
)
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState, new_token

# How often a step is repeated, and after what delay.
MAX_KEY_RETRIES = 12  # of an upload whose key is refused: about seven minutes
MAX_STEP_RETRIES = 4  # of an upload, or of a step that one of our bugs ended
MAX_RETRY_DELAY_S = 60.0
MAX_REJECTION_DELAY_S = 7 * 24 * 3600.0  # the longest pause that a 429 can ask for
# Attempts are counted and not days, as a clock can be wrong. With these pauses they take 14 days,
# for which results are kept (docs/kie-api.md, Query).
MAX_DOWNLOAD_DELAY_S = 1800.0
MAX_DOWNLOAD_ATTEMPTS = 682
ATTEMPTS_WITH_FULL_DISK = 7  # a pause of about a minute
STORAGE_RETRY_S = 30.0  # when the data folder is looked at again before a create

# How long the provider's answers are doubted: docs/kie-api.md, Query.
POLL_TIMEOUT_S = 10 * 60  # give up after 10 minutes at the earliest
UNANSWERED_TIMEOUT_S = 3600  # the same while the provider cannot be asked
NOT_FOUND_GRACE_S = 90  # "does not exist" may be wrong for some seconds after the create
RESULT_LIFETIME_S = 14 * 24 * 3600  # results are kept for 14 days
MAX_SUCCESS_WITHOUT_URL = 5  # a success without a URL is queried again

_REASON_BY_ERROR: dict[type[KieError], FailureReason] = {
    ContentPolicyError: FailureReason.CONTENT_POLICY,
    AuthenticationError: FailureReason.AUTH,
    InsufficientCreditsError: FailureReason.CREDITS,
    ValidationError: FailureReason.INVALID,
    FeatureDisabledError: FailureReason.FEATURE_OFF,
    RateLimitError: FailureReason.RATE_LIMITED,
    MaintenanceError: FailureReason.MAINTENANCE,
    ConnectError: FailureReason.UNREACHABLE,
    CertificateError: FailureReason.CERTIFICATE,
    UnknownOutcomeError: FailureReason.NO_RESPONSE,
}
_WITHOUT_RESULT = {
    FailureReason.NOT_CREATED,
    FailureReason.NOT_GENERATED,
    FailureReason.CONTENT_POLICY,
}
# What keeps an upload waiting without an end: it passes, and nothing was sent or spent.
_WAITED_FOR = {
    FailureReason.DISK,
    FailureReason.UNREACHABLE,
    FailureReason.CERTIFICATE,
    FailureReason.RATE_LIMITED,
    FailureReason.MAINTENANCE,
}
_CLEARED_BY_STATUS = {FailureReason.UNVERIFIED_ID, FailureReason.UNKNOWN_STATUS}


# Events


@dataclass(frozen=True)
class Accepted:
    """The provider accepted the task and gave it an id.

    `confirmed`: the create's own answer said so. Otherwise a person, a webhook or an ambiguous
    answer named the id.
    """

    provider_id: str
    confirmed: bool = True


@dataclass(frozen=True)
class ResultStored:
    """The image is stored."""

    image_id: str


@dataclass(frozen=True)
class StepFailed:
    """A step on our side failed: the upload of the source, or the download of the result."""

    failure: Failure
    may_retry: bool
    host_failed: bool = False
    """The host of the result did not answer: it has no other result either."""


@dataclass(frozen=True)
class HostPaused:
    """The result was not asked for: its host has just failed for another task."""

    seconds: float


TaskEvent: TypeAlias = Accepted | ResultStored | StepFailed | HostPaused | TaskStatus | KieError


def apply_event(task: Task, event: TaskEvent, now: float) -> Task:
    """The task after an event. An event without news returns the task unchanged."""
    match task.state, event:
        # A create was sent, or its source is being uploaded.
        case TaskState.SUBMITTING, Accepted():
            return _accept(task, event, now)
        case TaskState.SUBMITTING, KieError() | StepFailed() if task.provider_id:
            known = Accepted(task.provider_id, confirmed=False)  # its webhook came before
            return _accept(task, known, now)
        case TaskState.SUBMITTING, StepFailed() if task.sent_at is not None:
            # Our own bug after the create was sent.
            return _mark_unconfirmed(task, Failure(FailureReason.NO_RESPONSE))
        case ((TaskState.SUBMITTING | TaskState.QUEUED), StepFailed()):
            return _retry_step(task, event, now)
        case TaskState.SUBMITTING, UnknownOutcomeError(task_id=str(provider_id)):
            return _accept(task, Accepted(provider_id, confirmed=False), now)
        case TaskState.SUBMITTING, UnknownOutcomeError():
            return _mark_unconfirmed(task, failure_from_error(event))
        case TaskState.SUBMITTING, ContentPolicyError():
            return _end(task, TaskState.REFUSED, failure_from_error(event), now)
        case TaskState.SUBMITTING, RateLimitError(retry_after_seconds=pause):
            pause = min(pause or 0.0, MAX_REJECTION_DELAY_S)
            return _schedule_retry(task, failure_from_error(event), now, pause=pause)
        case (
            TaskState.SUBMITTING,
            ConnectError()
            | MaintenanceError()
            | AuthenticationError()
            | InsufficientCreditsError(),
        ):
            return _schedule_retry(task, failure_from_error(event), now)
        case TaskState.SUBMITTING, KieError():
            return _fail(task, failure_from_error(event), now)
        # The create has no clear answer; a person names the id.
        case TaskState.UNCONFIRMED, Accepted():
            return _accept(task, event, now)
        # The task is polled.
        case ((TaskState.GENERATING | TaskState.STORING | TaskState.STILL_RUNNING), TaskStatus()):
            return _apply_status(task, event, now)
        case ((TaskState.GENERATING | TaskState.STILL_RUNNING), TaskNotFoundError()):
            return _apply_not_found(task, event, now)
        case ((TaskState.GENERATING | TaskState.STILL_RUNNING), KieError()):
            return _keep_polling(task, now, UNANSWERED_TIMEOUT_S)
        # The result is downloaded.
        case TaskState.STORING, ResultStored(image_id):
            return replace(_end(task, TaskState.DONE, None, now), image_id=image_id)
        case TaskState.STORING, StepFailed():
            return _retry_download(task, event, now)
        case TaskState.STORING, HostPaused(seconds):
            failure = task.failure or Failure(FailureReason.DOWNLOAD_FAILED)
            return replace(task, failure=failure, retry_at=now + seconds)
    return task


# Transitions that the worker makes by itself


def claim(task: Task) -> Task:
    """Claim a queued task for sending; any other is returned unchanged.

    A task that was sent before gets a new token: the old one belongs to the first send.
    """
    if task.state is not TaskState.QUEUED:
        return task
    token = task.token if task.sent_at is None else new_token()
    return replace(task, state=TaskState.SUBMITTING, token=token, sent_at=None)


def fork_previous_attempt(before: Task, after: Task) -> Task | None:
    """Copy of the previous attempt, kept under the old token; None if `claim` kept the token.

    A late webhook of that attempt then still stores its image.
    """
    if before.token == after.token:
        return None
    return replace(
        before,
        id=uuid.uuid4().hex,
        state=TaskState.FAILED,
        failure=Failure(FailureReason.NO_RESPONSE),
        sent_at=None,
        finished_at=before.sent_at,
    )


def mark_sent(task: Task, now: float) -> Task:
    """Mark a claimed task as sent: from now on the create may have arrived."""
    return replace(task, sent_at=now) if task.state is TaskState.SUBMITTING else task


def release(task: Task, now: float) -> Task:
    """Put a claimed task back into the queue: its create was certainly not sent.

    Another process may have taken it for sent meanwhile.
    """
    is_claimed = task.state in {TaskState.SUBMITTING, TaskState.UNCONFIRMED}
    if not is_claimed or task.provider_id is not None:
        return task
    return replace(
        task,
        state=TaskState.QUEUED,
        failure=None,
        sent_at=None,
        retry_at=now + STORAGE_RETRY_S,
    )


def recover_after_restart(task: Task, now: float) -> Task:
    """The task after a restart: a create that was being sent may or may not have arrived.

    Delays are cut, and the polling timeout starts again: the clock may have been set.
    """
    task = replace(task, retry_at=min(task.retry_at, now + MAX_RETRY_DELAY_S))
    if task.state in {TaskState.GENERATING, TaskState.STILL_RUNNING}:
        return replace(task, polling_since=now, not_found_since=None)
    if task.state is TaskState.STORING:
        # Its URL may have changed. A download with failed attempts begins with a query.
        return replace(task, attempts=max(task.attempts, 1))
    if task.state is not TaskState.SUBMITTING:
        return task
    if task.provider_id is not None:
        return _accept(task, Accepted(task.provider_id, confirmed=False), now)
    if task.sent_at is None:
        return replace(task, state=TaskState.QUEUED)  # still uploading: no create was sent
    return _mark_unconfirmed(task, Failure(FailureReason.NO_RESPONSE))


# Transitions that a webhook or a person asks for


def apply_webhook(task: Task, provider_id: str, now: float) -> Task:
    """The task after a webhook with its token.

    The body is not signed, so only the id of a task that has none is taken from it.
    """
    if task.provider_id is None:
        if task.state is TaskState.SUBMITTING:
            return replace(task, provider_id=provider_id)  # the create's own answer is under way
        return _accept(task, Accepted(provider_id, confirmed=False), now)
    if task.provider_id == provider_id and task.state is TaskState.FAILED:
        return recheck(task, now)
    return task


def requeue(task: Task) -> Task:
    """Put a task back into the queue: a withdrawn one, or an unconfirmed one.

    The user of the latter knows that no image was made. `sent_at` stays: until the next send, a
    webhook is about the first one.
    """
    is_withdrawn = _has_failure(task, {FailureReason.WITHDRAWN}) and task.provider_id is None
    if task.state is not TaskState.UNCONFIRMED and not is_withdrawn:
        return task
    return replace(
        task,
        state=TaskState.QUEUED,
        failure=None,
        finished_at=None,
        attempts=0,
        retry_at=0.0,
    )


def can_retry(task: Task) -> bool:
    """Whether it has ended without an image, and neither `requeue` nor `recheck` helps it."""
    has_failed = task.state in (TaskState.FAILED, TaskState.REFUSED)
    return has_failed and requeue(task) is task and recheck(task, 0.0) is task


def is_unsent(task: Task) -> bool:
    """Whether its create has not been sent yet; an edit may be uploading its source."""
    is_uploading = task.state is TaskState.SUBMITTING and task.sent_at is None
    return task.state is TaskState.QUEUED or is_uploading


def withdraw(task: Task, now: float) -> Task:
    """A task that is not to be sent after all; one that was sent is returned unchanged.

    A second send that is withdrawn leaves the first one unconfirmed.
    """
    if not is_unsent(task) or task.provider_id is not None:
        return task
    if task.sent_at is not None:
        return _mark_unconfirmed(task, Failure(FailureReason.NO_RESPONSE))
    return _fail(task, Failure(FailureReason.WITHDRAWN), now)


def can_stop_watching(task: Task) -> bool:
    """Whether it runs under an id by which `recheck` finds it again."""
    is_running = task.state in {TaskState.GENERATING, TaskState.STILL_RUNNING}
    return is_running and not _has_unverified_id(task)


def stop_watching(task: Task, now: float) -> Task:
    """Poll a running task no more. It stays paid for; `recheck` and its webhook take it up."""
    if not can_stop_watching(task):
        return task
    return _fail(task, Failure(FailureReason.NOT_WATCHED), now)


def reject_claimed_id(task: Task) -> Task:
    """An unconfirmed task after a person named an id that cannot be its own."""
    if task.state is not TaskState.UNCONFIRMED:
        return task
    return replace(task, failure=Failure(FailureReason.ID_MISMATCH))


def recheck(task: Task, now: float) -> Task:
    """Poll a task again whose result may still be at the provider, or fetch its file now."""
    if task.state is TaskState.STORING and task.failure is not None:
        return replace(task, failure=None, attempts=1, retry_at=now)
    can_be_polled = task.state in {
        TaskState.FAILED,
        TaskState.STILL_RUNNING,
        TaskState.GENERATING,
    }
    if task.provider_id is None or not can_be_polled or _has_failure(task, _WITHOUT_RESULT):
        return task
    return _start_polling(task, now)


# Helpers


def failure_from_error(error: KieError) -> Failure:
    """The failure of an error, with the provider's code and message."""
    reason = _REASON_BY_ERROR.get(type(error), FailureReason.SERVICE_FAILED)
    return Failure(reason, error.code, error.message)


def _has_failure(task: Task, reasons: Collection[FailureReason]) -> bool:
    return task.failure is not None and task.failure.reason in reasons


def _has_unverified_id(task: Task) -> bool:
    return _has_failure(task, {FailureReason.UNVERIFIED_ID})


def _accept(task: Task, accepted: Accepted, now: float) -> Task:
    """Poll under this id; the first status verifies one that is not confirmed."""
    return replace(
        _start_polling(task, now),
        provider_id=accepted.provider_id,
        accepted_at=now,
        failure=None if accepted.confirmed else Failure(FailureReason.UNVERIFIED_ID),
    )


def _start_polling(task: Task, now: float) -> Task:
    return replace(
        task,
        state=TaskState.GENERATING,
        failure=None,
        polling_since=now,
        finished_at=None,
        not_found_since=None,
        attempts=0,
        empty_successes=0,
        retry_at=0.0,
    )


def _mark_unconfirmed(task: Task, failure: Failure) -> Task:
    return replace(task, state=TaskState.UNCONFIRMED, failure=failure)


def _end(task: Task, state: TaskState, failure: Failure | None, now: float) -> Task:
    return replace(task, state=state, failure=failure, finished_at=now)


def _fail(task: Task, failure: Failure, now: float) -> Task:
    return _end(task, TaskState.FAILED, failure, now)


def _schedule_retry(
    task: Task, failure: Failure, now: float, *, max_attempts: int | None = None, pause: float = 0.0
) -> Task:
    """Back in the queue after a delay; failed after more than `max_attempts`.

    `pause` is the delay in seconds that the provider asked for; our own wins if it is longer.
    """
    attempts = task.attempts + 1
    if max_attempts is not None and attempts > max_attempts:
        return _fail(task, failure, now)
    return replace(
        task,
        state=TaskState.QUEUED,
        failure=failure,
        sent_at=None,
        attempts=attempts,
        retry_at=now + max(pause, _retry_delay(attempts, MAX_RETRY_DELAY_S)),
    )


def _retry_step(task: Task, event: StepFailed, now: float) -> Task:
    """A create that could not be prepared: nothing was sent."""
    max_attempts: int | None = MAX_STEP_RETRIES if event.may_retry else 0
    if event.failure.reason in _WAITED_FOR:
        max_attempts = None
    elif event.failure.reason is FailureReason.AUTH:
        max_attempts = MAX_KEY_RETRIES
    return _schedule_retry(task, event.failure, now, max_attempts=max_attempts)


def _retry_download(task: Task, event: StepFailed, now: float) -> Task:
    attempts = task.attempts + 1
    if event.failure.reason is FailureReason.DISK:  # a full disk can be freed
        attempts = min(attempts, ATTEMPTS_WITH_FULL_DISK)
    elif not event.may_retry or attempts >= MAX_DOWNLOAD_ATTEMPTS:
        return _fail(task, event.failure, now)
    retry_at = now + _retry_delay(attempts, MAX_DOWNLOAD_DELAY_S)
    return replace(task, failure=event.failure, attempts=attempts, retry_at=retry_at)


def _retry_delay(attempts: int, max_delay: float) -> float:
    """Seconds: 1, 2, 4 and so on up to the maximum."""
    return min(max_delay, 2.0 ** min(attempts - 1, 11))


def _apply_status(task: Task, status: TaskStatus, now: float) -> Task:
    """The task after a query that was answered."""
    if status.task_id != task.provider_id:
        return _keep_polling(task, now, UNANSWERED_TIMEOUT_S)  # it says nothing of this task
    if _has_other_prompt(status, task):
        if _has_unverified_id(task):
            return _clear_task_id(task)
        return _query_again(task, FailureReason.ID_MISMATCH, now)
    task = replace(task, not_found_since=None)
    if _has_failure(task, _CLEARED_BY_STATUS):
        task = replace(task, failure=None)
    if status.state is ProviderState.SUCCEEDED:
        return _apply_success(task, status, now)
    if status.state in {ProviderState.CREATE_FAILED, ProviderState.GENERATE_FAILED}:
        return _apply_provider_failure(task, status, now)
    if status.state is ProviderState.UNKNOWN and task.state is TaskState.GENERATING:
        task = replace(task, failure=Failure(FailureReason.UNKNOWN_STATUS))
    return _keep_polling(task, now)


def _apply_success(task: Task, status: TaskStatus, now: float) -> Task:
    is_storing = task.state is TaskState.STORING
    if status.result_url or status.origin_url:
        return replace(
            task,
            state=TaskState.STORING,
            result_url=status.result_url,
            origin_url=status.origin_url,
            failure=task.failure if is_storing else None,
        )
    if is_storing:
        return task  # the stored URLs are still worth a try
    return _query_again(task, FailureReason.NO_RESULT, now)


def _apply_provider_failure(task: Task, status: TaskStatus, now: float) -> Task:
    message = status.error_message or ""
    if status.error_code == 400:  # docs/kie-api.md, Query: rejected by content policy
        failure = Failure(FailureReason.CONTENT_POLICY, 400, message)
        return _end(task, TaskState.REFUSED, failure, now)
    if status.state is ProviderState.CREATE_FAILED:
        reason = FailureReason.NOT_CREATED
    else:
        reason = FailureReason.NOT_GENERATED
    return _fail(task, Failure(reason, status.error_code, message), now)


def _apply_not_found(task: Task, error: TaskNotFoundError, now: float) -> Task:
    """The task after "does not exist", which is believed only after 90 s.

    An unverified id is then dropped, and the task is unconfirmed again.
    """
    since = now if task.not_found_since is None else min(task.not_found_since, now)
    if now - since <= NOT_FOUND_GRACE_S:
        return replace(task, not_found_since=since)
    if _has_unverified_id(task):
        return _clear_task_id(task)
    failure = Failure(FailureReason.UNKNOWN_TASK, error.code, error.message)
    return _fail(task, failure, now)


def _keep_polling(task: Task, now: float, timeout_seconds: float = POLL_TIMEOUT_S) -> Task:
    """Still no result. A timeout is not a failure: the image may yet come."""
    if task.polling_since is None or task.polling_since > now:  # the clock was set back
        task = replace(task, polling_since=now)
    polled_seconds = now - (task.polling_since or now)
    if task.state is TaskState.GENERATING and polled_seconds > timeout_seconds:
        return replace(task, state=TaskState.STILL_RUNNING)
    if task.state is TaskState.STILL_RUNNING and polled_seconds > RESULT_LIFETIME_S:
        return _fail(task, Failure(FailureReason.UNKNOWN_TASK), now)
    return task


def _query_again(task: Task, reason: FailureReason, now: float) -> Task:
    """Count a success that cannot be used; failed for this reason after too many."""
    empty_successes = task.empty_successes + 1
    if empty_successes >= MAX_SUCCESS_WITHOUT_URL:
        return _fail(task, Failure(reason), now)
    return replace(task, empty_successes=empty_successes)


def _has_other_prompt(status: TaskStatus, task: Task) -> bool:
    """Whether the provider's copy of the request has another prompt than the task.

    A copy without a prompt shows nothing; nor does one that was translated or enhanced, nor a task
    whose words are deleted.
    """
    copy = (status.parameters or {}).get("prompt")
    prompt = task.request.prompt
    if not isinstance(copy, str) or not prompt or task.request.enhance:
        return False
    if task.request.translate and not prompt.isascii():
        return False
    return copy.split() != prompt.split()


def _clear_task_id(task: Task) -> Task:
    """Unconfirmed again: the id that was named is not this task's."""
    unconfirmed = _mark_unconfirmed(task, Failure(FailureReason.ID_MISMATCH))
    return replace(
        unconfirmed, provider_id=None, accepted_at=None, polling_since=None, not_found_since=None
    )
