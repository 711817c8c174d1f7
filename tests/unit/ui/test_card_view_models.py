"""Cards of tasks and images: text, size, details and actions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from components.studio import GenerationRequest, Model, OutputFormat
from components.studio.db.tables import ImageRecord, TaskWithImage
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from components.ui.card_view_models import build_card, build_submission
from tests.support.factories import make_task

TASK = make_task(
    id="a" * 32, request=GenerationRequest(prompt="A **red** fox", aspect_ratio="9:16")
)
IMAGE = ImageRecord(
    id="a" * 32,
    user_id="d",
    task_id="a" * 32,
    format="png",
    width_px=752,
    height_px=1392,
    size_bytes=9,
    created_at=1_760_000_006.0,
    label="A **red** fox",
)
DONE = replace(TASK, state=TaskState.DONE, image_id="a" * 32)


def action_verbs(task: Task) -> list[str]:
    return [action.verb for action in build_card(TaskWithImage(task, None)).actions]


def test_prompt_is_shown_as_typed_and_begins_alt_text() -> None:
    card = build_card(TaskWithImage(DONE, IMAGE))

    assert card.prompt == "A **red** fox"
    assert card.alt.startswith("A **red** fox")


def test_color_is_passed_on() -> None:
    assert build_card(TaskWithImage(DONE, IMAGE), color="#a0b0c0").color == "#a0b0c0"


def test_details_come_from_the_stored_file() -> None:
    request = replace(TASK.request, model=Model.MAX, output_format=OutputFormat.JPEG)

    waiting = build_card(TaskWithImage(replace(TASK, request=request), None))
    done = build_card(TaskWithImage(replace(DONE, request=request), IMAGE))

    assert waiting.details == ("Max", "9:16", "JPEG")
    assert done.details == ("Max", "9:16", "PNG", "752×1392")


def test_card_lists_mismatches() -> None:
    request = replace(TASK.request, aspect_ratio="16:9")

    assert build_card(TaskWithImage(DONE, IMAGE)).note == "Came as PNG, not JPEG."
    assert "not 16:9" in build_card(TaskWithImage(replace(DONE, request=request), IMAGE)).note
    assert build_card(TaskWithImage(TASK, None)).note == ""


def test_waiting_card_has_the_expected_shape() -> None:
    card = build_card(TaskWithImage(TASK, None))

    assert (card.width_px, card.height_px) == (752, 1392)
    assert card.thumbnail_url is None
    assert card.picture_url is None


def test_waiting_edit_has_the_size_that_its_source_will_bring() -> None:
    matching = replace(TASK, request=replace(TASK.request, aspect_ratio=None))
    source = replace(IMAGE, width_px=1600, height_px=900)

    card = build_card(TaskWithImage(matching, None, source))
    assert (card.width_px, card.height_px) == (1392, 752)
    card = build_card(TaskWithImage(TASK, None, source))
    assert (card.width_px, card.height_px) == (752, 1392)


@pytest.mark.parametrize("state", [TaskState.SUBMITTING, TaskState.GENERATING, TaskState.STORING])
def test_unfinished_states_read_generating(state: TaskState) -> None:
    card = build_card(TaskWithImage(replace(TASK, state=state), None))

    assert card.state_word == "Generating"
    assert card.state in {"queued", "generating"}


def test_actions_depend_on_state() -> None:
    unconfirmed = replace(
        TASK, state=TaskState.UNCONFIRMED, failure=Failure(FailureReason.NO_RESPONSE)
    )

    assert action_verbs(DONE)[:5] == ["star", "edit", "change", "remix", "download"]
    assert action_verbs(replace(TASK, state=TaskState.REFUSED)) == ["remix", "retry", "dismiss"]
    assert action_verbs(unconfirmed) == ["claim", "send", "remix"]
    assert action_verbs(replace(TASK, state=TaskState.STILL_RUNNING)) == [
        *("look", "remix", "unwatch"),
    ]
    assert action_verbs(TASK) == ["remix", "withdraw"]
    assert action_verbs(replace(TASK, state=TaskState.SUBMITTING)) == ["remix", "withdraw"]
    assert action_verbs(replace(TASK, state=TaskState.SUBMITTING, sent_at=1.0)) == ["remix"]
    assert action_verbs(replace(TASK, state=TaskState.GENERATING)) == ["remix", "unwatch"]
    storing = replace(TASK, state=TaskState.STORING)
    failed = replace(storing, failure=Failure(FailureReason.DOWNLOAD_FAILED))
    assert action_verbs(storing) == ["remix"]
    assert action_verbs(failed) == ["look", "remix"]


def test_withdrawn_task_reads_not_sent_and_can_be_tried_again() -> None:
    withdrawn = replace(TASK, state=TaskState.FAILED, failure=Failure(FailureReason.WITHDRAWN))
    card = build_card(TaskWithImage(withdrawn, None))

    assert (card.state_word, card.headline) == ("Not sent", "Not sent")
    assert "nothing was spent" in card.advice
    assert [action.label for action in card.actions] == ["Try again", "Remix", "Dismiss"]


def test_everything_that_is_paid_for_says_its_price() -> None:
    def labels(**fields: object) -> list[str]:
        task = replace(TASK, price=Decimal("4.5"), **fields)  # type: ignore[arg-type]  # its fields
        card = build_card(TaskWithImage(task, None), retry_price=Decimal(10))
        return [action.label for action in card.actions if "credits" in action.label]

    withdrawn, policy = Failure(FailureReason.WITHDRAWN), Failure(FailureReason.CONTENT_POLICY)
    assert labels(state=TaskState.FAILED, failure=withdrawn) == ["Try again · 4.5 credits"]
    assert labels(state=TaskState.UNCONFIRMED) == ["Not made: send again · 4.5 credits"]
    assert labels(state=TaskState.REFUSED, failure=policy) == ["Try again · 10 credits"]
    assert labels(state=TaskState.GENERATING) == []


@pytest.mark.parametrize(
    ("reason", "state", "has_duration"),
    [
        (FailureReason.WITHDRAWN, "stopped", False),
        (FailureReason.NOT_WATCHED, "stopped", False),
        (FailureReason.NOT_GENERATED, "failed", True),
    ],
)
def test_what_a_user_has_stopped_does_not_look_like_a_failure(
    reason: FailureReason, state: str, has_duration: bool
) -> None:
    ended = replace(
        TASK, state=TaskState.FAILED, failure=Failure(reason), finished_at=TASK.created_at + 9
    )
    card = build_card(TaskWithImage(ended, None))

    assert card.state == state
    assert (card.finished_ms is not None) == has_duration


def test_task_that_is_not_watched_says_that_it_is_charged_and_can_be_looked_at() -> None:
    failure = Failure(FailureReason.NOT_WATCHED)
    card = build_card(
        TaskWithImage(replace(TASK, state=TaskState.FAILED, failure=failure, provider_id="s"), None)
    )

    assert card.state_word == "Not watched"
    assert "will still be charged" in card.advice
    assert [action.label for action in card.actions] == ["Look again", "Remix", "Dismiss"]


def test_recheck_needs_a_provider_id() -> None:
    failed = replace(TASK, state=TaskState.FAILED)
    known = replace(failed, provider_id="s")

    assert "look" not in action_verbs(failed)
    assert "look" in action_verbs(replace(known, failure=Failure(FailureReason.DOWNLOAD_FAILED)))
    assert "look" not in action_verbs(replace(known, failure=Failure(FailureReason.NOT_GENERATED)))


def test_card_times_are_milliseconds() -> None:
    card = build_card(TaskWithImage(replace(DONE, sent_at=1_760_000_001.5), IMAGE))

    assert card.created_ms == 1_760_000_000_000
    assert card.started_ms == 1_760_000_001_500
    assert card.finished_ms is None


@pytest.mark.parametrize(
    ("state", "reason", "expires"),
    [
        (TaskState.GENERATING, None, False),
        (TaskState.STORING, None, False),
        (TaskState.STORING, FailureReason.DOWNLOAD_FAILED, True),
        (TaskState.STORING, FailureReason.DISK, True),
        (TaskState.STILL_RUNNING, None, True),
        (TaskState.FAILED, FailureReason.DOWNLOAD_FAILED, True),
        (TaskState.FAILED, FailureReason.NOT_GENERATED, False),
    ],
)
def test_expiry_is_shown_only_for_missing_images(
    state: TaskState, reason: FailureReason | None, expires: bool
) -> None:
    failure = Failure(reason) if reason else None
    task = replace(TASK, state=state, failure=failure, accepted_at=1_760_000_002.0)

    expires_ms = build_card(TaskWithImage(task, None)).expires_ms

    assert expires_ms == (1_760_000_002_000 + 14 * 24 * 3_600_000 if expires else None)


def submission_verbs(*entries: TaskWithImage) -> list[str]:
    return [action.verb for action in build_submission(entries).actions]


def test_heading_of_a_submission_has_its_settings_and_the_size_of_its_images() -> None:
    waiting, done = TaskWithImage(TASK, None), TaskWithImage(DONE, IMAGE)

    assert build_submission([waiting]).details == ("Pro", "9:16", "JPEG")
    assert build_submission([waiting, done]).details == ("Pro", "9:16", "PNG", "752×1392")
    other = replace(IMAGE, width_px=800)
    assert "752×1392" not in build_submission([done, TaskWithImage(DONE, other)]).details


def test_heading_says_once_how_images_differ_from_the_request() -> None:
    done = TaskWithImage(DONE, IMAGE)

    assert build_submission([done, done]).note == "Came as PNG, not JPEG."


def test_heading_offers_what_can_be_done_with_all_variants() -> None:
    waiting, done = TaskWithImage(TASK, None), TaskWithImage(DONE, IMAGE)
    failed = TaskWithImage(replace(TASK, state=TaskState.FAILED), None)

    assert submission_verbs(waiting) == ["remix"]
    assert submission_verbs(done) == ["remix", "download", "delete"]
    assert submission_verbs(waiting, done) == ["remix", "download_all", "delete"]
    assert submission_verbs(failed, waiting) == ["remix", "delete"]


def test_heading_of_both_models_compares_them_once_there_is_a_pair() -> None:
    by_max = replace(TASK, id="b" * 32, request=replace(TASK.request, model=Model.MAX))
    waiting = [TaskWithImage(DONE, IMAGE), TaskWithImage(by_max, None)]
    done = [waiting[0], TaskWithImage(replace(by_max, state=TaskState.DONE), IMAGE)]

    heading = build_submission(waiting)
    assert heading.details == ("Pro + Max", "9:16", "PNG", "752×1392")
    assert submission_verbs(*waiting) == ["compare_models", "remix_both", "download_all", "delete"]
    assert heading.actions[0].disabled_reason == "Waits for Max"
    assert build_submission(done).actions[0].disabled_reason == ""
