"""Sharing on the pages: links that are made and revoked, and collections, own and others'."""

from __future__ import annotations

import itertools
from io import BytesIO

from PIL import Image
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.studio.db.sharing import PictureCollection
from tests.integration.pages.page_driver import (
    cards,
    grid_data,
    messages,
    open_page,
    rerun,
    trigger,
    user_id_of,
)

BEN = "b" * 32
_nonces = itertools.count(1)


def add_image(user_id: str, color: str = "red") -> str:
    encoded = BytesIO()
    Image.new("RGB", (640, 480), color).save(encoded, "PNG")
    return (
        open_studio()
        .image_importer.from_bytes(user_id, encoded.getvalue(), label=f"{color}.png")
        .id
    )


def act(at: AppTest, verb: str, *ids: str) -> AppTest:
    """Do something with cards of the gallery."""
    event = {"verb": verb, "ids": list(ids), "nonce": next(_nonces)}
    return rerun(trigger(at, "gallery", "action", event))


def shared_collection(owner: str, *image_ids: str) -> PictureCollection:
    sharing = open_studio().sharing
    collection = sharing.make_collection(owner, "Summer")
    sharing.add_to_collection(owner, collection.id, image_ids)
    sharing.set_collection_shared(owner, collection.id, is_shared=True)
    return collection


def texts(at: AppTest) -> list[str]:
    return [caption.value.replace("\\", "") for caption in at.caption]


def test_link_is_made_shown_once_and_revoked() -> None:
    at = open_page("pages/gallery.py")
    image_id = add_image(user_id_of(at))
    act(rerun(at), "share", image_id)
    at.button(key="share-make").click()
    rerun(at)
    token = at.code[0].value.rpartition("/")[2]
    opened = open_studio().sharing.open(token)
    assert [picture.image.id for picture in opened.pictures] == [image_id]
    assert not opened.link.shows_prompts
    assert opened.link.expires_at is not None

    at.session_state["kontext.session"].sharing = None
    at.button(key="shared-links").click()
    rerun(at)
    assert not at.code
    at.button(key=f"share-revoke-{opened.link.id}").click()
    rerun(at)
    assert open_studio().sharing.links(user_id_of(at)) == []
    assert any("No link opens anything" in text for text in texts(at))


def test_selected_pictures_are_added_to_a_new_collection_and_found_by_it() -> None:
    at = open_page("pages/gallery.py")
    kept, other = add_image(user_id_of(at)), add_image(user_id_of(at), "blue")
    act(rerun(at), "collect", kept)
    at.button(key="collect-add").click()
    rerun(at)
    assert "Give the collection a name." in messages(at)
    at.text_input(key="collect-name").set_value("Campaign May")
    at.button(key="collect-add").click()
    rerun(at)
    assert at.session_state["kontext.session"].sharing is None
    at.button_group(key="collection").set_value("Campaign May")
    rerun(at)
    assert [card["id"] for card in cards(at)] == [kept]
    act(at, "take_out", kept)
    assert cards(at) == []
    assert open_studio().image(user_id_of(at), other).deleted_at is None


def test_collection_of_another_person_is_to_look_at_and_to_edit_copies_of() -> None:
    at = open_page("pages/gallery.py")
    own, theirs = add_image(user_id_of(at), "blue"), add_image(BEN)
    shared_collection(BEN, theirs)
    rerun(at)
    at.button_group(key="collection").set_value("Summer · shared here")
    rerun(at)
    [card] = cards(at)
    assert {action["verb"] for action in grid_data(at)["action_sets"][0]} == {
        *("edit_copy", "copy_picture")
    }
    assert card["id"] == theirs
    assert not grid_data(at).get("bulk_actions")
    assert not [button for button in at.button if button.key == "collection-delete"]
    # What a browser may send all the same changes nothing.
    for verb in ("delete", "star", "take_out", "share", "collect"):
        act(at, verb, theirs)
    assert open_studio().image(BEN, theirs).deleted_at is None
    assert (
        len(open_studio().sharing.pictures(BEN, at.session_state["kontext.session"].collection_id))
        == 1
    )
    act(at, "edit_copy", theirs)
    source = open_studio().selected_source(user_id_of(at))
    assert source is not None
    assert source.id not in {own, theirs}
    assert source.user_id == user_id_of(at)
