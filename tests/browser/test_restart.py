"""What is clicked while the server dies or comes back under an open page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.edit_steps import comparison, paste, photo, submit_edit
from tests.browser.steps import CONNECTION, OUTAGE, prompt_box
from tests.support.app_server import AppServer
from tests.support.chromium import HeldWebSocket, open_page

pytestmark = pytest.mark.browser


CLICK_ONCE_CONNECTED = """(button) => {
    const isConnected = () => document.querySelector("[data-test-connection-state=CONNECTED]");
    new MutationObserver((_, observer) => {
        if (!isConnected()) return;
        observer.disconnect();
        button.click();
        document.body.dataset.clicked = "";
    }).observe(document.body, { attributes: true, subtree: true });
}"""


def restart_and_click(
    app: AppServer, page: Page, connection: HeldWebSocket, button: Locator
) -> None:
    """Restart the server, and click in the moment of the reconnect: nothing is drawn yet."""
    streamlit = page.get_by_test_id("stApp")
    connection.held = []
    app.kill()
    expect(streamlit).not_to_have_attribute(*CONNECTION)
    page.evaluate("delete document.body.dataset.clicked")
    button.evaluate(CLICK_ONCE_CONNECTED)
    app.start()
    expect(page.locator("body[data-clicked]")).to_be_attached()
    connection.release()


def lose_a_press(app: AppServer, page: Page, connection: HeldWebSocket, button: Locator) -> None:
    """The server dies while a press is on its way, and comes back without it."""
    connection.held = []
    button.click()
    connection.wait_for_held(text="edit-submit")
    app.kill()
    connection.held = None
    app.start()


def test_press_around_a_restart_counts_or_is_said_to_be_lost(
    restartable_app: AppServer, browser: Browser
) -> None:
    url = restartable_app.url
    with open_page(browser, url, "about:blank", expected_errors=OUTAGE) as page:
        connection = HeldWebSocket(page, "page")
        page.goto("/edit")
        paste(page, photo(640, 480), "IMG_4711.png")
        submit_edit(page, "Mirror it")
        comparison(page, "Original and Step 1")

        of_component = page.get_by_role("button", name="Edit from here")
        restart_and_click(restartable_app, page, connection, of_component)
        step = page.get_by_role("listitem").filter(has_text="Step 1")
        expect(step).to_contain_text("Editing this")

        prompt_box(page).fill("Make it warmer")
        of_streamlit = page.get_by_role("button", name="Edit ·")
        restart_and_click(restartable_app, page, connection, of_streamlit)
        comparison(page, "Step 1 and Step 2")

        prompt_box(page).fill("Add fog")
        lose_a_press(restartable_app, page, connection, of_streamlit)
        expect(page.get_by_text("Your last press did not arrive")).to_be_visible()
        expect(prompt_box(page)).to_have_value("Add fog")
        page.get_by_role("button", name="Edit this").click()  # the source is Step 2
        of_streamlit.click()
        comparison(page, "Step 2 and Step 3")
