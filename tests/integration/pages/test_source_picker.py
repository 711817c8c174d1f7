"""The source of an edit: upload or URL, its details beside the prompt, and what is rejected."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.bootstrap import open_studio
from tests.integration.pages.edit_page_driver import (
    choose_upload,
    elements,
    enter_url,
    image_bytes,
    open_edit,
    open_edit_with_example,
    source_html,
    upload,
    visible_text,
)
from tests.integration.pages.page_driver import (
    error_texts,
    open_page,
    rerun,
    trigger,
    user_id_of,
    widget_data,
)
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
    at = open_edit(file)

    assert at.text_area(key="edit-prompt").label == "Prompt"
    assert at.button_group(key="edit-ratio").value == "Match input"
    assert at.button(key="edit-submit").label == "Edit · 5 credits"
    assert widget_data(at, "upload")["layout"] == "large"
    assert source_html(at) == ""


def test_uploaded_image_is_shown_with_details() -> None:
    at = upload(open_edit(), image_bytes(640, 480))
    text = visible_text(source_html(at))

    assert "photo.png" in text
    assert "640×480 · 4:3 · PNG" in text
    assert 'alt="photo.png (source picture)"' in source_html(at)


def test_changes_by_the_import_are_shown() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: rotated by 90 degrees
    at = upload(open_edit(), image_bytes(640, 480, "JPEG", exif=exif), "IMG_4711.jpg")

    assert "480×640 · 3:4" in visible_text(source_html(at))
    assert "Turned upright." in visible_text(source_html(at))


def test_file_name_is_shown_escaped() -> None:
    at = upload(open_edit(), image_bytes(), "plain.png")
    plain = elements(source_html(at))
    for number, name in enumerate(NAMES):
        upload(at, image_bytes(200 + number), name)  # the same picture would keep its first name

        assert name in visible_text(source_html(at))
        assert elements(source_html(at)) == plain, name
        assert error_texts(at) == []


@pytest.mark.parametrize("image_id", ["a" * 32, "another's", "../x"])
def test_only_a_picture_of_this_user_becomes_the_source(image_id: str) -> None:
    if image_id == "another's":
        image_id = (
            open_studio().image_importer.from_bytes("b" * 32, image_bytes(), label="theirs").id
        )
    at = upload(open_edit(), image_bytes(), "first.png")
    choose_upload(at, image_id)

    assert [toast.value for toast in at.toast] == ["That picture is no longer here\\."]
    assert "first.png" in source_html(rerun(at))


def test_choice_that_is_sent_twice_counts_once() -> None:
    at = upload(open_edit(), image_bytes(), "first.png")
    first = open_studio().selected_source(user_id_of(at))
    upload(at, image_bytes(200), "second.png")
    assert first is not None

    trigger(at, "edit-upload", "chosen", {"verb": "choose", "ids": [first.id], "nonce": 1})

    assert "second.png" in source_html(rerun(at))


def test_picture_that_came_in_on_another_page_becomes_the_source() -> None:
    at = open_page()
    record = open_studio().image_importer.from_bytes(
        user_id_of(at), image_bytes(), label="dropped.png"
    )

    choose_upload(at, record.id, key="page-upload")

    selected = open_studio().selected_source(user_id_of(at))
    assert selected is not None
    assert selected.id == record.id


def test_source_can_be_replaced_and_removed() -> None:
    at = upload(open_edit(), image_bytes(), "first.png")
    at.text_area(key="edit-prompt").set_value("Make it night")
    upload(rerun(at), image_bytes(200), "second.png")
    assert "second.png" in source_html(at)

    at.button(key="edit-drop").click()

    assert source_html(rerun(at)) == ""
    assert at.text_area(key="edit-prompt").value == "Make it night"


def test_both_sizes_are_said_where_they_differ() -> None:
    at = upload(open_edit(), image_bytes(file_format="WEBP"), "photo.webp")

    assert "320×180\u00a0WEBP, sent as 320×180\u00a0JPEG · 16:9" in source_html(at)
    assert "320×180 · 16:9 · PNG" in source_html(upload(at, image_bytes(), "photo.png"))


def test_ground_of_transparent_parts_can_be_chosen() -> None:
    file = BytesIO()
    Image.new("RGBA", (320, 180), (200, 0, 0, 90)).save(file, "PNG")
    at = upload(open_edit(), file.getvalue(), "logo.png")
    first = open_studio().selected_source(user_id_of(at))
    [choice] = [each for each in at.get("button_group") if each.label == "Transparent parts"]
    assert choice.value == "White"

    choice.set_value("Black")
    rerun(at)

    source = open_studio().selected_source(user_id_of(at))
    assert source is not None
    assert source.ground == "#000000"
    assert "filled with black" in source_html(at)
    assert [each.value for each in at.get("button_group") if each.label == "Transparent parts"] == [
        "Black"
    ]
    [choice] = [each for each in at.get("button_group") if each.label == "Transparent parts"]
    choice.set_value("White")
    rerun(at)
    assert open_studio().selected_source(user_id_of(at)) == first
    [choice] = [each for each in at.get("button_group") if each.label == "Transparent parts"]
    assert choice.value == "White"
    upload(at, image_bytes(), "opaque.png")
    assert all(each.label != "Transparent parts" for each in at.get("button_group"))


def test_starter_that_is_clicked_again_is_one_picture() -> None:
    at = open_edit_with_example()
    first = open_studio().selected_source(user_id_of(at))
    at.button(key="edit-drop").click()
    rerun(at)
    next(button for button in at.button if str(button.key).startswith("example-")).click()
    rerun(at)

    assert open_studio().selected_source(user_id_of(at)) == first
    assert open_studio().gallery.count(user_id_of(at)) == 1


FORBIDDEN_URLS = {
    "file:///etc/passwd": "Upload the picture as a file",
    "http://127.0.0.1/cat.png": "private",
    "http://169.254.169.254/latest/meta-data/": "private",
    "http://[::1]/cat.png": "private",
    "127.0.0.1/cat.png": "private",  # as copied from an address bar: https:// is added
    "169.254.169.254:443/latest/meta-data/": "private",
    "ftp://example.com/cat.png": "not a link",
    "data:image/png;base64,iVBORw0KGgo/a.b/c": "packed into text",
    "javascript:example.com/a.png": "not a link",
    "cat.png": "not a link",
    "not an address": "not a link",
}


def test_forbidden_url_shows_message() -> None:
    at = open_edit()
    for url, message in FORBIDDEN_URLS.items():
        enter_url(at, url)

        assert [message in text for text in error_texts(at)] == [True], url
        assert source_html(at) == "", url


def test_local_server_is_never_contacted() -> None:
    requested: list[str] = []

    async def answer(request: Request) -> Response:
        requested.append(request.url.path)
        return Response(image_bytes(), media_type="image/png")

    with serve_routes([Route("/{path:path}", answer)]) as address:
        at = enter_url(open_edit(), f"{address}/cat.png")

    assert len(error_texts(at)) == 1
    assert requested == []
    assert source_html(at) == ""


def test_source_survives_page_change() -> None:
    at = upload(open_edit("app.py"), image_bytes(), "mine.png")
    at.switch_page("pages/gallery.py")
    rerun(at)
    at.switch_page("pages/edit.py")

    assert "mine.png" in source_html(rerun(at))


def test_selected_source_is_stored_per_user() -> None:
    at = upload(open_edit(), image_bytes(), "mine.png")
    selected = open_studio().selected_source(user_id_of(at))
    assert selected is not None
    assert selected.label == "mine.png"
    assert source_html(open_edit()) == ""


def test_example_on_a_full_disk_shows_message() -> None:
    open_edit()
    images = open_studio().settings.data_dir / "pictures"
    images.write_text("a file where the folder would be")

    at = open_edit_with_example()

    assert "The picture could not be saved: the server's disk may be full." in error_texts(at)
    assert at.text_area(key="edit-prompt").value == ""
    assert not at.exception
