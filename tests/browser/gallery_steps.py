"""What a designer does with a gallery of a thousand pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.app_server import COOKIE, AppServer
from tests.support.chromium import open_page

COUNT = 1000
Stroke = tuple[tuple[float, float], tuple[float, float]]
"""Of a finger: where it comes down, and where it is lifted, in CSS pixels."""


@dataclass(frozen=True)
class SeededApp:
    """The app, Anna with her thousand pictures, and Ben with one."""

    app: AppServer
    anna: str
    ben: str


@contextmanager
def gallery(
    browser: Browser, seeded_app: SeededApp, token: str, path: str = "/gallery", **options: Any
) -> Iterator[Page]:
    """The gallery of the designer who has this cookie, once its first picture is seen."""
    cookie = {"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}
    state = {"cookies": [{**cookie, "expires": -1, "httpOnly": True, "sameSite": "Lax"}]}
    with open_page(browser, seeded_app.app.url, path, storage_state=state, **options) as page:
        expect(page.locator(".kx-sheet-loaded").first).to_be_visible()
        yield page


def card(page: Page, prompt: str) -> Locator:
    """The card of the picture that this prompt made."""
    # By attribute: among a thousand cards, a search by role takes seconds.
    return page.locator(f'article[aria-label="Done: {prompt}"]')


def place(page: Page, number: int) -> Locator:
    """The card at this place, from 0."""
    return page.locator("article").nth(number)


def press_on(button: Locator) -> None:
    """Press a button that shows when its card is pointed at."""
    button.page.mouse.move(0, 0)
    button.locator("xpath=ancestor::article").hover()
    button.click()


def find(page: Page, text: str) -> None:
    """Type into the search."""
    page.get_by_role("searchbox", name="Search").fill(text)


def selection(page: Page) -> Locator:
    """The bar with what can be done with the selected pictures."""
    return page.get_by_role("toolbar", name="Selected pictures")


def download_selected(page: Page) -> ZipFile:
    """Take the selected pictures home, as one file."""
    with page.expect_download() as coming:
        selection(page).get_by_role("button", name="Download").click()
    return ZipFile(coming.value.path())


def pictures_in(archive: ZipFile) -> set[str]:
    """The names of the pictures in a download."""
    return {name for name in archive.namelist() if name.endswith(".jpg")}


def swipe(page: Page, *strokes: Stroke) -> None:
    """Move one finger for each of these strokes, all at the same time."""
    touch = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.0), ("touchMove", 0.5), ("touchMove", 1.0)):
        points = [
            {"x": x + (to_x - x) * share, "y": y + (to_y - y) * share, "id": finger}
            for finger, ((x, y), (to_x, to_y)) in enumerate(strokes)
        ]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
