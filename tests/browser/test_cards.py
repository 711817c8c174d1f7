"""What comes to the screen by itself, and what a designer does with a card."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import (
    act,
    ask_for,
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

PAPER = {"light": "rgb(251, 250, 248)", "dark": "rgb(20, 20, 22)"}  # .streamlit/config.toml
SOONER_THAN_THE_NET_MS = 12_000  # without a push, `push.js` asks only after 15 s


def test_a_picture_is_made_once_however_often_it_is_pressed_and_pushed_to_its_designer_alone(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page, open_page(browser, fast_app.url) as other:
        ask_for(page, "A quiet harbour")
        page.keyboard.press("Control+Enter")
        expect_picture(page, "A quiet harbour", within_ms=SOONER_THAN_THE_NET_MS)

        expect(cards(page)).to_have_count(1)
        expect(other.get_by_role("heading", name="Begin with one of these")).to_be_visible()
        expect(cards(other)).to_have_count(0)


def test_a_png_is_saved_as_one_and_remix_brings_its_settings_back(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        page.get_by_role("radio", name="9:16").click()
        page.get_by_role("radio", name="PNG").click()
        ask_for(page, "A tower in the fog")
        expect_picture(page, "A tower in the fog")

        name, saved = download(page)
        (kept,) = (fast_app.folder / "pictures").rglob("*.png")
        assert name.startswith("kontext-a-tower-in-the-fog-")
        assert name.endswith(".png")
        assert pixels(saved) == pixels(kept.read_bytes())
        assert pixels(saved)[0] == "PNG"

        prompt_box(page).fill("Something else")
        page.get_by_role("radio", name="1:1", exact=True).click()
        go_to(page, "Gallery")
        act(page, "Remix")
        expect(prompt_box(page)).to_have_value("A tower in the fog")
        expect(page.get_by_role("radio", name="9:16")).to_be_checked()
        expect(page.get_by_role("radio", name="PNG")).to_be_checked()


def test_what_was_refused_can_be_taken_off_the_list(fast_app: AppServer, browser: Browser) -> None:
    with open_page(browser, fast_app.url) as page:
        ask_for(page, "A hill [refused]")
        expect(cards(page)).to_contain_text("Refused by the content policy")

        act(page, "Dismiss")

        expect(cards(page)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_page_in_its_colours_and_never_scrolls_sideways(
    scheme: Literal["light", "dark"], fast_app: AppServer, browser: Browser
) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with open_page(browser, fast_app.url, color_scheme=scheme, **phone) as page:
        expect(page.get_by_role("heading", name="Begin with one of these")).to_be_visible()
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", PAPER[scheme])
        assert overhang_px(page) <= 0

        ask_for(page, "A very-long-word-" + "w" * 120)
        expect_picture(page, "A very-long-word-")
        assert overhang_px(page) <= 0

        go_to(page, "Gallery")
        expect_picture(page, "A very-long-word-")
        assert overhang_px(page) <= 0

        go_to(page, "Edit")
        expect(page.get_by_role("button", name="Edit ·")).to_be_visible()
        assert overhang_px(page) <= 0


def test_on_a_phone_what_was_asked_for_comes_onto_the_screen(
    fast_app: AppServer, browser: Browser
) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with open_page(browser, fast_app.url, reduced_motion="reduce", **phone) as page:
        ask_for(page, "A first lake")
        expect(cards(page)).to_have_count(1)
        prompt_box(page).fill("A second lake")
        page.get_by_test_id("stBaseButton-primary").tap()
        expect(cards(page)).to_have_count(2)
        expect(cards(page).first).to_be_in_viewport()
        expect(prompt_box(page)).not_to_be_in_viewport()


def overhang_px(page: Page) -> int:
    """By how much the widest part of the page leaves the screen."""
    wide: int = page.evaluate(
        "Math.max(document.scrollingElement.scrollWidth,"
        " ...[...document.querySelectorAll('section')].map(part => part.scrollWidth)) - innerWidth"
    )
    return wide
