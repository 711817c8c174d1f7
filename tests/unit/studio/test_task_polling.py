"""State machine: what a query's answer changes, and when it is not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.kie import (
    AuthenticationError,
    KieError,
    ProviderState,
    RateLimitError,
    ServerError,
    TaskNotFoundError,
    UnavailableError,
)
from components.studio.tasks.models import Failure, FailureReason, TaskState
from components.studio.tasks.transitions import (
    Accepted,
    apply_event,
    recheck,
    recover_after_restart,
)
from tests.support.factories import (
    GENERATING_TASK,
    NOW,
    ORIGIN_URL,
    PROVIDER_ID,
    RESULT_URL,
    STORING_TASK,
    UNCONFIRMED_TASK,
    error_name,
    failure_reason,
    make_status,
    make_task,
)

SUCCESS = make_status(ProviderState.SUCCEEDED, result_url=RESULT_URL)


def test_success_starts_the_download() -> None:
    task = apply_event(GENERATING_TASK, SUCCESS, NOW)
    assert (task.state, task.result_url) == (TaskState.STORING, RESULT_URL)


def test_success_with_origin_url_only_downloads_from_it() -> None:
    task = apply_event(
        GENERATING_TASK, make_status(ProviderState.SUCCEEDED, origin_url=ORIGIN_URL), NOW
    )
    assert (task.state, task.origin_url) == (TaskState.STORING, ORIGIN_URL)


def test_success_without_url_is_polled_then_fails() -> None:
    task = GENERATING_TASK
    for _ in range(4):
        task = apply_event(task, make_status(ProviderState.SUCCEEDED), NOW)
        assert task.state is TaskState.GENERATING
    task = apply_event(task, make_status(ProviderState.SUCCEEDED), NOW)
    assert (task.state, failure_reason(task)) == (TaskState.FAILED, FailureReason.NO_RESULT)


@pytest.mark.parametrize(
    "state", [ProviderState.GENERATING, ProviderState.UNKNOWN, ProviderState.SUCCEEDED], ids=str
)
def test_later_running_status_keeps_the_url(state: ProviderState) -> None:
    task = apply_event(STORING_TASK, make_status(state), NOW)
    assert (task.state, task.result_url) == (TaskState.STORING, RESULT_URL)


def test_unknown_flag_is_shown_and_polling_goes_on() -> None:
    task = apply_event(GENERATING_TASK, make_status(ProviderState.UNKNOWN), NOW)
    assert (task.state, failure_reason(task)) == (
        TaskState.GENERATING,
        FailureReason.UNKNOWN_STATUS,
    )
    assert apply_event(task, make_status(), NOW).failure is None


@pytest.mark.parametrize(
    ("provider_state", "code", "state", "reason"),
    [
        (ProviderState.GENERATE_FAILED, 400, TaskState.REFUSED, FailureReason.CONTENT_POLICY),
        (ProviderState.CREATE_FAILED, 500, TaskState.FAILED, FailureReason.NOT_CREATED),
        (ProviderState.GENERATE_FAILED, 501, TaskState.FAILED, FailureReason.NOT_GENERATED),
    ],
    ids=["policy", "not created", "not generated"],
)
def test_policy_error_is_refused_and_other_errors_fail(
    provider_state: ProviderState, code: int, state: TaskState, reason: FailureReason
) -> None:
    status = make_status(provider_state, error_code=code, error_message="flagged")
    task = apply_event(GENERATING_TASK, status, NOW)
    assert (task.state, task.finished_at) == (state, NOW)
    assert task.failure == Failure(reason, code, "flagged")


def test_status_of_another_task_is_ignored() -> None:
    other = make_status(ProviderState.SUCCEEDED, task_id="another", result_url=RESULT_URL)
    assert apply_event(GENERATING_TASK, other, NOW) == GENERATING_TASK


def test_status_with_another_prompt_is_never_stored() -> None:
    other = make_status(
        ProviderState.SUCCEEDED, result_url=RESULT_URL, parameters={"prompt": "another prompt"}
    )
    task = GENERATING_TASK
    for _ in range(5):
        assert task.state is TaskState.GENERATING
        task = apply_event(task, other, NOW)
    assert (task.state, failure_reason(task)) == (TaskState.FAILED, FailureReason.ID_MISMATCH)
    assert recheck(task, NOW).state is TaskState.GENERATING


@pytest.mark.parametrize(
    "parameters",
    [None, {}, {"prompt": None}, {"prompt": " a  hill\n"}, {"model": "other"}],
    ids=["no copy", "empty", "no prompt", "other spaces", "other model"],
)
def test_status_without_another_prompt_is_accepted(
    parameters: dict[str, object] | None,
) -> None:
    status = make_status(ProviderState.SUCCEEDED, result_url=RESULT_URL, parameters=parameters)
    assert apply_event(GENERATING_TASK, status, NOW).state is TaskState.STORING


def test_translated_prompt_is_no_mismatch() -> None:
    task = replace(GENERATING_TASK, request=make_task("ein Hügel").request)
    status = make_status(
        ProviderState.SUCCEEDED, result_url=RESULT_URL, parameters={"prompt": "a hill"}
    )
    assert apply_event(task, status, NOW).state is TaskState.STORING


def test_not_found_is_believed_after_the_grace_period() -> None:
    not_found = TaskNotFoundError("The record does not exist", code=422)
    task = apply_event(GENERATING_TASK, not_found, NOW + 5)
    task = apply_event(task, not_found, NOW + 5 + 90)
    assert task.state is TaskState.GENERATING
    task = apply_event(task, not_found, NOW + 6 + 90)
    assert (task.state, failure_reason(task)) == (TaskState.FAILED, FailureReason.UNKNOWN_TASK)


def test_found_record_resets_the_grace_period() -> None:
    task = apply_event(GENERATING_TASK, TaskNotFoundError(), NOW)
    task = apply_event(task, make_status(), NOW + 60)
    task = apply_event(task, TaskNotFoundError(), NOW + 120)
    assert task.state is TaskState.GENERATING


@pytest.mark.parametrize(
    "error",
    [UnavailableError(), ServerError(code=500), RateLimitError(), AuthenticationError()],
    ids=error_name,
)
def test_query_error_does_not_change_the_task(error: KieError) -> None:
    assert apply_event(GENERATING_TASK, error, NOW) == GENERATING_TASK


def test_poll_timeout_is_no_failure_for_14_days() -> None:
    late = NOW + 600 + 1
    task = apply_event(GENERATING_TASK, make_status(), late)
    assert task.state is TaskState.STILL_RUNNING
    assert apply_event(task, make_status(), NOW + 14 * 24 * 3600 - 1) == task
    assert apply_event(task, make_status(), NOW + 14 * 24 * 3600 + 1).state is TaskState.FAILED
    assert apply_event(task, SUCCESS, late).state is TaskState.STORING


def test_end_of_patience_waits_an_hour_for_a_provider_that_cannot_be_asked() -> None:
    assert apply_event(GENERATING_TASK, UnavailableError(), NOW + 3600) == GENERATING_TASK
    task = apply_event(GENERATING_TASK, UnavailableError(), NOW + 3601)
    assert task.state is TaskState.STILL_RUNNING
    other = make_status(task_id="another")
    assert apply_event(GENERATING_TASK, other, NOW + 3600) == GENERATING_TASK
    assert apply_event(GENERATING_TASK, other, NOW + 3601) == task


def test_clock_set_back_does_not_delay_the_timeout() -> None:
    earlier = NOW - 86_400
    task = apply_event(GENERATING_TASK, make_status(), earlier)
    assert task.polling_since == earlier
    task = apply_event(GENERATING_TASK, TaskNotFoundError(), NOW)
    assert apply_event(task, TaskNotFoundError(), earlier).not_found_since == earlier
    queued = make_task(retry_at=NOW)
    assert recover_after_restart(queued, earlier).retry_at == earlier + 60.0


# An id that a person names

ASSIGNED = apply_event(UNCONFIRMED_TASK, Accepted(PROVIDER_ID, confirmed=False), NOW)


def test_assigned_id_is_verified_by_the_first_status() -> None:
    assert failure_reason(ASSIGNED) is FailureReason.UNVERIFIED_ID
    status = make_status(parameters={"prompt": "a hill"})
    assert apply_event(ASSIGNED, status, NOW).failure is None


def test_assigned_id_with_another_prompt_leaves_task_unconfirmed() -> None:
    task = apply_event(ASSIGNED, make_status(parameters={"prompt": "a cat"}), NOW)
    assert (task.state, task.provider_id, failure_reason(task)) == (
        TaskState.UNCONFIRMED,
        None,
        FailureReason.ID_MISMATCH,
    )


def test_unknown_assigned_id_leaves_task_unconfirmed() -> None:
    task = apply_event(ASSIGNED, TaskNotFoundError(), NOW)
    task = apply_event(task, TaskNotFoundError(), NOW + 90 + 1)
    assert (task.state, task.provider_id) == (TaskState.UNCONFIRMED, None)
