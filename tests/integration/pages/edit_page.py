"""What a designer does and reads on the Edit page, without a browser."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.integration.pages.page_text import cards, drawn, page_at


def picture(width: int = 320, height: int = 180, form: str = "PNG", **options: Any) -> bytes:
    """The bytes of a picture of that size in pixels."""
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, form, **options)
    return file.getvalue()


def edit(file: str = "pages/edit.py") -> AppTest:
    at = page_at(file)
    if file == "app.py":
        at.switch_page("pages/edit.py")
        drawn(at)
    return at


def begun() -> AppTest:
    """With the first of the offered pictures on the desk."""
    at = edit()
    next(button for button in at.button if str(button.key).startswith("example-")).click()
    return drawn(at)


def bring(at: AppTest, data: bytes, name: str = "photo.png") -> AppTest:
    """Give a file to the uploader that is called Picture."""
    uploader = next(found for found in at.file_uploader if found.label == "Picture")
    uploader.set_value((name, data, "image/png"))
    return drawn(at)


def fetch(at: AppTest, url: str) -> AppTest:
    """Type an address into Picture URL and press Enter."""
    next(field for field in at.text_input if field.label == "Picture URL").set_value(url)
    return drawn(at)


def press(at: AppTest, words: str) -> AppTest:
    """Type an instruction and press Edit."""
    at.text_area(key="edit-prompt").set_value(words)
    drawn(at)
    at.button(key="edit-submit").click()
    return drawn(at)


def source(at: AppTest) -> str:
    """The HTML of the source beside the prompt; empty where there is none."""
    bodies = [block.proto.body for block in at.get("html")]
    return next((body for body in bodies if 'class="kx-source"' in body), "")


def text_of(markup: str) -> str:
    """What a designer reads of some HTML."""
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def elements_of(markup: str) -> list[tuple[str, list[str]]]:
    """The elements of some HTML, each with the names of its attributes."""
    found: list[tuple[str, list[str]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append(  # type: ignore[method-assign]  # a class for one line would say less
        (tag, [name for name, _ in attributes])
    )
    parser.feed(markup)
    return found


def shown(at: AppTest, part: str) -> Any:
    """What a component of the stage was given: its view, its tiles or its line."""
    for component in at.get("bidi_component"):
        data = json.loads(component.proto.json)
        if part in data:
            return json.loads(data[part])
    return None


def pair_of(at: AppTest, words: str) -> dict[str, Any]:
    """The pair, once the edit with these words is its after."""
    for _ in range(400):
        view = shown(drawn(at), "props")
        if view and view["after"]["alt"].startswith(words):
            return dict(view)
    raise AssertionError(f"no pair for {words!r}: {cards(at)}")
