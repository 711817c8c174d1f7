"""Files that are dropped on any page, and image addresses."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

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

PROMPT = "A castle, http://a.example www.b.example c@d.example"
CLICK_LINK = """name => [...document.querySelectorAll("a")]
    .find((link) => link.textContent.trim() === name).click()"""


def drop_a_made_image_and_restore_its_settings(app: AppServer, page: Page) -> None:
    submit_prompt(page, PROMPT)
    expect_image(page, PROMPT)
    _, saved = download(page)
    for where in ("Gallery", "Generate"):
        go_to(page, where)
        drop(page, saved)
        expect(page).to_have_url(f"{app.url}/edit")
        expect(page.get_by_text("how it was made")).to_contain_text("A castle")
        expect(page.locator("a[href*=example]")).to_have_count(0)  # strangers set no links

    prompt_box(page).fill("")
    click_button(page, "Restore its settings")
    expect(page).to_have_url(f"{app.url}/")
    expect(prompt_box(page)).to_have_value(PROMPT)


def drop_during_a_page_change(app: AppServer, page: Page) -> None:
    wait_for_drop_target(page)
    for where in ("Gallery", "Generate", "Gallery"):
        page.evaluate(CLICK_LINK, where)
        drop(page, photo())
        expect(page).to_have_url(f"{app.url}/edit")
        expect(source(page)).to_contain_text("mine.jpg")
        # Streamlit takes a click for one on Edit only after the page change has ended.
        expect_idle(page)
        click_button(page, "Remove")
        expect(source(page)).to_have_count(0)


def name_what_is_no_image(app: AppServer, page: Page) -> None:
    go_to(page, "Gallery")
    expect(page.locator(".st-key-kx-drop input")).to_be_attached()
    drop(page, b"%PDF-1.7", "www.host.example brief.pdf", "application/pdf")
    expect(page).to_have_url(f"{app.url}/edit")
    expect(page.get_by_role("alert")).to_contain_text("brief.pdf” is no picture")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(0)

    page.get_by_role("textbox", name="Picture URL").fill("http://127.0.0.1/cat.png")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="private")).to_be_visible()


def test_file_dropped_on_any_page_at_any_time_becomes_the_source_or_is_named(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        drop_a_made_image_and_restore_its_settings(fast_app, page)
        drop_during_a_page_change(fast_app, page)
        name_what_is_no_image(fast_app, page)
