"""The state machine of a task: pure functions of task, event and clock.

Two rules protect money. Only a create that certainly did not arrive goes back into the queue.
One that may have arrived becomes `UNCONFIRMED` and is never sent again by itself.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TypeAlias

from components.kie import (
    AuthenticationError,
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

MAX_SEND_RETRIES = 12  # about seven minutes of a provider that cannot be reached
MAX_STEP_RETRIES = 4  # of an upload, or of a step that one of our bugs ended
MAX_DOWNLOAD_ATTEMPTS = 7  # at least one minute of a result that cannot be downloaded
MAX_RETRY_DELAY_S = 60.0
MAX_REJECTION_DELAY_S = 300.0  # the longest pause that a 429 can ask for


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


TaskEvent: TypeAlias = Accepted | ResultStored | StepFailed | TaskStatus | KieError


def apply_event(task: Task, event: TaskEvent, now: float) -> Task:
    """The task after an event. An event without news returns the task unchanged."""
    match task.state, event:
        case TaskState.SUBMITTING, Accepted():
            return _start_polling(task, event, now)
        case TaskState.SUBMITTING, KieError() | StepFailed() if task.provider_id:
            known = Accepted(task.provider_id, confirmed=False)
            return _start_polling(task, known, now)  # its webhook came before
        case TaskState.SUBMITTING, StepFailed() if task.sent_at is not None:
            return _mark_unconfirmed(task)  # a bug of ours after the create was sent
        case ((TaskState.SUBMITTING | TaskState.QUEUED), StepFailed()):
            return _retry_step(task, event, now)
        case TaskState.SUBMITTING, UnknownOutcomeError(task_id=str(named)):
            return _start_polling(task, Accepted(named, confirmed=False), now)
        case TaskState.SUBMITTING, UnknownOutcomeError():
            return replace(task, state=TaskState.UNCONFIRMED, failure=failure_from_error(event))
        case TaskState.SUBMITTING, ContentPolicyError():
            return _end(task, TaskState.REFUSED, failure_from_error(event), now)
        case TaskState.SUBMITTING, ConnectError():
            return _schedule_retry(
                task, failure_from_error(event), now, max_attempts=MAX_SEND_RETRIES
            )
        case TaskState.SUBMITTING, RateLimitError(retry_after_seconds=pause):
            pause = min(pause or 0.0, MAX_REJECTION_DELAY_S)
            return _schedule_retry(task, failure_from_error(event), now, pause=pause)
        case (
            TaskState.SUBMITTING,
            MaintenanceError() | AuthenticationError() | InsufficientCreditsError(),
        ):
            return _schedule_retry(task, failure_from_error(event), now)
        case TaskState.SUBMITTING, KieError():
            return _end(task, TaskState.FAILED, failure_from_error(event), now)
        case TaskState.UNCONFIRMED, Accepted():
            return _start_polling(task, event, now)
        case TaskState.STORING, ResultStored(image_id):
            done = _end(task, TaskState.DONE, None, now)
            return replace(done, image_id=image_id)
        case TaskState.STORING, StepFailed(failure, may_retry):
            return _retry_download(task, failure, may_retry, now)
        case ((TaskState.GENERATING | TaskState.STORING | TaskState.STILL_RUNNING), TaskStatus()):
            return apply_status(task, event, now)
        case ((TaskState.GENERATING | TaskState.STILL_RUNNING), TaskNotFoundError()):
            return apply_not_found(task, event, now)
        case ((TaskState.GENERATING | TaskState.STILL_RUNNING), KieError()):
            return still_running(task, now)
    return task


def apply_webhook(task: Task, provider_id: str, now: float) -> Task:
    """The task after a webhook with its token.

    Only the id of a task that has none is taken from it.
    """
    if task.provider_id is None:
        if task.state is TaskState.SUBMITTING:
            return replace(task, provider_id=provider_id)  # the create's own answer is under way
        return _start_polling(task, Accepted(provider_id, confirmed=False), now)
    if task.provider_id == provider_id and task.state is TaskState.FAILED:
        return recheck(task, now)
    return task


def claim(task: Task) -> Task:
    """Claim a queued task for sending; any other is returned unchanged.

    A task that was sent before gets a new token: the old one belongs to the first send.
    """
    if task.state is not TaskState.QUEUED:
        return task
    token = task.token if task.sent_at is None else new_token()
    return replace(task, state=TaskState.SUBMITTING, token=token, sent_at=None)


def fork_previous_attempt(before: Task, after: Task) -> Task | None:
    """Copy of the previous attempt, kept under the old token.

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


def recover_after_restart(task: Task, now: float) -> Task:
    """The task after a restart: a create that was being sent may or may not have arrived.

    Delays are cut to our own maximum, as the clock may have been set back.
    """
    task = replace(task, retry_at=min(task.retry_at, now + MAX_RETRY_DELAY_S))
    match task.state:
        case TaskState.SUBMITTING if task.provider_id is not None:
            return _start_polling(task, Accepted(task.provider_id, confirmed=False), now)
        case TaskState.SUBMITTING if task.sent_at is None:
            return replace(task, state=TaskState.QUEUED)  # still uploading: no create was sent
        case TaskState.SUBMITTING:
            return _mark_unconfirmed(task)
        case TaskState.STORING:
            return replace(
                task, attempts=max(task.attempts, 1)
            )  # its URL may have changed: query first
        case _:
            return task


def requeue(task: Task) -> Task:
    """Put an unconfirmed task back into the queue: its user knows that no image was made.

    `sent_at` stays: until the next send, a webhook is about the first one.
    """
    if task.state is not TaskState.UNCONFIRMED:
        return task
    return replace(task, state=TaskState.QUEUED, failure=None, attempts=0, retry_at=0.0)


def reject_claimed_id(task: Task) -> Task:
    """An unconfirmed task after somebody named an id that cannot be its own."""
    if task.state is not TaskState.UNCONFIRMED:
        return task
    return replace(task, failure=Failure(FailureReason.ID_MISMATCH))


def recheck(task: Task, now: float) -> Task:
    """Poll a task again whose result may still be at the provider."""
    hopeless = task.failure is not None and task.failure.reason in _NO_RESULT_EXPECTED
    lookable = task.state in {TaskState.FAILED, TaskState.STILL_RUNNING, TaskState.GENERATING}
    if task.provider_id is None or hopeless or not lookable:
        return task
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


_NO_RESULT_EXPECTED = {
    FailureReason.NOT_CREATED,
    FailureReason.NOT_GENERATED,
    FailureReason.CONTENT_POLICY,
}


def _start_polling(task: Task, accepted: Accepted, now: float) -> Task:
    """Poll from now on; the first status confirms an id that somebody named."""
    return replace(
        task,
        state=TaskState.GENERATING,
        provider_id=accepted.provider_id,
        accepted_at=now,
        polling_since=now,
        finished_at=None,
        failure=None if accepted.confirmed else Failure(FailureReason.UNVERIFIED_ID),
        not_found_since=None,
        attempts=0,
        empty_successes=0,
        retry_at=0.0,
    )


def _end(task: Task, state: TaskState, failure: Failure | None, now: float) -> Task:
    return replace(task, state=state, failure=failure, finished_at=now)


def _mark_unconfirmed(task: Task) -> Task:
    return replace(task, state=TaskState.UNCONFIRMED, failure=Failure(FailureReason.NO_RESPONSE))


def _schedule_retry(
    task: Task, failure: Failure, now: float, *, max_attempts: int | None = None, pause: float = 0.0
) -> Task:
    """Back in the queue after a delay; failed after more than `max_attempts`.

    `pause` is the delay in seconds that the provider asked for; our own wins if it is longer.
    """
    tries = task.attempts + 1
    if max_attempts is not None and tries > max_attempts:
        return _end(task, TaskState.FAILED, failure, now)
    return replace(
        task,
        state=TaskState.QUEUED,
        failure=failure,
        sent_at=None,
        attempts=tries,
        retry_at=now + max(pause, _retry_delay(tries)),
    )


def _retry_step(task: Task, step: StepFailed, now: float) -> Task:
    """A create that could not be prepared: nothing was sent."""
    match step.failure.reason:
        case FailureReason.DISK:
            most = None  # a full disk can be freed
        case FailureReason.AUTH:
            most = MAX_SEND_RETRIES
        case _:
            most = MAX_STEP_RETRIES if step.may_retry else 0
    return _schedule_retry(task, step.failure, now, max_attempts=most)


def _retry_download(task: Task, failure: Failure, may_retry: bool, now: float) -> Task:
    tries = task.attempts + 1
    hopeless = not may_retry or tries >= MAX_DOWNLOAD_ATTEMPTS
    if hopeless and failure.reason is not FailureReason.DISK:  # a full disk can be freed
        return _end(task, TaskState.FAILED, failure, now)
    return replace(task, failure=failure, attempts=tries, retry_at=now + _retry_delay(tries))


def _retry_delay(attempts: int) -> float:
    return min(MAX_RETRY_DELAY_S, 2.0 ** min(attempts - 1, 10))


POLL_TIMEOUT_S = 10 * 60  # docs/kie-api.md, Query: give up after 10 minutes at the earliest
NOT_FOUND_GRACE_S = 90  # docs/kie-api.md, Query: "does not exist" is not believed before
RESULT_LIFETIME_S = 14 * 24 * 3600  # docs/kie-api.md, Query: results are kept for 14 days
MAX_SUCCESS_WITHOUT_URL = 5  # docs/kie-api.md, Query: a success without a URL is queried again


def apply_status(task: Task, report: TaskStatus, now: float) -> Task:
    """The task after a status of the provider."""
    if report.task_id != task.provider_id:
        return still_running(task, now)  # a status of another task says nothing
    if prompt_mismatch(report, task):
        return _apply_mismatch(task, now)
    if task.failure is not None and task.failure.reason in _CLEARED_BY_STATUS:
        task = replace(task, failure=None)
    task = replace(task, not_found_since=None)
    match report.state:
        case ProviderState.SUCCEEDED if report.result_url or report.origin_url:
            return replace(
                task,
                state=TaskState.STORING,
                result_url=report.result_url,
                origin_url=report.origin_url,
                failure=task.failure if task.state is TaskState.STORING else None,
            )
        case ProviderState.SUCCEEDED if task.state is TaskState.STORING:
            return task  # the stored URLs are still worth a try
        case ProviderState.SUCCEEDED:
            return _apply_success_without_url(task, now)
        case ProviderState.CREATE_FAILED | ProviderState.GENERATE_FAILED:
            return _apply_provider_failure(task, report, now)
        case ProviderState.UNKNOWN if task.state is TaskState.GENERATING:
            return still_running(replace(task, failure=Failure(FailureReason.UNKNOWN_STATUS)), now)
        case _:
            return still_running(task, now)


def apply_not_found(task: Task, report: TaskNotFoundError, now: float) -> Task:
    """The task after "does not exist", which is believed only after 90 s.

    An id that somebody named is then dropped, and the task is unconfirmed again.
    """
    since = now if task.not_found_since is None else min(task.not_found_since, now)
    if now - since <= NOT_FOUND_GRACE_S:
        return replace(task, not_found_since=since)
    if _has_unverified_id(task):
        return _clear_task_id(task)
    failure = Failure(FailureReason.UNKNOWN_TASK, report.code, report.message)
    return _fail(task, failure, now)


def still_running(task: Task, now: float) -> Task:
    """Still no result. A timeout is not a failure: the image may yet come."""
    if task.polling_since is None or task.polling_since > now:  # the clock was set back
        task = replace(task, polling_since=now)
    watched = now - (task.polling_since or now)
    if task.state is TaskState.GENERATING and watched > POLL_TIMEOUT_S:
        return replace(task, state=TaskState.STILL_RUNNING)
    since_accepted = now - (task.accepted_at or task.created_at)
    if task.state is TaskState.STILL_RUNNING and since_accepted > RESULT_LIFETIME_S:
        return _fail(task, Failure(FailureReason.UNKNOWN_TASK), now)
    return task


def prompt_mismatch(report: TaskStatus, task: Task) -> bool:
    """Whether the provider's copy of the request has another prompt than ours.

    A copy without a prompt shows nothing; nor does one that was translated or enhanced.
    """
    shown = (report.parameters or {}).get("prompt")
    ours = task.request.prompt
    if not isinstance(shown, str) or task.request.enhance:
        return False
    if task.request.translate and not ours.isascii():
        return False
    return shown.split() != ours.split()


_CLEARED_BY_STATUS = {FailureReason.UNVERIFIED_ID, FailureReason.UNKNOWN_STATUS}


def _has_unverified_id(task: Task) -> bool:
    return task.failure is not None and task.failure.reason is FailureReason.UNVERIFIED_ID


def _clear_task_id(task: Task) -> Task:
    """Unconfirmed again: the id that somebody named was not this task's."""
    return replace(
        task,
        state=TaskState.UNCONFIRMED,
        failure=Failure(FailureReason.ID_MISMATCH),
        provider_id=None,
        accepted_at=None,
        polling_since=None,
        not_found_since=None,
    )


def _apply_mismatch(task: Task, now: float) -> Task:
    if _has_unverified_id(task):
        return _clear_task_id(task)
    if task.empty_successes + 1 >= MAX_SUCCESS_WITHOUT_URL:
        return _fail(task, Failure(FailureReason.ID_MISMATCH), now)
    return replace(task, empty_successes=task.empty_successes + 1)


def _apply_success_without_url(task: Task, now: float) -> Task:
    if task.empty_successes + 1 >= MAX_SUCCESS_WITHOUT_URL:
        return _fail(task, Failure(FailureReason.NO_RESULT), now)
    return replace(task, empty_successes=task.empty_successes + 1)


def _apply_provider_failure(task: Task, report: TaskStatus, now: float) -> Task:
    message = report.error_message or ""
    if report.error_code == 400:  # docs/kie-api.md, Query: rejected by content policy
        refused = Failure(FailureReason.CONTENT_POLICY, 400, message)
        return replace(task, state=TaskState.REFUSED, failure=refused, finished_at=now)
    created = report.state is not ProviderState.CREATE_FAILED
    reason = FailureReason.NOT_GENERATED if created else FailureReason.NOT_CREATED
    return _fail(task, Failure(reason, report.error_code, message), now)


def _fail(task: Task, failure: Failure, now: float) -> Task:
    return replace(task, state=TaskState.FAILED, failure=failure, finished_at=now)


_REASON_BY_ERROR: dict[type[KieError], FailureReason] = {
    ContentPolicyError: FailureReason.CONTENT_POLICY,
    AuthenticationError: FailureReason.AUTH,
    InsufficientCreditsError: FailureReason.CREDITS,
    ValidationError: FailureReason.INVALID,
    FeatureDisabledError: FailureReason.FEATURE_OFF,
    RateLimitError: FailureReason.RATE_LIMITED,
    MaintenanceError: FailureReason.MAINTENANCE,
    ConnectError: FailureReason.UNREACHABLE,
    UnknownOutcomeError: FailureReason.NO_RESPONSE,
}


def failure_from_error(error: KieError) -> Failure:
    """The failure of an error, with the provider's code and message."""
    reason = _REASON_BY_ERROR.get(type(error), FailureReason.SERVICE_FAILED)
    return Failure(reason, error.code, error.message)
