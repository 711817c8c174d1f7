"""Uses the Edit page without a browser, through Streamlit's AppTest."""

from __future__ import annotations

import html
import re
import time
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from PIL import Image
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from tests.integration.pages.page_driver import (
    TIMEOUT_S,
    cards,
    newest_tasks,
    open_page,
    rerun,
    trigger,
    user_id_of,
    wait_for_change,
    widget_data,
)


def image_bytes(
    width: int = 320, height: int = 180, file_format: str = "PNG", **options: Any
) -> bytes:
    """An image file of that size in pixels; `options` are those of `Image.save`."""
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, file_format, **options)
    return file.getvalue()


def open_edit(file: str = "pages/edit.py") -> AppTest:
    """The Edit page, opened by a new user; "app.py" opens it within its layout."""
    at = open_page(file)
    if file == "app.py":
        at.switch_page("pages/edit.py")
        rerun(at)
    return at


def open_edit_with_example() -> AppTest:
    """The Edit page with the first example as its source."""
    at = open_edit()
    next(button for button in at.button if str(button.key).startswith("example-")).click()
    return rerun(at)


def upload(at: AppTest, data: bytes, name: str = "photo.png") -> AppTest:
    """Let a picture come in, and become the source as the page's script asks for it."""
    record = open_studio().image_importer.from_bytes(user_id_of(at), data, label=name)
    choose_upload(at, record.id)
    return rerun(at)


def choose_upload(at: AppTest, image_id: str, *, key: str = "edit-upload") -> AppTest:
    """Ask for a stored picture as the source, as the script of the upload does."""
    choice = {"verb": "choose", "ids": [image_id], "nonce": time.time_ns()}
    return trigger(at, key, "chosen", choice)


def enter_url(at: AppTest, url: str) -> AppTest:
    """Type a URL into "Picture URL" and press Enter."""
    next(field for field in at.text_input if field.label == "Picture URL").set_value(url)
    return rerun(at)


def submit_edit(at: AppTest, prompt: str) -> AppTest:
    """Type an instruction and click Edit."""
    at.text_area(key="edit-prompt").set_value(prompt)
    rerun(at)
    at.button(key="edit-submit").click()
    return rerun(at)


def source_html(at: AppTest) -> str:
    """The HTML of the source beside the prompt; empty where there is none."""
    bodies = [block.proto.body for block in at.get("html")]
    return next((body for body in bodies if 'class="kx-source"' in body), "")


def visible_text(markup: str) -> str:
    """The text that a user reads of some HTML."""
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def elements(markup: str) -> list[tuple[str, list[str]]]:
    """The elements of some HTML, each with the names of its attributes."""
    tags: list[tuple[str, list[str]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(  # type: ignore[method-assign]  # a class for one line would say less
        (tag, [name for name, _ in attributes])
    )
    parser.feed(markup)
    return tags


def wait_for_pair(at: AppTest, prompt: str) -> dict[str, Any]:
    """The pair in the viewer, once an edit with this prompt is its after."""
    deadline = time.monotonic() + TIMEOUT_S
    known = newest_tasks(at)
    while True:
        pair = widget_data(rerun(at), "props")
        if pair and pair["after"]["alt"].startswith(prompt):
            return dict(pair)
        assert time.monotonic() < deadline, f"no pair for {prompt!r}: {cards(at)}"
        known = wait_for_change(at, known)
