"""A page that stays open while its server is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.doing import cards, expect_picture, prompt_box
from tests.serving import ServedApp

pytestmark = pytest.mark.browser

CONNECTION = "data-test-connection-state"


@contextmanager
def unwatched(browser: Browser, url: str) -> Iterator[Page]:
    """A visitor's page whose console may speak of a connection that is refused."""
    context = browser.new_context(base_url=url)
    try:
        page = context.new_page()
        page.goto("/")
        yield page
    finally:
        context.close()


def test_whoever_writes_goes_on_writing_and_the_first_press_afterwards_counts(
    app: ServedApp, browser: Browser
) -> None:
    with unwatched(browser, app.url) as page:
        studio = page.get_by_test_id("stApp")
        expect(page.locator(".kx-recall")).to_be_attached()  # its script has come
        prompt_box(page).click()
        page.keyboard.type("A quiet ")
        app.kill()
        expect(studio).not_to_have_attribute(CONNECTION, "CONNECTED")
        page.keyboard.type("harbour ")
        app.start()
        expect(studio).to_have_attribute(CONNECTION, "CONNECTED")
        expect(studio).to_have_attribute("data-test-script-state", "notRunning")
        page.keyboard.type("at dawn")
        expect(prompt_box(page)).to_have_value("A quiet harbour at dawn")

        page.get_by_role("button", name="Generate").click()
        expect_picture(page, "A quiet harbour at dawn")
        expect(cards(page)).to_have_count(1)
