"""What one tab does while its page, or another tab, changes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import (
    PHONE,
    box_of,
    expect_idle,
    expect_image,
    go_to,
    prompt_box,
    prompt_picker,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("device", [{}, PHONE], ids=["mouse", "touch"])
def test_typing_then_pressing_a_page_link_at_once_changes_the_page_and_keeps_the_text(
    device: dict[str, Any], fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, **device) as page:
        expect(prompt_picker(page)).to_be_attached()
        expect_idle(page)
        expect(prompt_box(page)).to_have_css("font-kerning", "none")  # slow for a very long word
        prompt_box(page).click()
        page.keyboard.insert_text("A hill at noon")
        box = box_of(page.get_by_role("link", name="Edit", exact=True))
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

        if device:
            page.touchscreen.tap(x, y)
        else:
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.up()

        expect(page.get_by_role("heading", name="Begin with a picture")).to_be_visible()
        expect(page).to_have_url(f"{fast_app.url}/edit")
        expect(page.get_by_role("slider", name="Safety tolerance")).to_have_value("2")
        expect(page.get_by_role("switch", name="Translate prompt")).to_be_checked()
        go_to(page, "Generate")
        expect(page.get_by_role("heading", name="Begin with one of these")).to_be_visible()
        expect(prompt_box(page)).to_have_value("A hill at noon")


def test_empty_page_shows_what_another_tab_submits(fast_app: AppServer, browser: Browser) -> None:
    with open_page(browser, fast_app.url) as page:
        expect(page.get_by_role("heading", name="Begin with one of these")).to_be_visible()
        expect_idle(page)
        other = page.context.new_page()
        other.goto("/")
        submit_prompt(other, "A hill")

        expect_image(page, "A hill")
        expect(page.get_by_role("heading", name="Begin with one of these")).to_have_count(0)
