"""A page that stays open while its server is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.edit_steps import instruct, pair, paste, photo
from tests.browser.steps import IDLE, cards, expect_picture, prompt_box
from tests.support.app_server import AppServer
from tests.support.chromium import HeldWebSocket

pytestmark = pytest.mark.browser

CONNECTION = "data-test-connection-state"
NOTE_DIALOG = """() => new MutationObserver(() => {
    if (document.querySelector("[data-testid=stDialog]")) document.body.dataset.told = "yes";
}).observe(document.body, { childList: true })"""


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


def come_back(app: AppServer, page: Page) -> None:
    """Restart the server under an open page, until that knows of it."""
    studio = page.get_by_test_id("stApp")
    app.kill()
    expect(studio).not_to_have_attribute(CONNECTION, "CONNECTED")
    app.start()
    expect(studio).to_have_attribute(CONNECTION, "CONNECTED")


def test_whoever_writes_goes_on_writing_and_the_first_press_afterwards_counts(
    app: AppServer, browser: Browser
) -> None:
    with unwatched(browser, app.url) as page:
        studio = page.get_by_test_id("stApp")
        expect(page.locator(".kx-recall")).to_be_attached()  # its script has come
        prompt_box(page).click()
        page.evaluate(NOTE_DIALOG)
        page.keyboard.type("A ")
        app.kill()
        expect(studio).not_to_have_attribute(CONNECTION, "CONNECTED")
        page.keyboard.type("quiet ")
        expect(page.locator("body[data-told]")).to_be_attached()  # by a dialog of Streamlit's own
        expect(page.get_by_test_id("stDialog")).to_have_count(0)
        page.keyboard.type("harbour ")
        app.start()
        expect(studio).to_have_attribute(CONNECTION, "CONNECTED")
        expect(studio).to_have_attribute(*IDLE)
        page.keyboard.type("at dawn")
        expect(prompt_box(page)).to_have_value("A quiet harbour at dawn")

        page.get_by_role("button", name="Generate").click()
        expect_picture(page, "A quiet harbour at dawn")
        expect(cards(page)).to_have_count(1)


def test_a_press_counts_that_comes_before_the_server_has_drawn_anything(
    app: AppServer, browser: Browser
) -> None:
    with unwatched(browser, app.url) as page:
        line = HeldWebSocket(page, "page")
        page.reload()
        generate = page.get_by_role("button", name="Generate")
        expect(generate).to_be_visible()
        expect(page.locator("html[data-kx-takes]")).to_be_attached()  # the last script has come
        prompt_box(page).fill("A quiet harbour at dawn")
        line.held = []
        come_back(app, page)
        generate.click()
        line.release()
        expect_picture(page, "A quiet harbour at dawn")
        expect(cards(page)).to_have_count(1)


def test_a_press_in_a_drawing_of_ours_counts_as_early(app: AppServer, browser: Browser) -> None:
    with unwatched(browser, app.url) as page:
        line = HeldWebSocket(page, "page")
        page.goto("/edit")
        paste(page, photo(640, 480), "IMG_4711.png")
        instruct(page, "Mirror it")
        pair(page, "Original and Step 1")
        line.held = []
        come_back(app, page)
        page.get_by_role("button", name="Edit from here").click()
        line.release()
        step = page.get_by_role("listitem").filter(has_text="Step 1")
        expect(step).to_contain_text("Editing this")
