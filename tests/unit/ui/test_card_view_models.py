"""From the ledger to the card: what is shown, what can be done, under which day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from components.studio import GenerationRequest, Model, OutputFormat
from components.studio.db.models import Entry, PictureRecord
from components.studio.tasks.models import Obstacle, State, Task, Trouble
from components.ui.card_view_models import card_of, day_of
from components.ui.widgets.image_grid.serialize import WAITING_STATES

BERLIN = ZoneInfo("Europe/Berlin")
TASK = Task(
    id="a" * 32,
    designer="d",
    batch="b",
    request=GenerationRequest(prompt="A **red** fox", aspect_ratio="9:16"),
    token="t",
    price=Decimal(5),
    created_at=1_760_000_000.0,
)
PICTURE = PictureRecord(
    id="a" * 32,
    designer="d",
    task_id="a" * 32,
    format="png",
    width_px=752,
    height_px=1392,
    size_bytes=9,
    created_at=1_760_000_006.0,
    label="A **red** fox",
)
DONE = replace(TASK, state=State.DONE, picture_id="a" * 32)


def verbs(task: Task) -> list[str]:
    return [action.verb for action in card_of(Entry(task, None)).actions]


def test_the_prompt_is_shown_as_typed_and_begins_the_alt_text() -> None:
    card = card_of(Entry(DONE, PICTURE))

    assert card.prompt == "A **red** fox"
    assert card.alt.startswith("A **red** fox")


def test_the_facts_are_those_of_the_file_once_there_is_one() -> None:
    asked = replace(TASK.request, model=Model.MAX, output_format=OutputFormat.JPEG)

    waiting = card_of(Entry(replace(TASK, request=asked), None))
    done = card_of(Entry(replace(DONE, request=asked), PICTURE))

    assert waiting.details == ("Max", "9:16", "JPEG")
    assert done.details == ("Max", "9:16", "PNG", "752×1392")


def test_a_card_notes_in_what_its_picture_is_not_what_was_asked_for() -> None:
    asked = replace(TASK.request, aspect_ratio="16:9")

    assert card_of(Entry(DONE, PICTURE)).note == "Came as PNG, not JPEG."
    assert "not 16:9" in card_of(Entry(replace(DONE, request=asked), PICTURE)).note
    assert card_of(Entry(TASK, None)).note == ""


def test_a_waiting_card_has_the_shape_that_its_picture_will_have() -> None:
    card = card_of(Entry(TASK, None))

    assert (card.width_px, card.height_px) == (752, 1392)
    assert card.thumbnail_url is None
    assert card.picture_url is None


def test_a_waiting_edit_that_matches_its_source_has_the_shape_of_that() -> None:
    matching = replace(TASK, request=replace(TASK.request, aspect_ratio=None))
    source = replace(PICTURE, width_px=1600, height_px=900)

    card = card_of(Entry(matching, None, source))
    assert (card.width_px, card.height_px) == (1600, 900)
    asked = card_of(Entry(TASK, None, source))
    assert (asked.width_px, asked.height_px) == (752, 1392)


@pytest.mark.parametrize("state", [State.SUBMITTING, State.GENERATING, State.STORING])
def test_all_that_is_on_its_way_is_generating(state: State) -> None:
    card = card_of(Entry(replace(TASK, state=state), None))

    assert card.state_word == "Generating"
    assert card.state in WAITING_STATES


def test_what_can_be_done_follows_from_the_state() -> None:
    lost = replace(TASK, state=State.UNCONFIRMED, obstacle=Obstacle(Trouble.NO_ANSWER))

    assert verbs(DONE)[:5] == ["star", "edit", "remix", "download", "delete"]
    assert verbs(replace(TASK, state=State.REFUSED)) == ["remix", "dismiss"]
    assert verbs(lost) == ["claim", "send", "remix"]
    assert verbs(replace(TASK, state=State.STILL_RUNNING)) == ["look", "remix"]
    assert verbs(replace(TASK, state=State.GENERATING)) == ["remix"]


def test_looking_again_is_offered_only_where_the_service_knows_the_task() -> None:
    failed = replace(TASK, state=State.FAILED)

    known = replace(failed, service_id="s")

    assert "look" not in verbs(failed)
    assert "look" in verbs(replace(known, obstacle=Obstacle(Trouble.RESULT_LOST)))
    assert "look" not in verbs(replace(known, obstacle=Obstacle(Trouble.NOT_GENERATED)))


def test_times_are_milliseconds_for_the_browser() -> None:
    card = card_of(Entry(replace(DONE, sent_at=1_760_000_001.5), PICTURE))

    assert card.created_ms == 1_760_000_000_000
    assert card.started_ms == 1_760_000_001_500
    assert card.finished_ms is None


@pytest.mark.parametrize(
    ("state", "trouble", "has_clock"),
    [
        (State.GENERATING, None, False),
        (State.STORING, None, False),
        (State.STORING, Trouble.RESULT_LOST, True),
        (State.STORING, Trouble.DISK, True),
        (State.STILL_RUNNING, None, True),
        (State.FAILED, Trouble.RESULT_LOST, True),
        (State.FAILED, Trouble.NOT_GENERATED, False),
    ],
)
def test_a_clock_runs_only_where_something_keeps_the_picture_from_coming(
    state: State, trouble: Trouble | None, has_clock: bool
) -> None:
    obstacle = Obstacle(trouble) if trouble else None
    task = replace(TASK, state=state, obstacle=obstacle, accepted_at=1_760_000_002.0)

    expires = card_of(Entry(task, None)).expires_ms

    assert expires == (1_760_000_002_000 + 14 * 24 * 3_600_000 if has_clock else None)


@pytest.mark.parametrize(
    ("moment", "heading"),
    [
        ("2026-03-10 09:00", "Today"),
        ("2026-03-10 00:00", "Today"),
        ("2026-03-09 23:59", "Yesterday"),
        ("2026-03-08 12:00", "Sunday, 8 March 2026"),
        ("2025-12-31 12:00", "Wednesday, 31 December 2025"),
    ],
)
def test_a_day_begins_at_the_designers_midnight(moment: str, heading: str) -> None:
    now = datetime(2026, 3, 10, 9, 30, tzinfo=BERLIN).timestamp()
    made = datetime.fromisoformat(moment).replace(tzinfo=BERLIN).timestamp()

    assert day_of(made, now, BERLIN) == heading
