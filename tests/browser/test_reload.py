"""Whoever comes back to the gallery finds it as they left it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import ask_for, cards, expect_picture, go_to
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


def by_the_link(page: Page) -> None:
    go_to(page, "Gallery")


def by_back(page: Page) -> None:
    page.go_back()


@pytest.mark.parametrize("come_back", [by_the_link, by_back])
def test_the_search_is_still_there_after_another_page(
    fast_app: AppServer, browser: Browser, come_back: Callable[[Page], None]
) -> None:
    with open_page(browser, fast_app.url) as page:
        for prompt in ("A grey heron", "A red barn"):
            ask_for(page, prompt)
            expect_picture(page, prompt)
        go_to(page, "Gallery")
        page.get_by_placeholder("Search prompts").fill("heron")
        expect(cards(page)).to_have_count(1)
        go_to(page, "Generate")

        come_back(page)
        expect(page.get_by_placeholder("Search prompts")).to_have_value("heron")
        expect(cards(page)).to_have_count(1)
        expect(page).to_have_url(f"{fast_app.url}/gallery?find=heron")

        page.reload()
        expect(page.get_by_placeholder("Search prompts")).to_have_value("heron")
