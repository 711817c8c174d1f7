"""A new user's first image, from an empty data folder to a restarted server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import (
    away_from,
    cards,
    download,
    expect_image,
    go_to,
    pixels,
    prompt_box,
    stored_file,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

PROMPT = "A lighthouse at dusk, **storm** & :red[x] <b>clouds</b>"


def test_first_image_survives_reload_page_change_and_killed_server(
    restartable_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, restartable_app.url) as page:
        expect(page.get_by_role("button", name="Generate · 5 credits")).to_be_visible()
        expect(page.get_by_text("KIE_API_KEY")).to_be_visible()

        submit_prompt(page, PROMPT)
        expect(cards(page)).to_have_count(1)
        expect(cards(page)).to_contain_text(re.compile(r"Generating\s*[1-9]\d* s"))
        expect(prompt_box(page)).to_have_value(PROMPT)
        expect_image(page, PROMPT)
        expect(cards(page)).to_contain_text(PROMPT)

        name, saved = download(page)
        assert pixels(saved) == pixels(stored_file(restartable_app, page, "jpeg"))
        assert re.fullmatch(r"kontext-a-lighthouse-at-dusk-[\w-]+-[0-9a-f]{8}\.jpg", name)

        page.reload()
        expect_image(page, PROMPT)
        go_to(page, "Gallery")
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        expect_image(page, PROMPT)

        go_to(page, "Generate")
        submit_prompt(page, "A quiet harbour")
        expect(cards(page).first).to_contain_text("Generating")
        with away_from(page):
            restartable_app.kill()
            restartable_app.start()
        expect_image(page, PROMPT)
        expect_image(page, "A quiet harbour")
        expect(cards(page)).to_have_count(2)
