"""The app by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import cards, expect_image, go_to, submit_prompt
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


def test_focus_is_visible_ordered_and_returns_to_a_restored_card(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        credits_button = page.get_by_role("button", name="credits", exact=True)
        expect(credits_button).to_be_visible()
        links = [
            page.get_by_role("link", name=name, exact=True)
            for name in ("Generate", "Edit", "Gallery")
        ]
        links[1].focus()
        page.keyboard.press("Shift+Tab")
        for link in links:
            expect(link).to_be_focused()
            expect(link).to_have_css("outline-style", "solid")
            expect(link).to_have_css("outline-width", "2px")
            page.keyboard.press("Tab")
        expect(credits_button).to_be_focused()
        expect(page.locator(".st-key-kx-credits")).to_have_css("outline-style", "solid")

        page.get_by_role("slider", name="Safety tolerance").focus()
        page.keyboard.press("Tab")
        expect(page.get_by_role("switch", name="Translate prompt")).to_be_focused()

        submit_prompt(page, "A hill")
        expect_image(page, "A hill")
        go_to(page, "Gallery")
        cards(page).focus()
        page.keyboard.press("Delete")
        expect(cards(page)).to_have_count(0)
        page.get_by_role("button", name="Undo").press("Enter")
        expect(cards(page)).to_be_focused()
