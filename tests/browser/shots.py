"""Screenshots of every page, light and dark, wide and narrow: `python -m tests.browser.shots`.

The PNG files go to `shots/` in the checkout. One user's pages are shown empty, then with images
and a rejected task.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from components.sandbox import SandboxOptions, start
from tests.browser.steps import (
    cards,
    expect_idle,
    expect_image,
    prompt_box,
    submit_prompt,
    wait_until,
)
from tests.support.app_server import AppServer
from tests.support.chromium import chromium, open_page

FOLDER = Path(__file__).parents[2] / "shots"
PAGES = {"generate": "/", "edit": "/edit", "gallery": "/gallery"}
VIEWPORTS = {"wide": (1360, 860), "narrow": (390, 844)}
PROMPTS = ("A lighthouse at dusk, storm clouds", "A fox in a snowy forest")
ALL_IMAGES_ARE_LOADED = "[...document.images].every((image) => image.complete)"
REJECTED = "A quiet harbour [refused]"


def main() -> None:
    """Replace the screenshots of the run before."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with (
        tempfile.TemporaryDirectory() as folder,
        start(SandboxOptions(seconds=1)) as sandbox,
        chromium() as browser,
    ):
        settings = {
            "KIE_API_KEY": "a-key",
            "KIE_BASE_URL": sandbox.url,
            "KIE_UPLOAD_BASE_URL": sandbox.url,
        }
        with AppServer(Path(folder) / "data", settings) as app:
            for theme in ("light", "dark"):
                save_theme(browser, app.url, theme)
    sys.stdout.write(f"{len(list(FOLDER.iterdir()))} screenshots in {FOLDER}\n")


def save_theme(browser: Browser, url: str, theme: str) -> None:
    """All pages of a new user in one colour scheme, empty and with images."""
    with open_page(browser, url, color_scheme=theme) as page:
        save_pages(page, f"{theme}-empty")
        page.goto("/")
        for prompt in PROMPTS:
            submit_prompt(page, prompt)
            expect_image(page, prompt)
        submit_prompt(page, REJECTED)
        expect(cards(page).filter(has_text="Refused by the content policy")).to_have_count(1)
        save_pages(page, f"{theme}-images")


def save_pages(page: Page, name: str) -> None:
    """Each page at both sizes, once it is idle and its fonts are loaded."""
    for size, (width, height) in VIEWPORTS.items():
        page.set_viewport_size({"width": width, "height": height})
        for label, path in PAGES.items():
            page.goto(path)
            landmark = page.locator(".kx-grid") if label == "gallery" else prompt_box(page)
            landmark.wait_for()
            expect_idle(page)
            wait_until(page, lambda: page.evaluate(ALL_IMAGES_ARE_LOADED))
            page.evaluate("document.fonts.ready")
            page.screenshot(path=FOLDER / f"{label}-{name}-{size}.png")


if __name__ == "__main__":
    main()
