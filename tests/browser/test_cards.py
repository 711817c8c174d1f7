"""Images that arrive by themselves, and what a user does with a card."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import (
    card_action,
    cards,
    download,
    expect_image,
    go_to,
    pixels,
    prompt_box,
    stored_file,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

BEFORE_POLL_FALLBACK_MS = 12_000  # without a push, the page asks only after 15 s


def test_double_submit_makes_one_image_that_is_pushed_to_its_user_only(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page, open_page(browser, fast_app.url) as other:
        submit_prompt(page, "A quiet harbour")
        page.keyboard.press("Control+Enter")
        expect_image(page, "A quiet harbour", timeout_ms=BEFORE_POLL_FALLBACK_MS)

        expect(cards(page)).to_have_count(1)
        expect(other.get_by_role("heading", name="Begin with one of these")).to_be_visible()
        expect(cards(other)).to_have_count(0)


def test_png_is_downloaded_as_stored_and_remix_restores_its_settings(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        page.get_by_role("radio", name="9:16").click()
        page.get_by_role("radio", name="PNG").click()
        submit_prompt(page, "A tower in the fog")
        expect_image(page, "A tower in the fog")

        name, saved = download(page)
        assert name.startswith("kontext-a-tower-in-the-fog-")
        assert name.endswith(".png")
        assert pixels(saved) == pixels(stored_file(fast_app, page, "png"))
        assert pixels(saved)[0] == "PNG"

        prompt_box(page).fill("Something else")
        page.get_by_role("radio", name="1:1", exact=True).click()
        go_to(page, "Gallery")
        card_action(page, "Remix")
        expect(prompt_box(page)).to_have_value("A tower in the fog")
        expect(page.get_by_role("radio", name="9:16")).to_be_checked()
        expect(page.get_by_role("radio", name="PNG")).to_be_checked()
