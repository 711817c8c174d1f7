"""Nothing moves while a page is loaded or a result arrives."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.edit_steps import comparison, paste, pending_edits, photo, submit_edit
from tests.browser.steps import (
    box_of,
    cards,
    click_button,
    expect_idle,
    layout_shift,
    observe_layout_shifts,
    prompt_box,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [(1360, 860), (390, 844)], ids=["desktop", "phone"])
def test_loading_a_page_moves_nothing(
    fast_app: AppServer, browser: Browser, size: tuple[int, int]
) -> None:
    screen = {"width": size[0], "height": size[1]}
    with open_page(browser, fast_app.url, "/edit", viewport=screen) as page:
        paste(page, photo(1392, 752), "IMG_4711.png")
        submit_edit(page, "Mirror it")
        comparison(page, "Original and Step 1")
        observe_layout_shifts(page, from_next_load=True)
        for path in ("/", "/edit", "/gallery"):
            page.goto(path)
            if path == "/edit":
                comparison(page, "Original and Step 1")
                expect(prompt_box(page)).to_be_visible()
            else:
                expect(cards(page).locator("img").first).to_be_visible()
            expect_idle(page)
            assert layout_shift(page) < 0.1, path  # "good" by web.dev's Core Web Vitals


def test_arriving_result_moves_nothing(fast_app: AppServer, browser: Browser) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        paste(page, photo(1184, 880), "IMG_4711.png")
        alone = box_of(page.locator(".kx-source-preview-frame"))
        submit_edit(page, "Mirror it [slow]")
        expect(pending_edits(page)).to_contain_text("Mirror it")
        assert box_of(page.locator(".kx-source-preview-frame")) == alone

        viewer = box_of(comparison(page, "Original and Step 1").locator(".kx-compare-viewport"))

        assert all(abs(viewer[edge] - alone[edge]) <= 1 for edge in ("x", "y", "width", "height"))
        expect(pending_edits(page)).to_have_text("")

        click_button(page, "Edit this")
        comparison(page, "Original and Step 1")
        submit_edit(page, "Make it sepia [slow]")
        expect(pending_edits(page)).to_contain_text("Make it sepia")
        observe_layout_shifts(page)
        comparison(page, "Step 1 and Step 2")
        expect(pending_edits(page)).to_have_text("")
        assert layout_shift(page) < 0.02
