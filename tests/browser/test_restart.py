"""A page that stays open while its server restarts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.edit_steps import (
    comparison,
    paste,
    photo,
    submit_edit,
    wait_for_drop_target,
)
from tests.browser.steps import cards, expect_idle, expect_image, prompt_box, prompt_picker
from tests.support.app_server import AppServer
from tests.support.chromium import HeldWebSocket

pytestmark = pytest.mark.browser

CONNECTION = "data-test-connection-state"
RECORD_DIALOG = """() => new MutationObserver(() => {
    if (document.querySelector("[data-testid=stDialog]")) document.body.dataset.dialog = "seen";
}).observe(document.body, { childList: true })"""


@contextmanager
def open_page_ignoring_errors(browser: Browser, url: str) -> Iterator[Page]:
    """A page in a new context whose console may report refused connections."""
    context = browser.new_context(base_url=url)
    try:
        page = context.new_page()
        page.goto("/")
        yield page
    finally:
        context.close()


def restart(app: AppServer, page: Page) -> None:
    """Restart the server under an open page, and wait until the page has reconnected."""
    streamlit = page.get_by_test_id("stApp")
    app.kill()
    expect(streamlit).not_to_have_attribute(CONNECTION, "CONNECTED")
    app.start()
    expect(streamlit).to_have_attribute(CONNECTION, "CONNECTED")


def test_typing_goes_on_through_an_outage_and_the_first_click_counts(
    restartable_app: AppServer, browser: Browser
) -> None:
    with open_page_ignoring_errors(browser, restartable_app.url) as page:
        streamlit = page.get_by_test_id("stApp")
        expect(prompt_picker(page)).to_be_attached()
        prompt_box(page).click()
        page.evaluate(RECORD_DIALOG)
        page.keyboard.type("A ")
        restartable_app.kill()
        expect(streamlit).not_to_have_attribute(CONNECTION, "CONNECTED")
        page.keyboard.type("quiet ")
        expect(page.locator("body[data-dialog]")).to_be_attached()  # Streamlit's own dialog
        expect(page.get_by_test_id("stDialog")).to_have_count(0)
        page.keyboard.type("harbour ")
        restartable_app.start()
        expect(streamlit).to_have_attribute(CONNECTION, "CONNECTED")
        expect_idle(page)
        page.keyboard.type("at dawn")
        expect(prompt_box(page)).to_have_value("A quiet harbour at dawn")

        page.get_by_role("button", name="Generate").click()
        expect_image(page, "A quiet harbour at dawn")
        expect(cards(page)).to_have_count(1)


def test_button_clicked_before_the_first_drawing_after_a_restart_counts(
    restartable_app: AppServer, browser: Browser
) -> None:
    with open_page_ignoring_errors(browser, restartable_app.url) as page:
        connection = HeldWebSocket(page, "page")
        page.reload()
        generate = page.get_by_role("button", name="Generate")
        expect(generate).to_be_visible()
        wait_for_drop_target(page)
        prompt_box(page).fill("A quiet harbour at dawn")
        connection.held = []
        restart(restartable_app, page)
        generate.click()
        connection.release()
        expect_image(page, "A quiet harbour at dawn")
        expect(cards(page)).to_have_count(1)


def test_component_clicked_before_the_first_drawing_after_a_restart_counts(
    restartable_app: AppServer, browser: Browser
) -> None:
    with open_page_ignoring_errors(browser, restartable_app.url) as page:
        connection = HeldWebSocket(page, "page")
        page.goto("/edit")
        paste(page, photo(640, 480), "IMG_4711.png")
        submit_edit(page, "Mirror it")
        comparison(page, "Original and Step 1")
        connection.held = []
        restart(restartable_app, page)
        page.get_by_role("button", name="Edit from here").click()
        connection.release()
        step = page.get_by_role("listitem").filter(has_text="Step 1")
        expect(step).to_contain_text("Editing this")
