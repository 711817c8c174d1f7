"""Steps of a user in a gallery of a thousand images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.steps import expect_idle
from tests.support.app_server import COOKIE, AppServer
from tests.support.chromium import open_page

COUNT = 1000
Stroke = tuple[tuple[float, float], tuple[float, float]]
"""Of one finger: where it touches down and where it lifts, in CSS pixels."""


@dataclass(frozen=True)
class SeededApp:
    """The app, and the cookies of Anna with a thousand images and of Ben with one."""

    app: AppServer
    anna: str
    ben: str


@contextmanager
def gallery(
    browser: Browser, seeded_app: SeededApp, token: str, path: str = "/gallery", **options: Any
) -> Iterator[Page]:
    """The gallery of the user who has this cookie, once its first image is visible."""
    cookie = {"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}
    state = {"cookies": [{**cookie, "expires": -1, "httpOnly": True, "sameSite": "Lax"}]}
    with open_page(browser, seeded_app.app.url, path, storage_state=state, **options) as page:
        expect(page.locator(".kx-grid-loaded").first).to_be_visible()
        yield page


def card(page: Page, prompt: str) -> Locator:
    """The card of the image that this prompt made."""
    # By attribute: among a thousand cards, a search by role takes seconds.
    return page.locator(f'article[aria-label="Done: {prompt}"]')


def card_at(page: Page, index: int) -> Locator:
    """The card at this index, from 0."""
    return page.locator("article").nth(index)


def find(page: Page, text: str) -> None:
    """Type into the search box, once the last action has ended."""
    expect_idle(page)
    page.get_by_role("searchbox", name="Search").fill(text)


def selection(page: Page) -> Locator:
    """The toolbar for the selected images."""
    return page.get_by_role("toolbar", name="Selected pictures")


def download_selected(page: Page) -> ZipFile:
    """Download the selected images as a ZIP file."""
    with page.expect_download() as started:
        selection(page).get_by_role("button", name="Download").click()
    return ZipFile(started.value.path())


def images_in(archive: ZipFile) -> set[str]:
    """The names of the images in a ZIP file."""
    return {name for name in archive.namelist() if name.endswith(".jpg")}


def swipe(page: Page, *strokes: Stroke) -> None:
    """Move one finger per stroke, all at the same time."""
    touch = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.0), ("touchMove", 0.5), ("touchMove", 1.0)):
        points = [
            {"x": x + (to_x - x) * share, "y": y + (to_y - y) * share, "id": finger}
            for finger, ((x, y), (to_x, to_y)) in enumerate(strokes)
        ]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
