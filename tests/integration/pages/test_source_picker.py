"""The picture to edit: how it comes, how it stands beside the prompt, and what is refused."""

from __future__ import annotations

import pytest
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.bootstrap import open_studio
from tests.integration.pages.edit_page import (
    bring,
    edit,
    elements_of,
    fetch,
    picture,
    source,
    text_of,
)
from tests.integration.pages.page_text import drawn, errors
from tests.support.http_server import serve_routes

NAMES = (
    "<img src=x onerror=alert(1)>.png",
    "**bold** :red[x] [a](javascript:alert(1)).png",
    "../../etc/passwd\\..\\x.png",
    '"><script>alert(1)</script>.png',
    "قطة 🦊 \u202egnp.exe.png",
)


@pytest.mark.parametrize("file", ["app.py", "pages/edit.py"])
def test_edit_shows_its_form(file: str) -> None:
    at = edit(file)

    assert at.text_area(key="edit-prompt").label == "Prompt"
    assert at.button_group(key="edit-ratio").value == "Match input"
    assert at.button(key="edit-submit").label == "Edit · 5 credits"
    assert [uploader.label for uploader in at.file_uploader] == ["Picture"]
    assert source(at) == ""


def test_uploaded_image_is_shown_with_details() -> None:
    at = bring(edit(), picture(640, 480))
    said = text_of(source(at))

    assert "photo.png" in said
    assert "640×480 · 4:3 · PNG" in said
    assert 'alt="photo.png (source picture)"' in source(at)


def test_changes_by_the_import_are_shown() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    at = bring(edit(), picture(640, 480, "JPEG", exif=turned), "IMG_4711.jpg")

    assert "480×640 · 3:4" in text_of(source(at))
    assert "Turned upright." in text_of(source(at))


@pytest.mark.parametrize("name", NAMES)
def test_file_name_is_shown_escaped(name: str) -> None:
    at = bring(edit(), picture(), name)

    assert name in text_of(source(at))
    assert elements_of(source(at)) == elements_of(source(bring(at, picture(), "plain.png")))
    assert errors(at) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"<html><body>Not found</body></html>", "web page"),
        (picture()[:60], "cut off"),
        (b"hello, I am a text", "not a picture"),
    ],
)
def test_non_image_upload_shows_message(data: bytes, said: str) -> None:
    at = bring(edit(), data)

    assert [said in sentence for sentence in errors(at)] == [True], errors(at)
    assert source(at) == ""


def test_rejected_upload_keeps_the_source() -> None:
    at = bring(edit(), picture(), "first.png")
    bring(at, b"no picture", "second.png")

    assert "first.png" in source(at)
    assert len(errors(at)) == 1


def test_source_can_be_replaced_and_removed() -> None:
    at = bring(edit(), picture(), "first.png")
    at.text_area(key="edit-prompt").set_value("Make it night")
    bring(drawn(at), picture(), "second.png")
    assert "second.png" in source(at)

    at.button(key="edit-drop").click()

    assert source(drawn(at)) == ""
    assert at.text_area(key="edit-prompt").value == "Make it night"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "Upload the picture as a file"),
        ("http://127.0.0.1/cat.png", "private"),
        ("http://169.254.169.254/latest/meta-data/", "private"),
        ("http://[::1]/cat.png", "private"),
        ("127.0.0.1/cat.png", "private"),  # as a browser's bar copies it: https:// is ours to add
        ("169.254.169.254:443/latest/meta-data/", "private"),
        ("ftp://example.com/cat.png", "not a link"),
        ("data:image/png;base64,iVBORw0KGgo/a.b/c", "packed into text"),
        ("javascript:example.com/a.png", "not a link"),
        ("cat.png", "not a link"),
        ("not an address", "not a link"),
    ],
)
def test_forbidden_url_shows_message(url: str, said: str) -> None:
    at = fetch(edit(), url)

    assert len(errors(at)) == 1
    assert said in errors(at)[0]
    assert source(at) == ""


def test_local_server_is_never_contacted() -> None:
    asked: list[str] = []

    async def answer(request: Request) -> Response:
        asked.append(request.url.path)
        return Response(picture(), media_type="image/png")

    with serve_routes([Route("/{path:path}", answer)]) as address:
        at = fetch(edit(), f"{address}/cat.png")

    assert len(errors(at)) == 1
    assert asked == []
    assert source(at) == ""


def test_source_survives_page_change() -> None:
    at = bring(edit("app.py"), picture(), "mine.png")
    at.switch_page("pages/gallery.py")
    drawn(at)
    at.switch_page("pages/edit.py")

    assert "mine.png" in source(drawn(at))


def test_selected_source_is_stored_per_user() -> None:
    at = bring(edit(), picture(), "mine.png")
    user_id = at.session_state["kontext.session"].user_id

    desk = open_studio().selected_source(user_id)
    assert desk is not None
    assert desk.label == "mine.png"
    assert source(edit()) == ""
