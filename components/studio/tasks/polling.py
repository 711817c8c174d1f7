"""What a watched task becomes by what record-info says of it. Pure; the clock is an argument."""

from __future__ import annotations

from dataclasses import replace

from components.kie import ProviderState, TaskNotFoundError, TaskStatus
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState

POLL_TIMEOUT_S = 10 * 60  # contract.md §3: give up watching after 10 minutes at the earliest
NOT_FOUND_GRACE_S = 90  # contract.md §3: "does not exist" is not believed before
RESULT_LIFETIME_S = 14 * 24 * 3600  # contract.md §3: the service keeps results for 14 days
MAX_SUCCESS_WITHOUT_URL = 5  # contract.md §3: a success without a link is asked again "a few times"


def apply_status(task: Task, report: TaskStatus, now: float) -> Task:
    """The task after a report of the service."""
    if report.task_id != task.provider_id:
        return still_running(task, now)  # an answer about somebody else's task says nothing
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
            return task  # the links it came with before are still worth a try
        case ProviderState.SUCCEEDED:
            return _apply_success_without_url(task, now)
        case ProviderState.CREATE_FAILED | ProviderState.GENERATE_FAILED:
            return _apply_provider_failure(task, report, now)
        case ProviderState.UNKNOWN if task.state is TaskState.GENERATING:
            return still_running(replace(task, failure=Failure(FailureReason.UNKNOWN_STATUS)), now)
        case _:
            return still_running(task, now)


def apply_not_found(task: Task, report: TaskNotFoundError, now: float) -> Task:
    """The task after "does not exist", which is believed only after a while.

    An id that somebody named is then dropped, and the task is as unconfirmed as before.
    """
    since = now if task.not_found_since is None else min(task.not_found_since, now)
    if now - since <= NOT_FOUND_GRACE_S:
        return replace(task, not_found_since=since)
    if _has_unverified_id(task):
        return _clear_task_id(task)
    failure = Failure(FailureReason.UNKNOWN_TASK, report.code, report.message)
    return _fail(task, failure, now)


def still_running(task: Task, now: float) -> Task:
    """Still no result. The end of patience is not a failure, and the picture may yet come."""
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
    """Whether the service's copy of the request shows another prompt than ours.

    A copy without a prompt shows nothing; nor does one that the service was asked to translate
    or to enhance, as it may show what it made of ours.
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
    words = report.error_message or ""
    if report.error_code == 400:  # contract.md §3: refused by policy
        refused = Failure(FailureReason.CONTENT_POLICY, 400, words)
        return replace(task, state=TaskState.REFUSED, failure=refused, finished_at=now)
    created = report.state is not ProviderState.CREATE_FAILED
    trouble = FailureReason.NOT_GENERATED if created else FailureReason.NOT_CREATED
    return _fail(task, Failure(trouble, report.error_code, words), now)


def _fail(task: Task, failure: Failure, now: float) -> Task:
    return replace(task, state=TaskState.FAILED, failure=failure, finished_at=now)
