"""A picture dropped anywhere on the app comes to Edit, with its settings if it carries them."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.edit_steps import photo, press, source, wait_for_hands
from tests.browser.steps import ask_for, download, expect_picture, go_to, prompt_box
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

DROP = """([bytes, name, type]) => {
    const file = new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type });
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    document.body.dispatchEvent(
        new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}"""


def drop(page: Page, data: bytes, name: str = "mine.jpg", kind: str = "image/jpeg") -> None:
    wait_for_hands(page)
    page.evaluate(DROP, [base64.b64encode(data).decode(), name, kind])


LEAVE = """name => [...document.querySelectorAll("a")]
    .find((link) => link.textContent.trim() === name).click()"""


@pytest.mark.browser
def test_a_file_dropped_on_any_page_is_the_source_and_its_settings_come_when_asked_for(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        ask_for(page, "A castle on a hill")
        expect_picture(page, "A castle on a hill")
        _, saved = download(page)

        for where in ("Gallery", "Generate"):
            go_to(page, where)
            drop(page, saved)
            expect(page).to_have_url(f"{fast_app.url}/edit")
            expect(page.get_by_text("how it was made")).to_contain_text("A castle on a hill")

        prompt_box(page).fill("")
        page.get_by_role("button", name="Restore its settings").click()
        expect(page).to_have_url(f"{fast_app.url}/")
        expect(prompt_box(page)).to_have_value("A castle on a hill")


@pytest.mark.browser
def test_a_drop_while_the_page_changes_is_not_lost(fast_app: AppServer, browser: Browser) -> None:
    with open_page(browser, fast_app.url) as page:
        data = photo()
        wait_for_hands(page)
        for where in ("Gallery", "Generate", "Gallery"):
            page.evaluate(LEAVE, where)
            drop(page, data)
            expect(page).to_have_url(f"{fast_app.url}/edit")
            expect(source(page)).to_contain_text("mine.jpg")
            # A press is Edit's only once Streamlit is done with the change of the page.
            idle = ("data-test-script-state", "notRunning")
            expect(page.get_by_test_id("stApp")).to_have_attribute(*idle)
            press(page, "Remove")
            expect(source(page)).to_have_count(0)


@pytest.mark.browser
def test_a_dropped_file_that_is_no_picture_is_named_on_edit(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/gallery") as page:
        expect(page.get_by_placeholder("Search prompts")).to_be_visible()
        expect(page.locator(".st-key-kx-catcher input")).to_be_attached()
        drop(page, b"%PDF-1.7", "brief.pdf", "application/pdf")
        expect(page).to_have_url(f"{fast_app.url}/edit")
        expect(page.get_by_role("alert")).to_contain_text("“brief.pdf” is no picture")
