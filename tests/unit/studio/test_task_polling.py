"""The life of a task that the service has: whose report it is, how long it is doubted."""

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
    RESULT_URL,
    SERVICE_ID,
    STORING_TASK,
    UNCONFIRMED_TASK,
    error_name,
    failure_reason,
    make_status,
    make_task,
)

SUCCESS = make_status(ProviderState.SUCCEEDED, result_url=RESULT_URL)


def test_a_success_leads_to_its_link() -> None:
    task = apply_event(GENERATING_TASK, SUCCESS, NOW)
    assert (task.state, task.result_url) == (TaskState.STORING, RESULT_URL)


def test_a_success_with_only_the_origin_link_is_fetched_from_there() -> None:
    task = apply_event(
        GENERATING_TASK, make_status(ProviderState.SUCCEEDED, origin_url=ORIGIN_URL), NOW
    )
    assert (task.state, task.origin_url) == (TaskState.STORING, ORIGIN_URL)


def test_a_success_without_a_link_is_asked_a_few_times_and_then_failed() -> None:
    task = GENERATING_TASK
    for _ in range(4):
        task = apply_event(task, make_status(ProviderState.SUCCEEDED), NOW)
        assert task.state is TaskState.GENERATING
    task = apply_event(task, make_status(ProviderState.SUCCEEDED), NOW)
    assert (task.state, failure_reason(task)) == (TaskState.FAILED, FailureReason.NO_RESULT)


@pytest.mark.parametrize(
    "answer", [ProviderState.GENERATING, ProviderState.UNKNOWN, ProviderState.SUCCEEDED], ids=str
)
def test_a_flag_that_goes_back_does_not_take_the_link_away(answer: ProviderState) -> None:
    task = apply_event(STORING_TASK, make_status(answer), NOW)
    assert (task.state, task.result_url) == (TaskState.STORING, RESULT_URL)


def test_an_undocumented_flag_is_said_and_asked_on_until_a_report_that_is_known() -> None:
    task = apply_event(GENERATING_TASK, make_status(ProviderState.UNKNOWN), NOW)
    assert (task.state, failure_reason(task)) == (
        TaskState.GENERATING,
        FailureReason.UNKNOWN_STATUS,
    )
    assert apply_event(task, make_status(), NOW).failure is None


@pytest.mark.parametrize(
    ("progress", "code", "state", "trouble"),
    [
        (ProviderState.GENERATE_FAILED, 400, TaskState.REFUSED, FailureReason.CONTENT_POLICY),
        (ProviderState.CREATE_FAILED, 500, TaskState.FAILED, FailureReason.NOT_CREATED),
        (ProviderState.GENERATE_FAILED, 501, TaskState.FAILED, FailureReason.NOT_GENERATED),
    ],
    ids=["policy", "not created", "not generated"],
)
def test_a_policy_refusal_is_refused_and_other_ends_are_failed(
    progress: ProviderState, code: int, state: TaskState, trouble: FailureReason
) -> None:
    report = make_status(progress, error_code=code, error_message="flagged")
    task = apply_event(GENERATING_TASK, report, NOW)
    assert (task.state, task.finished_at) == (state, NOW)
    assert task.failure == Failure(trouble, code, "flagged")


def test_a_report_about_another_task_says_nothing() -> None:
    other = make_status(ProviderState.SUCCEEDED, task_id="another", result_url=RESULT_URL)
    assert apply_event(GENERATING_TASK, other, NOW) == GENERATING_TASK


def test_another_prompt_under_our_id_is_never_shown_as_our_picture() -> None:
    other = make_status(
        ProviderState.SUCCEEDED, result_url=RESULT_URL, parameters={"prompt": "somebody's cat"}
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
def test_a_copy_of_the_request_that_shows_no_other_prompt_is_ours(
    parameters: dict[str, object] | None,
) -> None:
    report = make_status(ProviderState.SUCCEEDED, result_url=RESULT_URL, parameters=parameters)
    assert apply_event(GENERATING_TASK, report, NOW).state is TaskState.STORING


def test_a_translated_prompt_is_not_taken_for_another() -> None:
    ours = replace(GENERATING_TASK, request=make_task("ein Hügel").request)
    report = make_status(
        ProviderState.SUCCEEDED, result_url=RESULT_URL, parameters={"prompt": "a hill"}
    )
    assert apply_event(ours, report, NOW).state is TaskState.STORING


def test_a_missing_record_is_believed_only_after_the_grace() -> None:
    missing = TaskNotFoundError("The record does not exist", code=422)
    task = apply_event(GENERATING_TASK, missing, NOW + 5)
    task = apply_event(task, missing, NOW + 5 + 90)
    assert task.state is TaskState.GENERATING
    task = apply_event(task, missing, NOW + 6 + 90)
    assert (task.state, failure_reason(task)) == (TaskState.FAILED, FailureReason.UNKNOWN_TASK)


def test_a_record_that_turns_up_ends_the_grace() -> None:
    task = apply_event(GENERATING_TASK, TaskNotFoundError(), NOW)
    task = apply_event(task, make_status(), NOW + 60)
    task = apply_event(task, TaskNotFoundError(), NOW + 120)
    assert task.state is TaskState.GENERATING


@pytest.mark.parametrize(
    "error",
    [UnavailableError(), ServerError(code=500), RateLimitError(), AuthenticationError()],
    ids=error_name,
)
def test_trouble_with_a_query_says_nothing_of_the_task(error: KieError) -> None:
    assert apply_event(GENERATING_TASK, error, NOW) == GENERATING_TASK


def test_the_end_of_patience_is_not_a_failure_for_14_days() -> None:
    late = NOW + 600 + 1
    task = apply_event(GENERATING_TASK, make_status(), late)
    assert task.state is TaskState.STILL_RUNNING
    assert apply_event(task, make_status(), NOW + 14 * 24 * 3600 - 1) == task
    assert apply_event(task, make_status(), NOW + 14 * 24 * 3600 + 1).state is TaskState.FAILED
    assert apply_event(task, SUCCESS, late).state is TaskState.STORING


def test_a_clock_that_was_set_back_makes_nobody_wait_until_it_has_caught_up() -> None:
    earlier = NOW - 86_400
    task = apply_event(GENERATING_TASK, make_status(), earlier)
    assert task.polling_since == earlier
    missing = apply_event(
        apply_event(GENERATING_TASK, TaskNotFoundError(), NOW), TaskNotFoundError(), earlier
    )
    assert missing.not_found_since == earlier
    waiting = make_task(retry_at=NOW)
    assert recover_after_restart(waiting, earlier).retry_at == earlier + 60.0


# An id that somebody names

NAMED = apply_event(UNCONFIRMED_TASK, Accepted(SERVICE_ID, confirmed=False), NOW)


def test_an_id_that_somebody_names_is_proven_by_the_first_report() -> None:
    assert failure_reason(NAMED) is FailureReason.UNVERIFIED_ID
    assert apply_event(NAMED, make_status(parameters={"prompt": "a hill"}), NOW).failure is None


def test_a_named_id_of_another_prompt_leaves_the_task_unconfirmed() -> None:
    task = apply_event(NAMED, make_status(parameters={"prompt": "a cat"}), NOW)
    assert (task.state, task.provider_id, failure_reason(task)) == (
        TaskState.UNCONFIRMED,
        None,
        FailureReason.ID_MISMATCH,
    )


def test_a_named_id_that_the_service_does_not_know_leaves_the_task_unconfirmed() -> None:
    task = apply_event(NAMED, TaskNotFoundError(), NOW)
    task = apply_event(task, TaskNotFoundError(), NOW + 90 + 1)
    assert (task.state, task.provider_id) == (TaskState.UNCONFIRMED, None)
