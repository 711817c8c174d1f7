"""The gallery: all images of a user, newest first, under the day they were made."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.sandbox import SandboxServer
from components.studio import GenerationRequest, Model
from components.studio.db.tables import ImageRecord
from components.studio.tasks.models import Task, TaskState
from tests.integration.pages.edit_page_driver import image_bytes
from tests.integration.pages.page_driver import (
    ROOT,
    TIMEOUT_S,
    cards,
    error_texts,
    grid_data,
    open_page,
    rerun,
    trigger,
    user_id_of,
    widget_data,
)
from tests.support.factories import make_task

DAY_S = 24 * 3600.0


def open_gallery() -> AppTest:
    return open_page("pages/gallery.py")


def add_task(at: AppTest, prompt: str, state: TaskState, *, days_ago: float) -> Task:
    """Store a task of the page's user, which the worker never sees."""
    task = make_task(
        prompt, user_id=user_id_of(at), created_at=time.time() - days_ago * DAY_S, state=state
    )
    open_studio().repository.add_tasks([task])
    return task


def add_image(at: AppTest, prompt: str, *, days_ago: float = 0.0) -> str:
    """Store a finished task of the page's user with its image; returns the id of both."""
    task = add_task(at, prompt, TaskState.STORING, days_ago=days_ago)
    image = ImageRecord(
        id=task.id,
        user_id=task.user_id,
        task_id=task.id,
        format="jpeg",
        width_px=1392,
        height_px=752,
        size_bytes=9,
        created_at=task.created_at,
        label=prompt,
    )
    done = replace(task, state=TaskState.DONE, image_id=image.id, finished_at=task.created_at + 6)
    open_studio().repository.update_task(task.id, lambda _: done, image=image)
    return image.id


@pytest.mark.parametrize("file", ["app.py", "pages/gallery.py"])
def test_empty_gallery_says_so(file: str) -> None:
    at = open_page(file)
    if file == "app.py":
        at.switch_page("pages/gallery.py")
        rerun(at)

    assert "0 pictures" in [caption.value for caption in at.caption]
    assert cards(at) == []
    assert {"Write a prompt", "Edit a picture of yours"} <= {button.label for button in at.button}


def test_empty_gallery_makes_an_example_at_one_press() -> None:
    at = open_gallery()
    at.button(key="example-lighthouse").click()

    assert [card["prompt"] for card in cards(rerun(at))] == [
        "A lighthouse on a cliff at dusk, storm clouds, a warm light"
    ]
    assert "empty-generate" not in {button.key for button in at.button}


def test_images_are_newest_first_by_day() -> None:
    at = open_gallery()
    add_image(at, "old", days_ago=40)
    add_image(at, "new")
    add_image(at, "middle", days_ago=1)
    loaded = cards(rerun(at))

    assert [card["prompt"] for card in loaded] == ["new", "middle", "old"]
    assert [card["group"] for card in loaded][:2] == ["Today", "Yesterday"]
    assert "3 pictures" in [caption.value for caption in at.caption]


def test_card_links_to_our_routes() -> None:
    at = open_gallery()
    image_id = add_image(at, "A **bold** fox / ../x")
    (card,) = cards(rerun(at))

    assert card["thumbnail_url"] == f"app/static/thumbnails/{image_id}"
    assert card["picture_url"] == f"app/static/pictures/{image_id}"
    assert card["download_url"] == f"app/static/downloads/{image_id}"
    assert card["file_name"] == f"kontext-a-bold-fox-x-{image_id[:8]}.jpg"
    assert card["prompt"] == "A **bold** fox / ../x"


def test_running_tasks_come_first_with_heading() -> None:
    at = open_gallery()
    add_image(at, "done")
    open_studio().tasks.submit(user_id_of(at), GenerationRequest(prompt="on its way [slow]"))
    running, done = cards(rerun(at))

    assert (running["prompt"], running["group"]) == ("on its way [slow]", "Under way")
    assert done["group"] == "Today"
    assert "1 picture · 1 without one" in [caption.value for caption in at.caption]


def test_cards_without_a_picture_are_not_counted_as_pictures() -> None:
    at = open_gallery()
    add_image(at, "done")
    add_task(at, "refused", TaskState.REFUSED, days_ago=0)
    add_task(at, "failed", TaskState.FAILED, days_ago=1)
    assert "1 picture · 2 without one" in [caption.value for caption in rerun(at).caption]

    at.session_state["state"] = ["Refused"]
    assert [card["prompt"] for card in cards(rerun(at))] == ["refused"]
    assert "1 without a picture" in [caption.value for caption in at.caption]


def test_tasks_needing_attention_follow_running_ones() -> None:
    at = open_gallery()
    add_image(at, "done")
    add_task(at, "still", TaskState.STILL_RUNNING, days_ago=0.1)
    add_task(at, "on its way", TaskState.GENERATING, days_ago=0.2)
    add_task(at, "lost", TaskState.UNCONFIRMED, days_ago=0.3)
    add_task(at, "on its way too", TaskState.STORING, days_ago=0.4)
    loaded = cards(rerun(at))

    assert [(card["prompt"], card["group"]) for card in loaded] == [
        ("on its way", "Under way"),
        ("on its way too", "Under way"),
        ("still", "Needs you"),
        ("lost", "Needs you"),
        ("done", "Today"),
    ]
    assert grid_data(at)["placeholders"]["groups"] == [
        ["Under way", 2],
        ["Needs you", 2],
        ["Today", 1],
    ]


def test_variants_are_one_item_and_all_count(
    sandbox: SandboxServer,
) -> None:
    at = open_gallery()
    open_studio().tasks.submit(user_id_of(at), GenerationRequest(prompt="A bridge"), variants=3)

    deadline = time.monotonic() + TIMEOUT_S
    while [len(card.get("variant_ids", ())) for card in cards(rerun(at))] != [2]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "3 pictures" in [caption.value for caption in at.caption]


def test_each_model_of_a_press_is_an_item_and_pro_is_compared_first(
    sandbox: SandboxServer,
) -> None:
    at = open_gallery()
    request = GenerationRequest(prompt="A bridge")
    open_studio().tasks.submit(user_id_of(at), request, variants=2, models=tuple(Model))
    deadline = time.monotonic() + TIMEOUT_S
    while [len(card.get("variant_ids", ())) for card in cards(rerun(at))] != [1, 1]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    by_model = {card["details"][0]: card for card in cards(at)}

    ids = [by_model[model]["id"] for model in ("Max", "Pro")]
    event = {"verb": "compare", "ids": ids, "nonce": time.time_ns()}
    shown = widget_data(trigger(at, "gallery", "action", event), "props")
    assert [shown[side]["label"] for side in ("before", "after")] == ["Pro", "Max"]


def test_gallery_has_only_own_images() -> None:
    anna, ben = open_gallery(), open_gallery()
    add_image(anna, "Anna's")
    add_image(ben, "Ben's")

    assert [card["prompt"] for card in cards(rerun(anna))] == ["Anna's"]
    assert [card["prompt"] for card in cards(rerun(ben))] == ["Ben's"]


def test_all_images_have_placeholders_and_visible_ones_cards() -> None:
    at = open_gallery()
    for number in range(110):
        add_image(at, f"picture {number}", days_ago=number / 100)
    grid = grid_data(rerun(at))

    assert len(grid["placeholders"]["ids"]) == 110
    assert sum(count for _, count in grid["placeholders"]["groups"]) == 110
    assert [card["prompt"] for card in grid["cards"]] == [
        f"picture {number}" for number in range(81)
    ]


def test_text_and_filters_narrow_the_gallery() -> None:
    at = open_gallery()
    add_image(at, "A red fox")
    add_image(at, "A blue hut")

    at.text_input(key="find").set_value("FOX")
    assert [card["prompt"] for card in cards(rerun(at))] == ["A red fox"]
    at.text_input(key="find").set_value("whale")
    assert cards(rerun(at)) == []
    assert grid_data(at)["empty"] == "Nothing matches “whale”."
    at.button(key="no-results-clear").click()
    assert len(cards(rerun(at))) == 2


def test_filter_that_was_cleared_stays_so_until_it_is_picked_again() -> None:
    at = open_gallery()
    add_image(at, "A fox")
    at.session_state["state"] = ["Refused"]
    assert cards(rerun(at)) == []
    at.button(key="no-results-clear").click()
    assert len(cards(rerun(at))) == 1

    at.session_state["state"] = ["Refused"]  # sent by a browser that did not draw the filter
    assert len(cards(rerun(at))) == 1
    at.session_state["state"] = ["Refused"]
    at.query_params["state"] = "Refused"
    assert cards(rerun(at)) == []
    del at.query_params["state"]  # another page and back
    assert cards(rerun(at)) == []


def test_filter_is_read_from_the_url() -> None:
    at = AppTest.from_file(ROOT / "pages/gallery.py", default_timeout=TIMEOUT_S)
    at.query_params["find"] = "fox"
    at.query_params["model"] = "Max"
    rerun(at)

    assert at.text_input(key="find").value == "fox"
    assert grid_data(at)["empty"] == "Nothing matches “fox”."
    assert at.session_state["model"] == ["Max"]


def bring_in(at: AppTest, label: str, width: int = 320) -> str:
    return (
        open_studio().image_importer.from_bytes(user_id_of(at), image_bytes(width), label=label).id
    )


def test_what_was_brought_in_stands_beside_what_was_made() -> None:
    at = open_gallery()
    add_image(at, "A fox", days_ago=1)
    image_id = bring_in(at, "IMG_4711.png")
    (card, made) = cards(rerun(at))

    assert (card["id"], card["prompt"], card["group"]) == (image_id, "IMG_4711.png", "Today")
    assert card["alt"].startswith("IMG_4711.png")
    assert "state_word" not in card
    assert card["color"].startswith("#")
    assert card["details"] == ["Brought in", "PNG", "320×180"]
    assert card["file_name"] == "IMG_4711.png"
    verbs = {action["verb"] for action in grid_data(at)["action_sets"][card["actions"]]}
    assert verbs == {
        *("star", "edit", "change", "download", "delete", "lineage", "share", "copy_picture")
    }
    assert made["prompt"] == "A fox"
    assert "2 pictures" in [caption.value for caption in at.caption]


def test_what_was_brought_in_has_a_filter_of_its_own() -> None:
    at = AppTest.from_file(ROOT / "pages/gallery.py", default_timeout=TIMEOUT_S)
    at.query_params["way"] = "Brought in"
    rerun(at)
    assert grid_data(at)["empty"].startswith("Nothing brought in yet.")

    add_image(at, "A fox")
    bring_in(at, "Fox.png")
    assert [card["prompt"] for card in cards(rerun(at))] == ["Fox.png"]
    at.text_input(key="find").set_value("whale")
    assert cards(rerun(at)) == []
    assert grid_data(at)["empty"] == "Nothing matches “whale”."


def test_actions_of_a_card_work_on_what_was_brought_in() -> None:
    at = open_gallery()
    user_id, studio = user_id_of(at), open_studio()
    image_id, other = bring_in(at, "one.png"), bring_in(at, "two.png", 400)

    def act(verb: str, *ids: str) -> None:
        event = {"verb": verb, "ids": ids or (image_id,), "nonce": time.time_ns()}
        trigger(at, "gallery", "action", event)

    act("star")
    assert studio.image(user_id, image_id).starred
    act("star")
    assert not studio.image(user_id, image_id).starred
    act("edit")
    selected = studio.selected_source(user_id)
    assert selected is not None
    assert selected.id == image_id
    for verb, ids in (("lineage", ()), ("compare", (image_id, other))):
        act(verb, *ids)
        assert not at.exception
        assert not at.toast
    act("delete", image_id, other)
    assert studio.gallery.count(user_id, in_trash=True) == 2
    act("undo")
    assert studio.gallery.count(user_id) == 2
    act("delete")
    act("purge")
    assert studio.repository.image(image_id) is None


@pytest.mark.parametrize("verb", ["edit", "remix"])
def test_page_with_a_filter_in_the_url_can_be_left(verb: str) -> None:
    at = open_page("app.py")
    at.query_params["way"] = "Made"
    at.switch_page("pages/gallery.py")
    image_id = add_image(at, "A fox")
    assert [card["id"] for card in cards(rerun(at))] == [image_id]

    trigger(at, "gallery", "action", {"verb": verb, "ids": [image_id], "nonce": time.time_ns()})

    assert error_texts(at) == []
    assert at.text_area(key=f"{'edit' if verb == 'edit' else 'generate'}-prompt").value == (
        "" if verb == "edit" else "A fox"
    )


def test_share_of_the_disk_is_said_where_it_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    at = open_gallery()
    bring_in(at, "one.png")
    monkeypatch.setattr(open_studio().storage, "max_gb_per_person", Decimal(2))

    captions = [caption.value for caption in rerun(at).caption]
    assert "1 picture · 0 of 2 GB used" in captions


def test_invalid_filter_is_ignored() -> None:
    at = AppTest.from_file(ROOT / "pages/gallery.py", default_timeout=TIMEOUT_S)
    for name in ("show", "model", "way", "ratio", "state", "when", "day", "variants"):
        at.query_params[name] = "<script>"
    rerun(at)
    add_image(at, "A fox")

    assert [card["prompt"] for card in cards(rerun(at))] == ["A fox"]


def test_trashed_image_is_shown_with_time_until_purge() -> None:
    at = open_gallery()
    image_id = add_image(at, "gone")
    open_studio().gallery.move_to_trash(user_id_of(at), [image_id])

    assert cards(rerun(at)) == []
    at.session_state["show"] = "Trash"
    (card,) = cards(rerun(at))
    assert card["thumbnail_url"] == f"app/static/thumbnails/{image_id}?trash=1"
    assert grid_data(at)["placeholders"]["thumbnail_url"].endswith("?trash=1")
    days = (card["expires_ms"] / 1000 - time.time()) / DAY_S
    assert 13.9 < days <= 14
    at.button(key="trash-empty").click()
    assert cards(rerun(at)) == []
    assert open_studio().gallery.count(user_id_of(at), in_trash=True) == 0


ROWS_OF_ANOTHER_VERSION = {
    "ratio": {"aspect_ratio": "2:1"},
    "ratio in words": {"aspect_ratio": "wide"},
    "model": {"model": "flux-kontext-ultra"},
    "format": {"output_format": "avif"},
    "safety": {"safety_tolerance": 9},
    "prompt": {"prompt": "x" * 6000},
    "watermark": {"watermark": "w" * 300},
    "state": {"state": "dreaming"},
    "state without an image": {"state": "dreaming", "picture_id": None},
    "reason": {"state": "failed", "obstacle": '["bored", 7, "Too many hills.", "later"]'},
}


@pytest.mark.parametrize("page", ["pages/gallery.py", "app.py"])
@pytest.mark.parametrize("row", ROWS_OF_ANOTHER_VERSION.values(), ids=ROWS_OF_ANOTHER_VERSION)
def test_row_of_another_version_is_one_card(page: str, row: dict[str, object]) -> None:
    at = open_page(page)
    add_image(at, "before", days_ago=2)
    odd = add_image(at, "odd", days_ago=1)
    add_image(at, "after")
    with open_studio().repository.database.write_transaction() as connection:
        changes = ", ".join(f"{name} = :{name}" for name in row)
        connection.execute(
            sa.text(f"UPDATE tasks SET {changes} WHERE id = :id"),  # noqa: S608 - names of above
            {**row, "id": odd},
        )

    loaded = cards(rerun(at))

    assert [card["id"] for card in loaded if card["id"] == odd] == [odd]
    assert [card["prompt"] for card in loaded if card["id"] != odd] == ["after", "before"]
    assert at.error == at.warning == []


def test_card_of_another_version_says_what_is_known() -> None:
    at = open_gallery()
    ids = {name: add_image(at, name) for name in ("model", "state", "image", "reason")}
    with open_studio().repository.database.write_transaction() as connection:
        for name, change in (
            ("model", "model = 'flux-kontext-ultra', aspect_ratio = '2:1'"),
            ("state", "state = 'dreaming', picture_id = NULL"),
            ("image", "state = 'dreaming'"),
            ("reason", "state = 'failed', obstacle = '[\"bored\", 7, \"Too many hills.\"]'"),
        ):
            connection.exec_driver_sql(
                f"UPDATE tasks SET {change} WHERE id = '{ids[name]}'"  # noqa: S608 - of above
            )

    shown = {card["id"]: card for card in cards(rerun(at))}

    model, state, image, reason = (shown[ids[name]] for name in ids)
    assert model["details"][:2] == ["flux-kontext-ultra", "2:1"]
    assert (state["state"], state["headline"]) == ("failed", "Written by a newer version")
    assert image["state"] == "done"
    assert image["thumbnail_url"]
    assert "Too many hills." in reason["advice"]
    # What cannot be read can still be deleted, and comes back as it was.
    studio, user_id = open_studio(), user_id_of(at)
    assert studio.gallery.move_to_trash(user_id, list(ids.values())) == 4
    studio.gallery.restore(user_id, list(ids.values()))
    assert studio.task(user_id, ids["state"]).state == "dreaming"
