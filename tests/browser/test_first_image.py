"""A new user's first images, from an empty data folder over restarts of the server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import (
    CONNECTION,
    OUTAGE,
    away_from,
    cards,
    download,
    expect_idle,
    expect_image,
    go_to,
    pixels,
    prompt_box,
    prompt_picker,
    stored_file,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

PROMPT = "A lighthouse at dusk, **storm** & :red[x] <b>clouds</b>"
CREATED = re.compile("Generating|Bringing it home|1392×752")  # a kill now loses nothing
RECORD_DIALOG = """() => new MutationObserver(() => {
    if (document.querySelector("[data-testid=stDialog]")) document.body.dataset.dialog = "seen";
}).observe(document.body, { childList: true })"""


def make_the_first_image(app: AppServer, page: Page) -> None:
    expect(page.get_by_role("button", name="Generate · 5 credits")).to_be_visible()
    expect(page.get_by_text("Sandbox", exact=True)).to_be_visible()
    submit_prompt(page, PROMPT)
    expect(cards(page)).to_have_count(1)
    waiting = page.locator("article[data-kind=waiting]")
    expect(waiting).to_contain_text(re.compile(r"[1-9]\d* s"))
    expect(prompt_box(page)).to_have_value(PROMPT)
    expect_image(page, PROMPT)
    expect(cards(page)).to_contain_text(PROMPT)

    name, saved = download(page)
    assert pixels(saved) == pixels(stored_file(app, page, "jpeg"))
    assert re.fullmatch(r"kontext-a-lighthouse-at-dusk-[\w-]+-[0-9a-f]{8}\.jpg", name)


def find_it_in_the_gallery(page: Page) -> None:
    go_to(page, "Gallery")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect_image(page, PROMPT)
    go_to(page, "Generate")


def kill_the_server_while_the_next_is_made(app: AppServer, page: Page) -> None:
    submit_prompt(page, "A quiet harbour")
    expect(cards(page)).to_have_count(2)
    expect(cards(page).first).to_contain_text(CREATED)
    with away_from(page):
        app.kill()
        app.start()
    expect_image(page, PROMPT)
    expect_image(page, "A quiet harbour")
    expect(cards(page)).to_have_count(2)


def type_through_an_outage(app: AppServer, page: Page) -> None:
    streamlit = page.get_by_test_id("stApp")
    expect(prompt_picker(page)).to_be_attached()
    expect_idle(page)
    prompt_box(page).fill("")
    page.evaluate(RECORD_DIALOG)
    page.keyboard.type("A ")
    app.kill()
    expect(streamlit).not_to_have_attribute(*CONNECTION)
    page.keyboard.type("red ")
    expect(page.locator("body[data-dialog]")).to_be_attached()  # Streamlit's own dialog
    expect(page.get_by_test_id("stDialog")).to_have_count(0)
    page.keyboard.type("kite ")
    app.start()
    expect(streamlit).to_have_attribute(*CONNECTION)
    expect_idle(page)
    page.keyboard.type("at dawn")
    expect(prompt_box(page)).to_have_value("A red kite at dawn")


def test_first_images_survive_a_reload_a_killed_server_and_an_outage(
    restartable_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, restartable_app.url, expected_errors=OUTAGE) as page:
        make_the_first_image(restartable_app, page)
        page.reload()
        expect_image(page, PROMPT)
        find_it_in_the_gallery(page)
        kill_the_server_while_the_next_is_made(restartable_app, page)
        type_through_an_outage(restartable_app, page)

        page.get_by_role("button", name="Generate ·").click()  # the first click counts
        expect_image(page, "A red kite at dawn")
        expect(cards(page)).to_have_count(3)
