"""The life of a task, rule by rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.kontext import (
    FeatureOff,
    InvalidRequest,
    KeyRejected,
    KontextError,
    Maintenance,
    NeverSent,
    OutcomeUnknown,
    OutOfCredit,
    Progress,
    PromptRefused,
    RateLimited,
    ServiceFailed,
    ServiceUnavailable,
    TaskNotFound,
)
from components.studio.tasks.following import (
    MOST_EMPTY_SUCCESSES,
    NOT_FOUND_GRACE_SECONDS,
    PATIENCE_SECONDS,
    RESULT_LIFE_SECONDS,
)
from components.studio.tasks.life import (
    LONGEST_PAUSE_SECONDS,
    MOST_FETCHES,
    MOST_OWN_TRIES,
    MOST_UNSENT_TRIES,
    Accepted,
    Hindered,
    Report,
    Stored,
    advance,
    called_back,
    claimed,
    interrupted,
    left_behind,
    looked_again,
    sent,
    sent_again,
)
from components.studio.tasks.task import FINAL, Obstacle, State, Task, Trouble
from tests.studio.making import NOW, ORIGIN, RESULT, SERVICE_ID, a_report, a_task

SENDING = a_task(state=State.SUBMITTING, sent_at=NOW)
WATCHED = a_task(
    state=State.GENERATING, service_id=SERVICE_ID, accepted_at=NOW, watched_since=NOW, sent_at=NOW
)
STORING = a_task(
    state=State.STORING,
    service_id=SERVICE_ID,
    accepted_at=NOW,
    watched_since=NOW,
    result_url=RESULT,
)
UNCONFIRMED = a_task(state=State.UNCONFIRMED, sent_at=NOW, obstacle=Obstacle(Trouble.NO_ANSWER))
DISK = Hindered(Obstacle(Trouble.DISK), may_retry=True)
LOST = Hindered(Obstacle(Trouble.RESULT_LOST), may_retry=True)


def trouble(task: Task) -> Trouble | None:
    return task.obstacle.trouble if task.obstacle else None


# Sending


def test_an_accepted_task_is_watched_under_its_id() -> None:
    task = advance(SENDING, Accepted(SERVICE_ID), NOW + 1)
    assert (task.state, task.service_id, task.accepted_at) == (
        State.GENERATING,
        SERVICE_ID,
        NOW + 1,
    )


def test_a_lost_answer_is_never_sent_again() -> None:
    task = advance(SENDING, OutcomeUnknown("reset"), NOW)
    assert (task.state, trouble(task)) == (State.UNCONFIRMED, Trouble.NO_ANSWER)


def test_a_fault_of_ours_after_the_create_had_left_is_a_lost_answer() -> None:
    fault = Hindered(Obstacle(Trouble.OURS), may_retry=True)
    assert advance(SENDING, fault, NOW).state is State.UNCONFIRMED


def test_a_fault_of_ours_before_the_create_is_tried_again_a_few_times() -> None:
    task = a_task(state=State.SUBMITTING)
    for tries in range(1, MOST_OWN_TRIES + 1):
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
)
def test_what_was_certainly_not_taken_waits_in_the_queue(
    error: KontextError, obstacle: Trouble
) -> None:
    task = advance(SENDING, error, NOW)
    assert (task.state, trouble(task), task.sent_at) == (State.QUEUED, obstacle, None)
    assert NOW < task.not_before <= NOW + LONGEST_PAUSE_SECONDS


def test_the_pause_that_the_service_asks_for_is_kept() -> None:
    task = advance(SENDING, RateLimited("", retry_after_seconds=300), NOW)
    assert task.not_before == NOW + 300


def test_pauses_grow_and_a_service_out_of_reach_is_given_up_at_last() -> None:
    task, pauses = SENDING, []
    while (task := advance(task, NeverSent("refused"), NOW)).state is State.QUEUED:
        pauses.append(task.not_before - NOW)
        task = sent(claimed(task), NOW)
    assert task.state is State.FAILED
    assert len(pauses) == MOST_UNSENT_TRIES
    assert pauses == sorted(pauses)
    assert 300 < sum(pauses) < 900


@pytest.mark.parametrize("error", [RateLimited(), Maintenance(), KeyRejected(), OutOfCredit()])
def test_waiting_for_the_account_never_ends_in_failure(error: KontextError) -> None:
    task = SENDING
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
)
def test_a_clear_no_ends_the_task(error: KontextError, state: State, obstacle: Trouble) -> None:
    task = advance(SENDING, error, NOW)
    assert (task.state, trouble(task), task.finished_at) == (state, obstacle, NOW)


def test_only_a_queued_task_can_be_claimed_and_only_a_claimed_one_sent() -> None:
    for state in State:
        task = a_task(state=state)
        assert (claimed(task) != task) is (state is State.QUEUED)
        assert (sent(task, NOW) != task) is (state is State.SUBMITTING)


@pytest.mark.parametrize("obstacle", [Trouble.DISK, Trouble.KEY])
def test_an_upload_waits_for_the_disk_and_for_the_key(obstacle: Trouble) -> None:
    task = a_task(state=State.SUBMITTING, source_id="5" * 32, tries=MOST_OWN_TRIES)
    task = advance(task, Hindered(Obstacle(obstacle), may_retry=False), NOW)
    assert task.state is State.QUEUED


def test_a_source_that_the_host_refuses_fails_at_once() -> None:
    task = a_task(state=State.SUBMITTING, source_id="5" * 32)
    task = advance(task, Hindered(Obstacle(Trouble.UPLOAD), may_retry=False), NOW)
    assert task.state is State.FAILED


# Callbacks


def test_a_callback_before_the_creates_own_answer_keeps_a_lost_answer_from_being_lost() -> None:
    early = called_back(SENDING, SERVICE_ID, NOW)
    assert early.state is State.SUBMITTING
    for answer in (OutcomeUnknown(), RateLimited(), NeverSent(), ServiceFailed(code=500)):
        task = advance(early, answer, NOW)
        assert (task.state, task.service_id) == (State.GENERATING, SERVICE_ID)


def test_the_creates_own_answer_outranks_an_early_callback() -> None:
    task = advance(called_back(SENDING, "another", NOW), Accepted(SERVICE_ID), NOW)
    assert (task.service_id, task.obstacle) == (SERVICE_ID, None)


@pytest.mark.parametrize("state", [State.QUEUED, State.UNCONFIRMED, State.FAILED, State.REFUSED])
def test_a_callback_shows_that_a_task_without_an_id_was_made(state: State) -> None:
    task = called_back(a_task(state=state), SERVICE_ID, NOW)
    assert (task.state, task.service_id) == (State.GENERATING, SERVICE_ID)


def test_a_second_callback_changes_nothing() -> None:
    once = called_back(UNCONFIRMED, SERVICE_ID, NOW)
    assert called_back(once, SERVICE_ID, NOW + 9) == once
    assert called_back(WATCHED, "another", NOW) == WATCHED


def test_a_callback_for_a_task_given_up_is_a_reason_to_look_again() -> None:
    given_up = a_task(
        state=State.FAILED, service_id=SERVICE_ID, obstacle=Obstacle(Trouble.UNKNOWN_TASK)
    )
    assert called_back(given_up, SERVICE_ID, NOW).state is State.GENERATING


# Following


def test_a_success_leads_to_its_link() -> None:
    task = advance(WATCHED, a_report(Progress.SUCCEEDED, result_url=RESULT), NOW)
    assert (task.state, task.result_url) == (State.STORING, RESULT)


def test_a_success_with_only_the_origin_link_is_fetched_from_there() -> None:
    task = advance(WATCHED, a_report(Progress.SUCCEEDED, origin_url=ORIGIN), NOW)
    assert (task.state, task.origin_url) == (State.STORING, ORIGIN)


def test_a_success_without_a_link_is_asked_a_few_times_and_then_failed() -> None:
    task = WATCHED
    for _ in range(MOST_EMPTY_SUCCESSES - 1):
        task = advance(task, a_report(Progress.SUCCEEDED), NOW)
        assert task.state is State.GENERATING
    task = advance(task, a_report(Progress.SUCCEEDED), NOW)
    assert (task.state, trouble(task)) == (State.FAILED, Trouble.NO_RESULT)


def test_a_flag_that_goes_back_does_not_take_the_link_away() -> None:
    for answer in (Progress.GENERATING, Progress.UNKNOWN, Progress.SUCCEEDED):
        task = advance(STORING, a_report(answer), NOW)
        assert (task.state, task.result_url) == (State.STORING, RESULT)


def test_an_undocumented_flag_is_said_and_asked_on_until_a_report_that_is_known() -> None:
    task = advance(WATCHED, a_report(Progress.UNKNOWN), NOW)
    assert (task.state, trouble(task)) == (State.GENERATING, Trouble.ODD_PROGRESS)
    assert advance(task, a_report(), NOW).obstacle is None


def test_a_policy_refusal_is_refused_and_other_ends_are_failed() -> None:
    refused = a_report(Progress.GENERATE_FAILED, error_code=400, error_message="flagged")
    task = advance(WATCHED, refused, NOW)
    assert task.obstacle == Obstacle(Trouble.POLICY, 400, "flagged")
    assert task.state is State.REFUSED
    created = advance(WATCHED, a_report(Progress.CREATE_FAILED, error_code=500), NOW)
    made = advance(WATCHED, a_report(Progress.GENERATE_FAILED, error_code=501), NOW)
    assert (trouble(created), trouble(made)) == (Trouble.NOT_CREATED, Trouble.NOT_GENERATED)


def test_a_report_about_another_task_says_nothing() -> None:
    other = a_report(Progress.SUCCEEDED, task_id="another", result_url=RESULT)
    assert advance(WATCHED, other, NOW) == WATCHED


def test_another_prompt_under_our_id_is_never_shown_as_our_picture() -> None:
    other = a_report(Progress.SUCCEEDED, result_url=RESULT, parameters={"prompt": "somebody's cat"})
    task = WATCHED
    for _ in range(MOST_EMPTY_SUCCESSES):
        assert task.state is State.GENERATING
        task = advance(task, other, NOW)
    assert (task.state, trouble(task)) == (State.FAILED, Trouble.WRONG_TASK)
    assert looked_again(task, NOW).state is State.GENERATING


@pytest.mark.parametrize(
    "parameters", [None, {}, {"prompt": None}, {"prompt": " a  hill\n"}, {"model": "other"}]
)
def test_a_copy_of_the_request_that_shows_no_other_prompt_is_ours(
    parameters: dict[str, object] | None,
) -> None:
    report = a_report(Progress.SUCCEEDED, result_url=RESULT, parameters=parameters)
    assert advance(WATCHED, report, NOW).state is State.STORING


def test_a_translated_prompt_is_not_taken_for_another() -> None:
    ours = replace(WATCHED, request=a_task("ein Hügel").request)
    report = a_report(Progress.SUCCEEDED, result_url=RESULT, parameters={"prompt": "a hill"})
    assert advance(ours, report, NOW).state is State.STORING


def test_a_missing_record_is_believed_only_after_the_grace() -> None:
    missing = TaskNotFound("The record does not exist", code=422)
    task = advance(WATCHED, missing, NOW + 5)
    task = advance(task, missing, NOW + 5 + NOT_FOUND_GRACE_SECONDS)
    assert task.state is State.GENERATING
    task = advance(task, missing, NOW + 6 + NOT_FOUND_GRACE_SECONDS)
    assert (task.state, trouble(task)) == (State.FAILED, Trouble.UNKNOWN_TASK)


def test_a_record_that_turns_up_ends_the_grace() -> None:
    task = advance(WATCHED, TaskNotFound(), NOW)
    task = advance(task, a_report(), NOW + 60)
    task = advance(task, TaskNotFound(), NOW + 120)
    assert task.state is State.GENERATING


@pytest.mark.parametrize(
    "error", [ServiceUnavailable(), ServiceFailed(code=500), RateLimited(), KeyRejected()]
)
def test_trouble_with_a_query_says_nothing_of_the_task(error: KontextError) -> None:
    assert advance(WATCHED, error, NOW) == WATCHED


def test_the_end_of_patience_is_not_a_failure_for_14_days() -> None:
    late = NOW + PATIENCE_SECONDS + 1
    task = advance(WATCHED, a_report(), late)
    assert task.state is State.STILL_RUNNING
    assert advance(task, a_report(), NOW + RESULT_LIFE_SECONDS - 1) == task
    assert advance(task, a_report(), NOW + RESULT_LIFE_SECONDS + 1).state is State.FAILED
    done = advance(task, a_report(Progress.SUCCEEDED, result_url=RESULT), late)
    assert done.state is State.STORING


def test_a_clock_that_was_set_back_makes_nobody_wait_until_it_has_caught_up() -> None:
    earlier = NOW - 86_400
    task = advance(WATCHED, a_report(), earlier)
    assert task.watched_since == earlier
    missing = advance(advance(WATCHED, TaskNotFound(), NOW), TaskNotFound(), earlier)
    assert missing.missing_since == earlier
    waiting = a_task(not_before=NOW)
    assert interrupted(waiting, earlier).not_before == earlier + LONGEST_PAUSE_SECONDS


# An id that somebody names


NAMED = advance(UNCONFIRMED, Accepted(SERVICE_ID, proven=False), NOW)


def test_an_id_that_somebody_names_is_proven_by_the_first_report() -> None:
    assert trouble(NAMED) is Trouble.UNPROVEN
    assert advance(NAMED, a_report(parameters={"prompt": "a hill"}), NOW).obstacle is None


def test_a_named_id_of_another_prompt_leaves_the_task_unconfirmed() -> None:
    task = advance(NAMED, a_report(parameters={"prompt": "a cat"}), NOW)
    assert (task.state, task.service_id, trouble(task)) == (
        State.UNCONFIRMED,
        None,
        Trouble.WRONG_TASK,
    )


def test_a_named_id_that_the_service_does_not_know_leaves_the_task_unconfirmed() -> None:
    task = advance(NAMED, TaskNotFound(), NOW)
    task = advance(task, TaskNotFound(), NOW + NOT_FOUND_GRACE_SECONDS + 1)
    assert (task.state, task.service_id) == (State.UNCONFIRMED, None)


# Storing


def test_a_stored_picture_ends_the_task() -> None:
    task = advance(STORING, Stored(STORING.id), NOW + 9)
    assert (task.state, task.picture_id, task.finished_at) == (State.DONE, STORING.id, NOW + 9)


def test_a_result_that_cannot_be_fetched_is_tried_for_a_while_and_can_be_looked_at_again() -> None:
    task, tries = STORING, 0
    while (task := advance(task, LOST, NOW)).state is State.STORING:
        tries += 1
        assert task.not_before > NOW
    assert (tries + 1, trouble(task)) == (MOST_FETCHES, Trouble.RESULT_LOST)
    assert looked_again(task, NOW).state is State.GENERATING


def test_a_full_disk_is_waited_for_without_end() -> None:
    task = STORING
    for _ in range(1100):
        task = advance(task, DISK, NOW)
    assert (task.state, trouble(task)) == (State.STORING, Trouble.DISK)


# Ends and restarts


def test_no_report_moves_a_task_that_has_ended() -> None:
    reports: list[Report] = [
        Accepted("other"),
        Stored("6" * 32),
        LOST,
        a_report(Progress.SUCCEEDED, result_url=RESULT),
        OutcomeUnknown(),
        TaskNotFound(),
    ]
    for state in FINAL:
        task = a_task(state=state, service_id=SERVICE_ID)
        assert all(advance(task, report, NOW) == task for report in reports)


def test_a_restart_takes_what_may_have_been_sent_for_unconfirmed() -> None:
    assert interrupted(SENDING, NOW).state is State.UNCONFIRMED


def test_a_restart_sends_what_was_still_uploading() -> None:
    assert interrupted(a_task(state=State.SUBMITTING), NOW).state is State.QUEUED


def test_a_restart_follows_a_task_whose_callback_came_before_the_answer() -> None:
    task = interrupted(called_back(SENDING, SERVICE_ID, NOW), NOW + 5)
    assert (task.state, task.watched_since) == (State.GENERATING, NOW + 5)


def test_a_restart_asks_for_the_link_again_before_it_fetches() -> None:
    assert interrupted(STORING, NOW).tries == 1


def test_what_waits_to_leave_again_is_still_called_back_about_the_first_time() -> None:
    waiting = sent_again(UNCONFIRMED)
    assert called_back(waiting, SERVICE_ID, NOW).state is State.GENERATING
    leaving = claimed(waiting)
    assert leaving.token != waiting.token == UNCONFIRMED.token
    behind = left_behind(waiting, leaving)
    assert behind is not None
    assert (behind.token, behind.state) == (waiting.token, State.FAILED)
    assert called_back(behind, SERVICE_ID, NOW).service_id == SERVICE_ID


def test_what_never_left_keeps_its_token() -> None:
    task = a_task()
    assert claimed(task).token == task.token
    assert left_behind(task, claimed(task)) is None


def test_only_an_unconfirmed_task_can_be_sent_again() -> None:
    assert sent_again(UNCONFIRMED).state is State.QUEUED
    for state in set(State) - {State.UNCONFIRMED}:
        task = a_task(state=state)
        assert sent_again(task) == task


@pytest.mark.parametrize(
    "task",
    [
        SENDING,
        UNCONFIRMED,
        a_task(state=State.DONE, service_id=SERVICE_ID),
        a_task(state=State.REFUSED, service_id=SERVICE_ID),
        a_task(state=State.FAILED),
        a_task(state=State.FAILED, service_id=SERVICE_ID, obstacle=Obstacle(Trouble.NOT_GENERATED)),
    ],
)
def test_there_is_no_second_look_where_nothing_can_come_of_it(task: Task) -> None:
    assert looked_again(task, NOW) == task
