"""The life of a task until the service has it: only what was certainly not taken is sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.kie import (
    FeatureOff,
    InvalidRequest,
    KeyRejected,
    KontextError,
    Maintenance,
    NeverSent,
    OutcomeUnknown,
    OutOfCredit,
    PromptRefused,
    RateLimited,
    ServiceFailed,
)
from components.studio.tasks.models import Obstacle, State, Trouble
from components.studio.tasks.transitions import (
    Accepted,
    Hindered,
    advance,
    called_back,
    claimed,
    left_behind,
    sent,
    sent_again,
)
from tests.support.factories import (
    GENERATING_TASK,
    NOW,
    SERVICE_ID,
    SUBMITTING_TASK,
    UNCONFIRMED_TASK,
    error_name,
    failure_reason,
    make_task,
)


def test_an_accepted_task_is_watched_under_its_id() -> None:
    task = advance(SUBMITTING_TASK, Accepted(SERVICE_ID), NOW + 1)
    assert (task.state, task.service_id, task.accepted_at) == (
        State.GENERATING,
        SERVICE_ID,
        NOW + 1,
    )


def test_a_lost_answer_is_never_sent_again() -> None:
    task = advance(SUBMITTING_TASK, OutcomeUnknown("reset"), NOW)
    assert (task.state, failure_reason(task)) == (State.UNCONFIRMED, Trouble.NO_ANSWER)


def test_a_fault_of_ours_after_the_create_had_left_is_a_lost_answer() -> None:
    fault = Hindered(Obstacle(Trouble.OURS), may_retry=True)
    assert advance(SUBMITTING_TASK, fault, NOW).state is State.UNCONFIRMED


def test_a_fault_of_ours_before_the_create_is_tried_again_a_few_times() -> None:
    task = make_task(state=State.SUBMITTING)
    for tries in range(1, 5):
        task = advance(task, Hindered(Obstacle(Trouble.OURS), may_retry=True), NOW)
        assert (task.state, task.tries) == (State.QUEUED, tries)
        task = claimed(task)
    task = advance(task, Hindered(Obstacle(Trouble.OURS), may_retry=True), NOW)
    assert task.state is State.FAILED


@pytest.mark.parametrize(
    ("error", "obstacle"),
    [
        (NeverSent("refused"), Trouble.UNREACHABLE),
        (RateLimited("too often", code=429), Trouble.BUSY),
        (Maintenance("", code=455), Trouble.MAINTENANCE),
        (KeyRejected("", code=401), Trouble.KEY),
        (OutOfCredit("", code=402), Trouble.CREDIT),
    ],
    ids=error_name,
)
def test_what_was_certainly_not_taken_waits_in_the_queue(
    error: KontextError, obstacle: Trouble
) -> None:
    task = advance(SUBMITTING_TASK, error, NOW)
    assert (task.state, failure_reason(task), task.sent_at) == (State.QUEUED, obstacle, None)
    assert NOW < task.not_before <= NOW + 60.0


def test_the_pause_that_the_service_asks_for_is_kept() -> None:
    task = advance(SUBMITTING_TASK, RateLimited("", retry_after_seconds=300), NOW)
    assert task.not_before == NOW + 300


def test_pauses_grow_and_a_service_out_of_reach_is_given_up_at_last() -> None:
    task, pauses = SUBMITTING_TASK, []
    while (task := advance(task, NeverSent("refused"), NOW)).state is State.QUEUED:
        pauses.append(task.not_before - NOW)
        task = sent(claimed(task), NOW)
    assert task.state is State.FAILED
    assert len(pauses) == 12
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    assert 300 < sum(pauses) < 900


@pytest.mark.parametrize(
    "error", [RateLimited(), Maintenance(), KeyRejected(), OutOfCredit()], ids=error_name
)
def test_waiting_for_the_account_never_ends_in_failure(error: KontextError) -> None:
    task = SUBMITTING_TASK
    for _ in range(1100):
        task = sent(claimed(advance(task, error, NOW)), NOW)
    assert task.state is State.SUBMITTING


@pytest.mark.parametrize(
    ("error", "state", "obstacle"),
    [
        (PromptRefused("flagged", code=400), State.REFUSED, Trouble.POLICY),
        (InvalidRequest("prompt", "Prompt is too long."), State.FAILED, Trouble.INVALID),
        (FeatureOff("", code=505), State.FAILED, Trouble.FEATURE_OFF),
        (ServiceFailed("", code=500), State.FAILED, Trouble.SERVICE_FAILED),
    ],
    ids=error_name,
)
def test_a_clear_no_ends_the_task(error: KontextError, state: State, obstacle: Trouble) -> None:
    task = advance(SUBMITTING_TASK, error, NOW)
    assert (task.state, failure_reason(task), task.finished_at) == (state, obstacle, NOW)


@pytest.mark.parametrize("state", State)
def test_only_a_queued_task_can_be_claimed_and_only_a_claimed_one_sent(state: State) -> None:
    task = make_task(state=state)
    assert (claimed(task) != task) is (state is State.QUEUED)
    assert (sent(task, NOW) != task) is (state is State.SUBMITTING)


@pytest.mark.parametrize("obstacle", [Trouble.DISK, Trouble.KEY])
def test_an_upload_waits_for_the_disk_and_for_the_key(obstacle: Trouble) -> None:
    task = make_task(state=State.SUBMITTING, source_id="5" * 32, tries=4)
    task = advance(task, Hindered(Obstacle(obstacle), may_retry=False), NOW)
    assert task.state is State.QUEUED


def test_a_source_that_the_host_refuses_fails_at_once() -> None:
    task = make_task(state=State.SUBMITTING, source_id="5" * 32)
    task = advance(task, Hindered(Obstacle(Trouble.UPLOAD), may_retry=False), NOW)
    assert task.state is State.FAILED


# Sending again


def test_what_waits_to_leave_again_is_still_called_back_about_the_first_time() -> None:
    waiting = sent_again(UNCONFIRMED_TASK)
    assert called_back(waiting, SERVICE_ID, NOW).state is State.GENERATING
    leaving = claimed(waiting)
    assert leaving.token != waiting.token == UNCONFIRMED_TASK.token
    behind = left_behind(waiting, leaving)
    assert behind is not None
    assert (behind.token, behind.state) == (waiting.token, State.FAILED)
    assert called_back(behind, SERVICE_ID, NOW).service_id == SERVICE_ID


def test_what_never_left_keeps_its_token() -> None:
    task = make_task()
    assert claimed(task).token == task.token
    assert left_behind(task, claimed(task)) is None


@pytest.mark.parametrize("state", State)
def test_only_an_unconfirmed_task_can_be_sent_again(state: State) -> None:
    task = replace(UNCONFIRMED_TASK, state=state)
    queued = replace(UNCONFIRMED_TASK, state=State.QUEUED, obstacle=None)
    assert sent_again(task) == (queued if state is State.UNCONFIRMED else task)


# Callbacks


@pytest.mark.parametrize(
    "answer",
    [OutcomeUnknown(), RateLimited(), NeverSent(), ServiceFailed(code=500)],
    ids=error_name,
)
def test_a_callback_before_the_creates_own_answer_keeps_a_lost_answer_from_being_lost(
    answer: KontextError,
) -> None:
    early = called_back(SUBMITTING_TASK, SERVICE_ID, NOW)
    assert early.state is State.SUBMITTING
    task = advance(early, answer, NOW)
    assert (task.state, task.service_id) == (State.GENERATING, SERVICE_ID)


def test_the_creates_own_answer_outranks_an_early_callback() -> None:
    task = advance(called_back(SUBMITTING_TASK, "another", NOW), Accepted(SERVICE_ID), NOW)
    assert (task.service_id, task.obstacle) == (SERVICE_ID, None)


@pytest.mark.parametrize("state", [State.QUEUED, State.UNCONFIRMED, State.FAILED, State.REFUSED])
def test_a_callback_shows_that_a_task_without_an_id_was_made(state: State) -> None:
    task = called_back(make_task(state=state), SERVICE_ID, NOW)
    assert (task.state, task.service_id) == (State.GENERATING, SERVICE_ID)


def test_a_second_callback_changes_nothing() -> None:
    once = called_back(UNCONFIRMED_TASK, SERVICE_ID, NOW)
    assert called_back(once, SERVICE_ID, NOW + 9) == once
    assert called_back(GENERATING_TASK, "another", NOW) == GENERATING_TASK


def test_a_callback_for_a_task_given_up_is_a_reason_to_look_again() -> None:
    given_up = make_task(
        state=State.FAILED, service_id=SERVICE_ID, obstacle=Obstacle(Trouble.UNKNOWN_TASK)
    )
    assert called_back(given_up, SERVICE_ID, NOW).state is State.GENERATING
