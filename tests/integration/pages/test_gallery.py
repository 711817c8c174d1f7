"""The gallery: every picture of one designer, newest first, under the day it was made."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.sandbox import SandboxServer
from components.studio import GenerationRequest
from components.studio.db.models import ImageRecord
from components.studio.tasks.models import Task, TaskState
from tests.integration.pages.page_text import PATIENCE_SECONDS, ROOT, cards, drawn, page_at, wire

DAY = 24 * 3600.0


def gallery() -> AppTest:
    return page_at("pages/gallery.py")


def waiting(at: AppTest, prompt: str, state: TaskState, *, days_ago: float) -> None:
    """Write down a task of theirs that has not ended, and that nothing moves any more."""
    task_id, repository = uuid.uuid4().hex, open_studio().repository
    task = Task(
        id=task_id,
        user_id=at.session_state["kontext.session"].user_id,
        batch=task_id,
        request=GenerationRequest(prompt=prompt),
        token=task_id,
        price=Decimal(5),
        created_at=time.time() - days_ago * DAY,
        state=state,
    )
    repository.add_tasks([task])


def kept(at: AppTest, prompt: str, *, days_ago: float = 0.0) -> str:
    """Write down a finished picture of the designer who looks at the page; its id."""
    picture_id, repository = uuid.uuid4().hex, open_studio().repository
    user_id = at.session_state["kontext.session"].user_id
    task = Task(
        id=picture_id,
        user_id=user_id,
        batch=picture_id,
        request=GenerationRequest(prompt=prompt),
        token=picture_id,
        price=Decimal(5),
        created_at=time.time() - days_ago * DAY,
        state=TaskState.STORING,
    )
    picture = ImageRecord(
        id=picture_id,
        user_id=user_id,
        task_id=picture_id,
        format="jpeg",
        width_px=1392,
        height_px=752,
        size_bytes=9,
        created_at=task.created_at,
        label=prompt,
    )
    repository.add_tasks([task])
    done = replace(task, state=TaskState.DONE, image_id=picture_id, finished_at=task.created_at + 6)
    repository.update_task(task.id, lambda _: done, image=picture)
    return picture_id


@pytest.mark.parametrize("file", ["app.py", "pages/gallery.py"])
def test_empty_gallery_says_so(file: str) -> None:
    at = page_at(file)
    if file == "app.py":
        at.switch_page("pages/gallery.py")
        drawn(at)

    assert "0 pictures" in [caption.value for caption in at.caption]
    assert cards(at) == []


def test_images_are_newest_first_by_day() -> None:
    at = gallery()
    kept(at, "old", days_ago=40)
    kept(at, "new")
    kept(at, "middle", days_ago=1)
    shown = cards(drawn(at))

    assert [card["prompt"] for card in shown] == ["new", "middle", "old"]
    assert [card["group"] for card in shown][:2] == ["Today", "Yesterday"]
    assert "3 pictures" in [caption.value for caption in at.caption]


def test_card_links_to_our_routes() -> None:
    at = gallery()
    picture_id = kept(at, "A **bold** fox / ../x")
    (card,) = cards(drawn(at))

    assert card["thumbnail_url"] == f"/app/static/thumbnails/{picture_id}"
    assert card["picture_url"] == f"/app/static/pictures/{picture_id}"
    assert card["download_url"] == f"/app/static/downloads/{picture_id}"
    assert card["file_name"] == f"kontext-a-bold-fox-x-{picture_id[:8]}.jpg"
    assert card["prompt"] == "A **bold** fox / ../x"


def test_running_tasks_come_first_with_heading() -> None:
    at = gallery()
    kept(at, "done")
    user_id = at.session_state["kontext.session"].user_id
    open_studio().submit(user_id, GenerationRequest(prompt="on its way [slow]"))
    running, done = cards(drawn(at))

    assert (running["prompt"], running["group"]) == ("on its way [slow]", "Under way")
    assert done["group"] == "Today"
    assert "1 picture" in [caption.value for caption in at.caption]


def test_tasks_needing_attention_follow_running_ones() -> None:
    at = gallery()
    kept(at, "done")
    waiting(at, "still", TaskState.STILL_RUNNING, days_ago=0.1)
    waiting(at, "on its way", TaskState.GENERATING, days_ago=0.2)
    waiting(at, "lost", TaskState.UNCONFIRMED, days_ago=0.3)
    waiting(at, "on its way too", TaskState.STORING, days_ago=0.4)
    shown = cards(drawn(at))

    assert [(card["prompt"], card["group"]) for card in shown] == [
        ("on its way", "Under way"),
        ("on its way too", "Under way"),
        ("still", "Needs you"),
        ("lost", "Needs you"),
        ("done", "Today"),
    ]
    assert wire(at)["placeholders"]["groups"] == [["Under way", 2], ["Needs you", 2], ["Today", 1]]


def test_variants_are_one_item_and_all_count(
    sandbox: SandboxServer,
) -> None:
    at = gallery()
    user_id = at.session_state["kontext.session"].user_id
    open_studio().submit(user_id, GenerationRequest(prompt="A bridge"), variants=3)

    deadline = time.monotonic() + PATIENCE_SECONDS
    while [len(card.get("variant_ids", ())) for card in cards(drawn(at))] != [2]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "3 pictures" in [caption.value for caption in at.caption]


def test_gallery_has_only_own_images() -> None:
    anna, ben = gallery(), gallery()
    kept(anna, "Anna's")
    kept(ben, "Ben's")

    assert [card["prompt"] for card in cards(drawn(anna))] == ["Anna's"]
    assert [card["prompt"] for card in cards(drawn(ben))] == ["Ben's"]


def test_all_images_have_placeholders_and_visible_ones_cards() -> None:
    at = gallery()
    for number in range(110):
        kept(at, f"picture {number}", days_ago=number / 100)
    sheet = wire(drawn(at))

    assert len(sheet["placeholders"]["ids"]) == 110
    assert sum(count for _, count in sheet["placeholders"]["groups"]) == 110
    assert [card["prompt"] for card in sheet["cards"]] == [
        f"picture {number}" for number in range(81)
    ]


def test_text_and_filters_narrow_the_gallery() -> None:
    at = gallery()
    kept(at, "A red fox")
    kept(at, "A blue hut")

    at.text_input(key="find").set_value("FOX")
    assert [card["prompt"] for card in cards(drawn(at))] == ["A red fox"]
    at.text_input(key="find").set_value("whale")
    assert cards(drawn(at)) == []
    assert wire(at)["empty"] == "Nothing matches “whale”."
    at.button(key="nothing-clear").click()
    assert len(cards(drawn(at))) == 2


def test_filter_is_read_from_the_url() -> None:
    at = AppTest.from_file(ROOT / "pages/gallery.py", default_timeout=PATIENCE_SECONDS)
    at.query_params["find"] = "fox"
    at.query_params["model"] = "Max"
    drawn(at)

    assert at.text_input(key="find").value == "fox"
    assert wire(at)["empty"] == "Nothing matches “fox”."
    assert at.session_state["model"] == ["Max"]


def test_invalid_filter_is_ignored() -> None:
    at = AppTest.from_file(ROOT / "pages/gallery.py", default_timeout=PATIENCE_SECONDS)
    for name in ("show", "model", "way", "ratio", "state", "when", "day", "variants"):
        at.query_params[name] = "<script>"
    drawn(at)
    kept(at, "A fox")

    assert [card["prompt"] for card in cards(drawn(at))] == ["A fox"]


def test_trashed_images_show_their_deletion_day() -> None:
    at = gallery()
    picture_id = kept(at, "gone")
    archive, user_id = open_studio().gallery, at.session_state["kontext.session"].user_id
    archive.move_to_trash(user_id, [picture_id])

    assert cards(drawn(at)) == []
    at.session_state["show"] = "Trash"
    (card,) = cards(drawn(at))
    assert card["thumbnail_url"] == f"/app/static/thumbnails/{picture_id}?trash=1"
    assert wire(at)["placeholders"]["thumbnail_url"].endswith("?trash=1")
    days = (card["expires_ms"] / 1000 - time.time()) / DAY
    assert 13.9 < days <= 14
    at.button(key="trash-empty").click()
    assert cards(drawn(at)) == []
    assert archive.count(user_id, in_trash=True) == 0
