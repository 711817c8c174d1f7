"""The gallery: every picture of one designer, newest first, under the day it was made."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.sandbox import RunningSandbox
from components.studio import GenerationRequest
from components.studio.records import PictureRecord
from components.studio.tasks import State, Task
from components.ui.gallery import PICTURES_A_PAGE
from tests.pages.reading import PATIENCE_SECONDS, cards, drawn, page_at

DAY = 24 * 3600.0


def gallery() -> AppTest:
    return page_at("pages/gallery.py")


def kept(at: AppTest, prompt: str, *, days_ago: float = 0.0) -> str:
    """Write down a finished picture of the designer who looks at the page; its id."""
    picture_id, ledger = uuid.uuid4().hex, open_studio().ledger
    designer = at.session_state["kontext.session"].designer
    task = Task(
        id=picture_id,
        designer=designer,
        batch=picture_id,
        request=GenerationRequest(prompt=prompt),
        token=picture_id,
        price=Decimal(5),
        created_at=time.time() - days_ago * DAY,
        state=State.STORING,
    )
    picture = PictureRecord(
        id=picture_id,
        designer=designer,
        task_id=picture_id,
        format="jpeg",
        width_px=1392,
        height_px=752,
        size_bytes=9,
        created_at=task.created_at,
        label=prompt,
    )
    ledger.add_tasks([task])
    done = replace(task, state=State.DONE, picture_id=picture_id, finished_at=task.created_at + 6)
    ledger.change_task(task.id, lambda _: done, picture=picture)
    return picture_id


@pytest.mark.parametrize("file", ["app.py", "pages/gallery.py"])
def test_an_empty_gallery_says_so_whichever_way_it_is_opened(file: str) -> None:
    at = page_at(file)
    if file == "app.py":
        at.switch_page("pages/gallery.py")
        drawn(at)

    assert "0 pictures" in [caption.value for caption in at.caption]
    assert cards(at) == []


def test_pictures_stand_newest_first_under_their_days() -> None:
    at = gallery()
    kept(at, "old", days_ago=40)
    kept(at, "new")
    kept(at, "middle", days_ago=1)
    shown = cards(drawn(at))

    assert [card["prompt"] for card in shown] == ["new", "middle", "old"]
    assert [card["group"] for card in shown][:2] == ["Today", "Yesterday"]
    assert "3 pictures" in [caption.value for caption in at.caption]


def test_a_card_leads_to_our_own_routes_and_names_the_file() -> None:
    at = gallery()
    picture_id = kept(at, "A **bold** fox / ../x")
    (card,) = cards(drawn(at))

    assert card["thumbnail_url"] == f"/app/static/thumbnails/{picture_id}"
    assert card["picture_url"] == f"/app/static/pictures/{picture_id}"
    assert card["download_url"] == f"/app/static/downloads/{picture_id}"
    assert card["file_name"] == f"kontext-a-bold-fox-x-{picture_id[:8]}.jpg"
    assert card["prompt"] == "A **bold** fox / ../x"


def test_what_is_not_finished_is_not_in_it() -> None:
    at = gallery()
    designer = at.session_state["kontext.session"].designer
    open_studio().submit(designer, GenerationRequest(prompt="on its way [slow]"))

    assert cards(drawn(at)) == []


def test_every_variant_of_a_press_is_in_it(service: RunningSandbox) -> None:
    at = gallery()
    designer = at.session_state["kontext.session"].designer
    open_studio().submit(designer, GenerationRequest(prompt="A bridge"), variants=3)

    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(cards(drawn(at))) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "3 pictures" in [caption.value for caption in at.caption]


def test_nobody_elses_pictures_are_in_it() -> None:
    anna, ben = gallery(), gallery()
    kept(anna, "Anna's")
    kept(ben, "Ben's")

    assert [card["prompt"] for card in cards(drawn(anna))] == ["Anna's"]
    assert [card["prompt"] for card in cards(drawn(ben))] == ["Ben's"]


def test_more_than_a_page_is_turned_in_pages() -> None:
    at = gallery()
    for number in range(PICTURES_A_PAGE + 2):
        kept(at, f"picture {number}", days_ago=number / 100)

    first = [card["prompt"] for card in cards(drawn(at))]
    at.session_state["gallery-page"] = 2
    second = [card["prompt"] for card in cards(drawn(at))]

    assert len(first) == PICTURES_A_PAGE
    assert second == [f"picture {PICTURES_A_PAGE}", f"picture {PICTURES_A_PAGE + 1}"]
    assert not set(first) & set(second)
