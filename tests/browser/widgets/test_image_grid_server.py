"""What Python sends to the contact sheet, and that a page may draw it in any state."""

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
    Kin,
    Parts,
    Relative,
    Shape,
    Shapes,
    View,
    view_of,
)
from components.ui.widgets.image_grid.wire import sheet_text

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


def sent(*cards: Card, push_url: str | None = None) -> dict[str, Any]:
    text = sheet_text(cards, layout="feed", push_url=push_url, empty="", heard=7)
    sheet: dict[str, Any] = json.loads(text)
    return sheet


def test_equal_rows_of_actions_are_sent_once() -> None:
    sheet = sent(HARBOUR, replace(HARBOUR, id="a2"), replace(HARBOUR, id="a3", actions=()))
    assert [card["actions"] for card in sheet["cards"]] == [0, 0, 1]
    assert sheet["rows"][0][0] == {"verb": "edit", "label": "Edit this", "icon": "", "minor": False}
    assert sheet["rows"][1] == []


def test_what_is_empty_is_not_sent() -> None:
    assert set(sent(HARBOUR)["cards"][0]) == {
        *("id", "state", "state_word", "prompt", "alt"),
        *("created_ms", "width_px", "height_px", "actions"),
    }


def test_a_sheet_at_rest_is_the_same_text_every_time() -> None:
    """Streamlit sends nothing for an element that did not change."""
    assert sent(HARBOUR) == sent(HARBOUR)
    assert "now_ms" not in sent(HARBOUR)


def test_a_running_card_brings_the_clock_of_the_server() -> None:
    assert sent(replace(HARBOUR, state="generating"))["now_ms"] > HARBOUR.created_ms


def test_no_push_is_listened_to_unless_asked() -> None:
    assert "push_url" not in sent(HARBOUR)
    assert sent(HARBOUR, push_url="/push")["push_url"] == "/push"


def test_prompts_of_any_script_and_markup_reach_the_browser_as_typed() -> None:
    for prompt in ("</script><b>x</b>", "قطة على النافذة", '🦊 "quoted"\nline two', "\\u0000"):
        assert sent(replace(HARBOUR, prompt=prompt))["cards"][0]["prompt"] == prompt


def test_a_page_draws_without_a_browser_and_returns_no_event() -> None:
    def page() -> None:
        import streamlit as st

        from components.ui.widgets.image_grid import sheet

        event = sheet([], key="sheet", layout="feed", push_url=None, empty="Nothing yet")
        st.text(f"event: {event}")

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert at.text[0].value == "event: None"


def places(*shapes: Shape) -> dict[str, Any]:
    parts = Parts(shapes=Shapes(shapes, "/thumbnails/{}"))
    text = sheet_text([], layout="grid", push_url=None, empty="", heard=0, parts=parts)
    columns: dict[str, Any] = json.loads(text)["shapes"]
    return columns


def test_places_name_what_repeats_once_and_leave_out_what_is_usual() -> None:
    columns = places(
        Shape("a", 1392, 752, group="Today", starred=True),
        Shape("b", 1392, 752, group="Today", behind=("x", "y")),
        Shape("c", 1024, 1024, group="Yesterday", state="refused"),
        Shape("d", 1392, 752, group="Today"),
    )
    assert columns == {
        "thumbnail_url": "/thumbnails/{}",
        "ids": ["a", "b", "c", "d"],
        "sizes": [[1392, 752], [1024, 1024]],
        "size": [0, 0, 1, 0],
        "groups": [["Today", 2], ["Yesterday", 1], ["Today", 1]],
        "starred": [0],
        "states": {"2": "refused"},
        "behind": {"1": ["x", "y"]},
    }


def test_a_thousand_places_take_fifty_bytes_each() -> None:
    shapes = [Shape(f"{number:032x}", 1392, 752, group="Today") for number in range(1000)]
    assert len(json.dumps(places(*shapes), separators=(",", ":"))) < 50_000


def test_relatives_share_the_rows_of_actions_with_the_cards() -> None:
    kin = Kin(of="a1", line=(Relative("Original", replace(HARBOUR, id="a0", actions=())),))
    text = sheet_text(
        [HARBOUR], layout="grid", push_url=None, empty="", heard=0, parts=Parts(kin=kin)
    )
    sheet = json.loads(text)
    assert sheet["kin"]["of"] == "a1"
    assert sheet["kin"]["line"][0]["name"] == "Original"
    assert sheet["rows"][sheet["kin"]["line"][0]["card"]["actions"]] == []


@pytest.mark.parametrize(
    ("said", "view"),
    [
        ({"first": 3, "last": 90, "looking": "a"}, View(3, 90, "a")),
        ({"first": -5, "last": 2, "looking": ""}, View(0, 2, "")),
        ({"first": "3", "last": 90, "looking": "a"}, View()),
        ({"first": 1}, View()),
        ("nonsense", View()),
        (None, View()),
    ],
)
def test_what_the_browser_says_of_its_view_is_never_trusted(said: object, view: View) -> None:
    st.session_state["said"] = {"view": said}
    try:
        assert view_of("said") == view
    finally:
        del st.session_state["said"]
