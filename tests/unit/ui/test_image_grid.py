"""What Python sends to the image grid, and what it takes back from the browser."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.ui.widgets.image_grid import (
    Action,
    Card,
    Changes,
    GridExtras,
    GridView,
    Placeholder,
    Placeholders,
    RelatedImage,
    RelatedImages,
    grid_view,
)
from components.ui.widgets.image_grid.serialize import serialize_grid

HARBOUR = Card(
    id="a1",
    state="done",
    state_word="Done",
    prompt="A quiet harbour",
    alt="A quiet harbour (made picture)",
    created_ms=1_700_000_000_000,
    width_px=1392,
    height_px=752,
    actions=(Action("edit", "Edit this"), Action("star", "Star")),
)


def serialized(
    *cards: Card, push_url: str | None = None, extras: GridExtras | None = None
) -> dict[str, Any]:
    text = serialize_grid(
        cards,
        layout="feed",
        push_url=push_url,
        empty="",
        last_nonce=7,
        extras=extras or GridExtras(),
    )
    grid: dict[str, Any] = json.loads(text)
    return grid


def test_equal_sets_of_actions_are_sent_once() -> None:
    grid = serialized(HARBOUR, replace(HARBOUR, id="a2"), replace(HARBOUR, id="a3", actions=()))
    assert [card["actions"] for card in grid["cards"]] == [0, 0, 1]
    edit = {"verb": "edit", "label": "Edit this"}
    assert grid["action_sets"][0][0] == edit
    assert grid["action_sets"][1] == []


def test_empty_fields_are_not_sent() -> None:
    assert set(serialized(HARBOUR)["cards"][0]) == {
        *("id", "state", "state_word", "prompt", "alt"),
        *("created_ms", "width_px", "height_px", "actions"),
    }


def test_finished_cards_serialize_to_the_same_text_every_time() -> None:
    """Streamlit sends nothing for an element that did not change."""
    assert serialized(HARBOUR) == serialized(HARBOUR)
    assert "now_ms" not in serialized(HARBOUR)


def test_running_card_sends_the_time_of_the_server() -> None:
    assert serialized(replace(HARBOUR, state="generating"))["now_ms"] > HARBOUR.created_ms


def test_changes_bring_their_cards_which_may_be_running_where_the_grid_has_none() -> None:
    running = replace(HARBOUR, id="b1", state="generating")
    changes = Changes(price="Pro · 5 credits", nonce=3, card_id="b1", cards=(running,))
    grid = serialized(HARBOUR, extras=GridExtras(changes=changes))

    assert [card["id"] for card in grid["cards"]] == ["a1"]
    assert {**grid["changes"], "cards": []} == {
        "price": "Pro · 5 credits",
        "nonce": 3,
        "card_id": "b1",
        "cards": [],
    }
    assert [card["id"] for card in grid["changes"]["cards"]] == ["b1"]
    assert grid["now_ms"] > HARBOUR.created_ms


def test_push_url_is_sent_only_when_given() -> None:
    assert "push_url" not in serialized(HARBOUR)
    assert serialized(HARBOUR, push_url="/push")["push_url"] == "/push"


def test_prompts_of_any_script_and_markup_are_sent_as_typed() -> None:
    for prompt in ("</script><b>x</b>", "قطة على النافذة", '🦊 "quoted"\nline two', "\\u0000"):
        assert serialized(replace(HARBOUR, prompt=prompt))["cards"][0]["prompt"] == prompt


def test_page_draws_without_a_browser_and_returns_no_event() -> None:
    def page() -> None:
        import streamlit as st

        from components.ui.widgets.image_grid import image_grid

        event = image_grid([], key="grid", layout="feed", push_url=None, empty="Nothing yet")
        st.text(f"event: {event}")

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert at.text[0].value == "event: None"


def columns(*items: Placeholder) -> dict[str, Any]:
    extras = GridExtras(placeholders=Placeholders(items, "/thumbnails/{}"))
    sent: dict[str, Any] = serialized(extras=extras)["placeholders"]
    return sent


def test_placeholders_send_repeated_values_once_and_leave_out_defaults() -> None:
    assert columns(
        Placeholder("a", 1392, 752, group="Today", starred=True),
        Placeholder("b", 1392, 752, group="Today", variant_ids=("x", "y")),
        Placeholder("c", 1024, 1024, group="Yesterday", state="refused"),
        Placeholder("d", 1392, 752, group="Today"),
    ) == {
        "thumbnail_url": "/thumbnails/{}",
        "ids": ["a", "b", "c", "d"],
        "sizes": [[1392, 752], [1024, 1024]],
        "size": [0, 0, 1, 0],
        "groups": [["Today", 2], ["Yesterday", 1], ["Today", 1]],
        "starred": [0],
        "states": {"2": "refused"},
        "variant_ids": {"1": ["x", "y"]},
    }


def test_thousand_placeholders_take_fifty_bytes_each() -> None:
    items = [Placeholder(f"{number:032x}", 1392, 752, group="Today") for number in range(1000)]
    assert len(json.dumps(columns(*items), separators=(",", ":"))) < 50_000


def test_related_images_share_the_sets_of_actions_with_the_cards() -> None:
    original = RelatedImage("Original", replace(HARBOUR, id="a0", actions=()))
    related = RelatedImages(card_id="a1", steps=(original,))
    grid = serialized(HARBOUR, extras=GridExtras(related=related))
    assert grid["related"]["card_id"] == "a1"
    assert grid["related"]["steps"][0]["name"] == "Original"
    assert grid["action_sets"][grid["related"]["steps"][0]["card"]["actions"]] == []


@pytest.mark.parametrize(
    ("reported", "view"),
    [
        ({"first": 3, "last": 90, "open_id": "a"}, GridView(3, 90, "a")),
        ({"first": -5, "last": 2, "open_id": ""}, GridView(0, 2, "")),
        ({"first": "3", "last": 90, "open_id": "a"}, GridView()),
        ({"first": 1}, GridView()),
        ("nonsense", GridView()),
        (None, GridView()),
    ],
)
def test_invalid_view_from_the_browser_becomes_the_default(
    reported: object, view: GridView
) -> None:
    st.session_state["reported"] = {"view": reported}
    try:
        assert grid_view("reported") == view
    finally:
        del st.session_state["reported"]
