"""By the keys alone: where one is can be seen, and every stop is worth its press."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import ask_for, cards, expect_picture, go_to
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


def test_the_keys_leave_a_ring_on_every_stop_of_the_bar(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        purse = page.get_by_role("button", name="credits", exact=True)
        expect(purse).to_be_visible()
        stops = [page.get_by_role("link", name=name, exact=True) for name in ("Edit", "Gallery")]
        stops[0].focus()
        page.keyboard.press("Shift+Tab")
        for stop in (page.get_by_role("link", name="Generate", exact=True), *stops):
            expect(stop).to_be_focused()
            expect(stop).to_have_css("outline-style", "solid")
            expect(stop).to_have_css("outline-width", "2px")
            page.keyboard.press("Tab")
        expect(purse).to_be_focused()
        expect(page.locator(".st-key-kx-purse")).to_have_css("outline-style", "solid")


def test_from_the_safety_slider_one_tab_leads_to_the_next_control(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        page.get_by_role("slider", name="Safety tolerance").focus()
        page.keyboard.press("Tab")
        expect(page.get_by_role("switch", name="Translate prompt")).to_be_focused()


def test_an_undo_by_its_button_leaves_the_keys_on_what_came_back(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        ask_for(page, "A hill")
        expect_picture(page, "A hill")
        go_to(page, "Gallery")
        cards(page).focus()
        page.keyboard.press("Delete")
        expect(cards(page)).to_have_count(0)
        page.get_by_role("button", name="Undo").press("Enter")
        expect(cards(page)).to_be_focused()
