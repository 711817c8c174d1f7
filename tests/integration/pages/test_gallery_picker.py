"""Choosing the source of an edit among the pictures of the gallery."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.ui.session import TabState
from components.ui.widgets.image_grid import GridEvent
from tests.integration.pages.edit_page_driver import image_bytes, open_edit, upload
from tests.integration.pages.page_driver import cards, rerun, user_id_of, widget_data

ANNA, BEN = "anna", "ben"


def bring_in(name: str, width_px: int, *, user_id: str = ANNA) -> str:
    return (
        open_studio().image_importer.from_bytes(user_id, image_bytes(width_px, 200), label=name).id
    )


def open_picker(*, chosen: str = "", search: str = "") -> AppTest:
    """The picker of Anna, who has just pressed a picture or typed a search."""

    def page() -> None:
        from components.ui.edit.gallery_picker import render_picker

        render_picker()

    at = AppTest.from_function(page, default_timeout=60)
    at.session_state["kontext.session"] = TabState(ANNA)
    at.session_state["source-picker-find"] = search
    if chosen:
        event = GridEvent("choose", (chosen,), 1)
        at.session_state["source-picker.event_slot"] = {"nonce": 1, "event": event}
    return rerun(at)


def test_starred_pictures_come_first_and_others_by_age(unreachable_provider: None) -> None:
    old, middle, new = (bring_in(f"{number}.png", 200 + number) for number in range(3))
    open_studio().gallery.star(ANNA, [old], starred=True)

    assert [card["id"] for card in cards(open_picker())] == [old, new, middle]


def test_search_finds_by_name_and_says_when_nothing_matches(unreachable_provider: None) -> None:
    bring_in("harbour.png", 200)
    fox = bring_in("fox.png", 210)

    assert [card["id"] for card in cards(open_picker(search="FOX"))] == [fox]
    assert (widget_data(open_picker(search="owl"), "grid") or {})[
        "empty"
    ] == "Nothing matches “owl”."


def test_pressed_picture_becomes_the_source_and_leads_to_typing(unreachable_provider: None) -> None:
    fox = bring_in("fox.png", 200)

    at = open_picker(chosen=fox)

    state = at.session_state["kontext.session"]
    assert state.source_id == fox
    assert (state.typing.mode, state.typing.number) == ("edit", 1)


def test_picture_of_another_user_is_not_chosen(unreachable_provider: None) -> None:
    at = open_picker(chosen=bring_in("ben.png", 200, user_id=BEN))

    assert at.session_state["kontext.session"].source_id is None
    assert [caption.value for caption in at.caption] == ["That picture is no longer here."]


def test_edit_offers_the_gallery_only_where_there_are_pictures() -> None:
    at = open_edit()
    assert not [button for button in at.button if button.key == "edit-from-gallery"]

    at = upload(at, image_bytes(640, 480))
    assert at.button(key="edit-from-gallery").label == "From the gallery"
    assert open_studio().gallery.count(user_id_of(at)) == 1
