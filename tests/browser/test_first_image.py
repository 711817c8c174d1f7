"""A stranger's first picture, in a real browser, from an empty folder to a restarted server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import (
    ask_for,
    away_from,
    cards,
    download,
    expect_picture,
    go_to,
    pixels,
    prompt_box,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

PROMPT = "A lighthouse at dusk, **storm** & :red[x] <b>clouds</b>"


def test_from_the_first_look_to_a_picture_that_outlives_the_server(
    app: AppServer, browser: Browser
) -> None:
    with open_page(browser, app.url) as page:
        expect(page.get_by_role("button", name="Generate · 5 credits")).to_be_visible()
        expect(page.get_by_text("KIE_API_KEY")).to_be_visible()

        ask_for(page, PROMPT)
        expect(cards(page)).to_have_count(1)
        expect(cards(page)).to_contain_text(re.compile(r"Generating\s*[1-9]\d* s"))
        expect(prompt_box(page)).to_have_value(PROMPT)
        expect_picture(page, PROMPT)
        expect(cards(page)).to_contain_text(PROMPT)

        name, saved = download(page)
        (kept,) = (app.folder / "pictures").rglob("*.jpeg")
        assert pixels(saved) == pixels(kept.read_bytes())
        assert re.fullmatch(r"kontext-a-lighthouse-at-dusk-[\w-]+-[0-9a-f]{8}\.jpg", name)

        page.reload()
        expect_picture(page, PROMPT)
        go_to(page, "Gallery")
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        expect_picture(page, PROMPT)

        with away_from(page):
            app.kill()
            app.start()
        expect_picture(page, PROMPT)


def test_a_server_that_is_killed_meanwhile_brings_the_picture_all_the_same(
    app: AppServer, browser: Browser
) -> None:
    with open_page(browser, app.url) as page:
        ask_for(page, "A quiet harbour")
        expect(cards(page)).to_contain_text("Generating")
        with away_from(page):
            app.kill()
            app.start()
        expect_picture(page, "A quiet harbour")
        expect(cards(page)).to_have_count(1)
