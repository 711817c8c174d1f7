"""The field "Change…" on a card: an edit that is sent from where the picture is seen."""

from __future__ import annotations

import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.kie import Model
from components.sandbox import SandboxServer
from components.studio.tasks.models import Task
from tests.integration.pages.edit_page_driver import image_bytes
from tests.integration.pages.page_driver import (
    cards,
    grid_data,
    newest_tasks,
    open_page,
    rerun,
    trigger,
    unescape,
    user_id_of,
    wait_for_state,
)

TEXT = "Add **snow** <b>& fog</b>"


def bring_in(at: AppTest) -> str:
    """Store a picture of the page's user; returns its id."""
    return (
        open_studio()
        .image_importer.from_bytes(user_id_of(at), image_bytes(1600, 900), label="beach")
        .id
    )


def change(at: AppTest, card_id: str, text: str = TEXT, *, nonce: int | None = None) -> AppTest:
    """Send what was typed on a card, as the grid's script does."""
    action = {"verb": "change", "ids": [card_id], "nonce": nonce or time.time_ns(), "text": text}
    trigger(at, "gallery", "action", action)
    return rerun(at)


def act(at: AppTest, verb: str, card_id: str) -> AppTest:
    trigger(at, "gallery", "action", {"verb": verb, "ids": [card_id], "nonce": time.time_ns()})
    return rerun(at)


def changes(at: AppTest) -> dict[str, Any]:
    """What the field is told."""
    told: dict[str, Any] = grid_data(at)["changes"]
    return told


def only_task(at: AppTest) -> Task:
    (task,) = newest_tasks(at)
    return task


def gallery_with_picture() -> tuple[AppTest, str]:
    at = open_page("pages/gallery.py")
    image_id = bring_in(at)
    return rerun(at), image_id


def test_change_is_an_edit_of_the_picture_in_its_own_shape(unreachable_provider: None) -> None:
    at, image_id = gallery_with_picture()
    change(at, image_id)

    task = only_task(at)
    assert (task.source_id, task.request.prompt) == (image_id, TEXT)
    assert task.request.aspect_ratio is None
    assert [card["prompt"] for card in cards(at)] == [TEXT, "beach"]
    assert changes(at)["card_id"] == task.id
    assert [card["id"] for card in changes(at)["cards"]] == [task.id]
    # 1600×900 has no size of its own: the nearest of the trained ones.
    assert (cards(at)[0]["width_px"], cards(at)[0]["height_px"]) == (1392, 752)
    history = open_studio().prompts.list_prompts(user_id_of(at), editing=True)
    assert [entry.prompt for entry in history] == [TEXT]


def test_change_takes_the_settings_of_edit_but_ratio_and_variants(
    unreachable_provider: None,
) -> None:
    at, image_id = gallery_with_picture()
    for field, value in {
        "model": "flux-kontext-max",
        "ratio": "1:1",
        "output_format": "png",
        "safety_tolerance": 0,
        "translate": False,
        "variants": 4,
    }.items():
        at.session_state[f"edit-{field}"] = value
    change(rerun(at), image_id)

    request = only_task(at).request
    assert (request.model, request.output_format) == (Model.MAX, "png")
    assert (request.safety_tolerance, request.translate) == (0, False)
    assert request.aspect_ratio is None
    assert at.session_state["edit-ratio"] == "1:1"


def test_new_tab_changes_with_the_settings_that_edit_was_left_with(
    unreachable_provider: None,
) -> None:
    at, image_id = gallery_with_picture()
    assert changes(at)["price"].startswith("Pro · 5 credits · ")
    open_studio().drafts.save(user_id_of(at), "edit-settings", '{"model": "flux-kontext-max"}')
    new = open_page("pages/gallery.py")
    new.session_state["kontext.session"] = at.session_state["kontext.session"]
    rerun(new)

    assert changes(new)["price"].startswith("Max · 10 credits · ")
    change(new, image_id)
    assert only_task(new).request.model == Model.MAX


def test_price_says_what_is_left_and_what_makes_it_wait(sandbox: SandboxServer) -> None:
    at, _ = gallery_with_picture()
    assert changes(at)["price"] == "Pro · 5 credits · credits left unknown"
    deadline = time.monotonic() + 20
    while "left afterwards" not in changes(rerun(at))["price"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert changes(at)["price"] == "Pro · 5 credits · 995 credits left afterwards"


def test_two_presses_are_paid_once(unreachable_provider: None) -> None:
    at, image_id = gallery_with_picture()
    change(at, image_id, nonce=7)
    change(at, image_id, nonce=7)
    only_task(at)
    # As of another tab, within a second
    trigger(
        at, "gallery", "action", {"verb": "change", "ids": [image_id], "nonce": 8, "text": TEXT}
    )

    assert "You pressed twice" in unescape(at.toast[0].value)
    rerun(at)
    assert (changes(at)["nonce"], changes(at)["card_id"]) == (8, only_task(at).id)


@pytest.mark.parametrize(
    ("text", "error"), [("", "Prompt is empty"), ("wide " * 4000, "at most 5,000")]
)
def test_refused_text_is_said_in_place_and_nothing_is_made(
    text: str, error: str, unreachable_provider: None
) -> None:
    at, image_id = gallery_with_picture()
    change(at, image_id, text, nonce=9)

    assert newest_tasks(at) == []
    assert changes(at)["nonce"] == 9
    assert error in changes(at)["error"]
    assert "card_id" not in changes(at)
    change(at, image_id, nonce=10)
    assert "error" not in changes(at)


def test_picture_that_is_gone_is_said_in_place(unreachable_provider: None) -> None:
    at, image_id = gallery_with_picture()
    open_studio().image_importer.from_bytes(user_id_of(at), image_bytes(90, 90), label="hill")
    open_studio().gallery.move_to_trash(user_id_of(at), [image_id])
    change(at, image_id)

    assert changes(at)["error"] == "That picture is no longer here."
    assert newest_tasks(at) == []


def test_picture_of_another_user_cannot_be_changed(unreachable_provider: None) -> None:
    at, image_id = gallery_with_picture()
    other = open_page("pages/gallery.py")
    bring_in(other)
    change(rerun(other), image_id)

    assert changes(other)["error"] == "That picture is no longer here."
    assert newest_tasks(at) == newest_tasks(other) == []


def test_result_is_changed_on_where_a_filter_hides_it(sandbox: SandboxServer) -> None:
    at, image_id = gallery_with_picture()
    change(at, image_id, "Add snow")
    first = wait_for_state(at, "Done")
    at.session_state["show"] = "Starred"
    open_studio().gallery.star(user_id_of(at), [image_id], starred=True)
    change(rerun(at), first["id"], "Add rain")

    assert first["id"] not in [card["id"] for card in cards(at)]
    made = changes(at)["card_id"]
    assert {card["id"] for card in changes(at)["cards"]} == {first["id"], made}
    assert open_studio().task(user_id_of(at), made).source_id == first["id"]


def test_trying_a_failed_change_again_says_which_card_took_its_place(
    sandbox: SandboxServer,
) -> None:
    at, image_id = gallery_with_picture()
    change(at, image_id, "Add snow [refused]")
    refused = wait_for_state(at, "Refused")
    act(at, "retry", refused["id"])

    new = only_task(at)
    assert new.id != refused["id"]
    assert changes(at)["card_id"] == new.id
    assert [card["id"] for card in changes(at)["cards"]] == [new.id]
    wait_for_state(at, "Refused")
    act(at, "dismiss", new.id)
    assert changes(at)["cards"] == []


def test_edit_shows_the_change_of_its_source(unreachable_provider: None) -> None:
    at, image_id = gallery_with_picture()
    tab = at.session_state["kontext.session"]
    other = (
        open_studio()
        .image_importer.from_bytes(user_id_of(at), image_bytes(90, 90), label="hill")
        .id
    )
    tab.source_id, tab.pair = image_id, ("a", "b")
    change(at, other)
    assert tab.pair == ("a", "b")
    change(at, image_id)
    assert tab.pair is None


def test_trash_offers_no_change(unreachable_provider: None) -> None:
    at, image_id = gallery_with_picture()
    open_studio().gallery.move_to_trash(user_id_of(at), [image_id])
    at.session_state["show"] = "Trash"

    assert "changes" not in grid_data(rerun(at))
