"""What a designer does with the screen, in the words of the screen."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page, expect

IDLE = ("data-test-script-state", "notRunning")  # what Streamlit says of its script on `stApp`
ARRIVAL_MS = 30_000


def prompt_box(page: Page) -> Locator:
    """The prompt's box."""
    return page.get_by_label("Prompt", exact=True)


def ask_for(page: Page, prompt: str) -> None:
    """Type a prompt and press Ctrl with Enter, once there is a button that hears it."""
    expect(page.get_by_test_id("stBaseButton-primary")).to_be_visible()
    prompt_box(page).fill(prompt)
    page.keyboard.press("Control+Enter")


def cards(page: Page) -> Locator:
    """The cards of the page, as a screen reader finds them."""
    return page.get_by_role("article")


def picture_of(page: Page, prompt: str) -> Locator:
    """The picture that a prompt made."""
    return cards(page).locator(f"img[alt^={json.dumps(prompt)}]")


def expect_picture(page: Page, prompt: str, *, within_ms: int = ARRIVAL_MS) -> None:
    """Wait until the picture is there and its pixels are."""
    picture = picture_of(page, prompt)
    expect(picture).to_be_visible(timeout=within_ms)
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("picture => picture.naturalWidth") > 0


def act(page: Page, words: str, *, card: int = 0) -> None:
    """Press one of a card's buttons; a narrow card has it in its menu."""
    cards(page).nth(card).hover()
    button = cards(page).nth(card).get_by_role("button", name=words, exact=True)
    more = cards(page).nth(card).get_by_role("button", name="More", exact=True)
    expect(button.or_(more).first).to_be_visible()
    if button.is_visible():
        button.click()
    else:
        more.click()
        page.get_by_role("menu").get_by_text(words, exact=True).click()


def box_of(element: Locator) -> FloatRect:
    """Where an element stands, in CSS pixels."""
    box = element.bounding_box()
    assert box is not None
    return box


def go_to(page: Page, name: str) -> None:
    """Change the page by the bar on top, and wait until the last one has gone."""
    page.get_by_role("link", name=name, exact=True).click()
    own = page.get_by_placeholder("Search prompts") if name == "Gallery" else prompt_box(page)
    expect(own).to_be_visible()


def download(page: Page) -> tuple[str, bytes]:
    """Save the newest picture as a file: its name and its bytes."""
    cards(page).first.hover()
    with page.expect_download() as coming:
        cards(page).first.get_by_role("link", name="Download").click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


@contextmanager
def away_from(page: Page) -> Iterator[None]:
    """Look elsewhere while the server is gone, and come back to the first page."""
    page.goto("about:blank")
    yield
    page.goto("/")


def pixels(data: bytes) -> tuple[str | None, bytes]:
    """The format of a picture file, and what is to be seen in it."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.format, picture.tobytes()


_WATCH_SHIFTS = """(buffered) => {
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts.push(entry.value);
    }).observe({ type: "layout-shift", buffered });
}"""


def watch_shifts(page: Page, *, from_the_next_load: bool = False) -> None:
    """Begin to note what moves on the page without a hand; `shifted` tells how much."""
    if from_the_next_load:
        page.add_init_script(f"({_WATCH_SHIFTS})(true)")
    else:
        page.evaluate(_WATCH_SHIFTS, False)


def shifted(page: Page) -> float:
    """The sum of the layout shifts, as browsers score them: 1 is the whole screen moved away."""
    return float(page.evaluate("() => window.shifts.reduce((sum, shift) => sum + shift, 0)"))
