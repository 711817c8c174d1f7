"""A page that is loaded stands still: each thing comes to the place that was kept for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.edit_steps import instruct, pair, paste, photo
from tests.browser.steps import IDLE, cards, prompt_box, shifted, watch_shifts
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

GOOD = 0.1  # where browsers' makers draw the line between a page that is still and one that jumps


@pytest.mark.parametrize("size", [(1360, 860), (390, 844)], ids=["desk", "phone"])
def test_nothing_moves_while_a_page_is_loaded(
    fast_app: AppServer, browser: Browser, size: tuple[int, int]
) -> None:
    screen = {"width": size[0], "height": size[1]}
    with open_page(browser, fast_app.url, "/edit", viewport=screen) as page:
        paste(page, photo(1392, 752), "IMG_4711.png")
        instruct(page, "Mirror it")
        pair(page, "Original and Step 1")
        watch_shifts(page, from_the_next_load=True)
        for path in ("/", "/edit", "/gallery"):
            page.goto(path)
            if path == "/edit":
                pair(page, "Original and Step 1")
                expect(prompt_box(page)).to_be_visible()
            else:
                expect(cards(page).locator("img").first).to_be_visible()
            expect(page.get_by_test_id("stApp")).to_have_attribute(*IDLE)
            assert shifted(page) < GOOD, path
