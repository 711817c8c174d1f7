"""Files that are dropped on any page, and image addresses."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.edit_steps import drop, photo, source, wait_for_drop_target
from tests.browser.steps import (
    click_button,
    download,
    expect_idle,
    expect_image,
    go_to,
    prompt_box,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

CLICK_LINK = """name => [...document.querySelectorAll("a")]
    .find((link) => link.textContent.trim() === name).click()"""


def test_file_dropped_on_any_page_becomes_the_source_and_restores_its_settings(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        prompt = "A castle, http://a.example www.b.example c@d.example"
        submit_prompt(page, prompt)
        expect_image(page, prompt)
        _, saved = download(page)

        for where in ("Gallery", "Generate"):
            go_to(page, where)
            drop(page, saved)
            expect(page).to_have_url(f"{fast_app.url}/edit")
            expect(page.get_by_text("how it was made")).to_contain_text("A castle")
            expect(page.locator("a[href*=example]")).to_have_count(0)  # strangers set no links

        prompt_box(page).fill("")
        click_button(page, "Restore its settings")
        expect(page).to_have_url(f"{fast_app.url}/")
        expect(prompt_box(page)).to_have_value(prompt)


def test_file_dropped_during_a_page_change_is_not_lost(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        data = photo()
        wait_for_drop_target(page)
        for where in ("Gallery", "Generate", "Gallery"):
            page.evaluate(CLICK_LINK, where)
            drop(page, data)
            expect(page).to_have_url(f"{fast_app.url}/edit")
            expect(source(page)).to_contain_text("mine.jpg")
            # Streamlit takes a click for one on Edit only after the page change has ended.
            expect_idle(page)
            click_button(page, "Remove")
            expect(source(page)).to_have_count(0)


def test_files_and_addresses_that_are_no_image_are_named_on_edit(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/gallery") as page:
        expect(page.get_by_placeholder("Search prompts")).to_be_visible()
        expect(page.locator(".st-key-kx-drop input")).to_be_attached()
        drop(page, b"%PDF-1.7", "www.host.example brief.pdf", "application/pdf")
        expect(page).to_have_url(f"{fast_app.url}/edit")
        expect(page.get_by_role("alert")).to_contain_text("brief.pdf” is no picture")
        expect(page.get_by_role("alert").get_by_role("link")).to_have_count(0)

        page.get_by_role("textbox", name="Picture URL").fill("http://127.0.0.1/cat.png")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="private")).to_be_visible()
