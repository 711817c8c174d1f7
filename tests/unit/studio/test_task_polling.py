"""The life of a task that the service has: whose report it is, how long it is doubted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.kie import (
    KeyRejected,
    KontextError,
    Progress,
    RateLimited,
    ServiceFailed,
    ServiceUnavailable,
    TaskNotFound,
)
from components.studio.tasks.models import Obstacle, State, Trouble
from components.studio.tasks.transitions import (
    Accepted,
    advance,
    interrupted,
    looked_again,
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

SUCCESS = make_status(Progress.SUCCEEDED, result_url=RESULT_URL)


def test_a_success_leads_to_its_link() -> None:
    task = advance(GENERATING_TASK, SUCCESS, NOW)
    assert (task.state, task.result_url) == (State.STORING, RESULT_URL)


def test_a_success_with_only_the_origin_link_is_fetched_from_there() -> None:
    task = advance(GENERATING_TASK, make_status(Progress.SUCCEEDED, origin_url=ORIGIN_URL), NOW)
    assert (task.state, task.origin_url) == (State.STORING, ORIGIN_URL)


def test_a_success_without_a_link_is_asked_a_few_times_and_then_failed() -> None:
    task = GENERATING_TASK
    for _ in range(4):
        task = advance(task, make_status(Progress.SUCCEEDED), NOW)
        assert task.state is State.GENERATING
    task = advance(task, make_status(Progress.SUCCEEDED), NOW)
    assert (task.state, failure_reason(task)) == (State.FAILED, Trouble.NO_RESULT)


@pytest.mark.parametrize(
    "answer", [Progress.GENERATING, Progress.UNKNOWN, Progress.SUCCEEDED], ids=str
)
def test_a_flag_that_goes_back_does_not_take_the_link_away(answer: Progress) -> None:
    task = advance(STORING_TASK, make_status(answer), NOW)
    assert (task.state, task.result_url) == (State.STORING, RESULT_URL)


def test_an_undocumented_flag_is_said_and_asked_on_until_a_report_that_is_known() -> None:
    task = advance(GENERATING_TASK, make_status(Progress.UNKNOWN), NOW)
    assert (task.state, failure_reason(task)) == (State.GENERATING, Trouble.ODD_PROGRESS)
    assert advance(task, make_status(), NOW).obstacle is None


@pytest.mark.parametrize(
    ("progress", "code", "state", "trouble"),
    [
        (Progress.GENERATE_FAILED, 400, State.REFUSED, Trouble.POLICY),
        (Progress.CREATE_FAILED, 500, State.FAILED, Trouble.NOT_CREATED),
        (Progress.GENERATE_FAILED, 501, State.FAILED, Trouble.NOT_GENERATED),
    ],
    ids=["policy", "not created", "not generated"],
)
def test_a_policy_refusal_is_refused_and_other_ends_are_failed(
    progress: Progress, code: int, state: State, trouble: Trouble
) -> None:
    report = make_status(progress, error_code=code, error_message="flagged")
    task = advance(GENERATING_TASK, report, NOW)
    assert (task.state, task.finished_at) == (state, NOW)
    assert task.obstacle == Obstacle(trouble, code, "flagged")


def test_a_report_about_another_task_says_nothing() -> None:
    other = make_status(Progress.SUCCEEDED, task_id="another", result_url=RESULT_URL)
    assert advance(GENERATING_TASK, other, NOW) == GENERATING_TASK


def test_another_prompt_under_our_id_is_never_shown_as_our_picture() -> None:
    other = make_status(
        Progress.SUCCEEDED, result_url=RESULT_URL, parameters={"prompt": "somebody's cat"}
    )
    task = GENERATING_TASK
    for _ in range(5):
        assert task.state is State.GENERATING
        task = advance(task, other, NOW)
    assert (task.state, failure_reason(task)) == (State.FAILED, Trouble.WRONG_TASK)
    assert looked_again(task, NOW).state is State.GENERATING


@pytest.mark.parametrize(
    "parameters",
    [None, {}, {"prompt": None}, {"prompt": " a  hill\n"}, {"model": "other"}],
    ids=["no copy", "empty", "no prompt", "other spaces", "other model"],
)
def test_a_copy_of_the_request_that_shows_no_other_prompt_is_ours(
    parameters: dict[str, object] | None,
) -> None:
    report = make_status(Progress.SUCCEEDED, result_url=RESULT_URL, parameters=parameters)
    assert advance(GENERATING_TASK, report, NOW).state is State.STORING


def test_a_translated_prompt_is_not_taken_for_another() -> None:
    ours = replace(GENERATING_TASK, request=make_task("ein Hügel").request)
    report = make_status(Progress.SUCCEEDED, result_url=RESULT_URL, parameters={"prompt": "a hill"})
    assert advance(ours, report, NOW).state is State.STORING


def test_a_missing_record_is_believed_only_after_the_grace() -> None:
    missing = TaskNotFound("The record does not exist", code=422)
    task = advance(GENERATING_TASK, missing, NOW + 5)
    task = advance(task, missing, NOW + 5 + 90)
    assert task.state is State.GENERATING
    task = advance(task, missing, NOW + 6 + 90)
    assert (task.state, failure_reason(task)) == (State.FAILED, Trouble.UNKNOWN_TASK)


def test_a_record_that_turns_up_ends_the_grace() -> None:
    task = advance(GENERATING_TASK, TaskNotFound(), NOW)
    task = advance(task, make_status(), NOW + 60)
    task = advance(task, TaskNotFound(), NOW + 120)
    assert task.state is State.GENERATING


@pytest.mark.parametrize(
    "error",
    [ServiceUnavailable(), ServiceFailed(code=500), RateLimited(), KeyRejected()],
    ids=error_name,
)
def test_trouble_with_a_query_says_nothing_of_the_task(error: KontextError) -> None:
    assert advance(GENERATING_TASK, error, NOW) == GENERATING_TASK


def test_the_end_of_patience_is_not_a_failure_for_14_days() -> None:
    late = NOW + 600 + 1
    task = advance(GENERATING_TASK, make_status(), late)
    assert task.state is State.STILL_RUNNING
    assert advance(task, make_status(), NOW + 14 * 24 * 3600 - 1) == task
    assert advance(task, make_status(), NOW + 14 * 24 * 3600 + 1).state is State.FAILED
    assert advance(task, SUCCESS, late).state is State.STORING


def test_a_clock_that_was_set_back_makes_nobody_wait_until_it_has_caught_up() -> None:
    earlier = NOW - 86_400
    task = advance(GENERATING_TASK, make_status(), earlier)
    assert task.watched_since == earlier
    missing = advance(advance(GENERATING_TASK, TaskNotFound(), NOW), TaskNotFound(), earlier)
    assert missing.missing_since == earlier
    waiting = make_task(not_before=NOW)
    assert interrupted(waiting, earlier).not_before == earlier + 60.0


# An id that somebody names

NAMED = advance(UNCONFIRMED_TASK, Accepted(SERVICE_ID, proven=False), NOW)


def test_an_id_that_somebody_names_is_proven_by_the_first_report() -> None:
    assert failure_reason(NAMED) is Trouble.UNPROVEN
    assert advance(NAMED, make_status(parameters={"prompt": "a hill"}), NOW).obstacle is None


def test_a_named_id_of_another_prompt_leaves_the_task_unconfirmed() -> None:
    task = advance(NAMED, make_status(parameters={"prompt": "a cat"}), NOW)
    assert (task.state, task.service_id, failure_reason(task)) == (
        State.UNCONFIRMED,
        None,
        Trouble.WRONG_TASK,
    )


def test_a_named_id_that_the_service_does_not_know_leaves_the_task_unconfirmed() -> None:
    task = advance(NAMED, TaskNotFound(), NOW)
    task = advance(task, TaskNotFound(), NOW + 90 + 1)
    assert (task.state, task.service_id) == (State.UNCONFIRMED, None)
