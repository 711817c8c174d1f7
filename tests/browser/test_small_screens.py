"""Phones, and a desktop at 200 % zoom: what is squeezed elsewhere has room and words there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.browser.edit_steps import is_as_wide_as_the_screen
from tests.browser.steps import ARRIVAL_MS, ask_for, cards, go_to, prompt_box
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

ZOOMED = {"width": 680, "height": 430}
PHONE = {"viewport": {"width": 320, "height": 700}, "has_touch": True, "is_mobile": True}
IS_CUT = "words => words.scrollHeight > words.clientHeight || words.scrollWidth > words.clientWidth"

IS_BELOW = "(one, two) => one.getBoundingClientRect().top > two.getBoundingClientRect().bottom"


def box(found: Locator) -> FloatRect:
    """Where it stands, once it is drawn."""
    expect(found).to_be_visible()
    placed = found.bounding_box()
    assert placed is not None
    return placed


def overlap(one: FloatRect, other: FloatRect) -> bool:
    across = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    down = one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]
    return across and down


def card_of(page: Page, prompt: str) -> Locator:
    return page.locator(f'article[aria-label*="{prompt}"]')


@pytest.mark.parametrize("path", ["/", "/edit"])
def test_at_double_zoom_the_form_has_the_whole_width_and_its_press_covers_nothing(
    path: str, fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, path, viewport=ZOOMED) as page:
        tiles = page.locator(".st-key-kx-starters")
        submit = page.get_by_test_id("stBaseButton-primary")

        expect(tiles.get_by_role("button")).to_have_count(6)
        assert tiles.evaluate(IS_BELOW, submit.element_handle())
        assert box(prompt_box(page))["width"] > ZOOMED["width"] * 0.8
        expect(submit).not_to_be_in_viewport()
        assert is_as_wide_as_the_screen(page)
        for words in tiles.get_by_role("button").all():
            assert not words.evaluate(IS_CUT), words.inner_text()


def test_on_a_phone_trouble_has_a_row_of_its_own_with_all_its_words(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, **PHONE) as page:
        for place, fault in enumerate(("refused", "create-html", "result-404"), start=1):
            ask_for(page, f"A hill sandbox:{fault}")
            expect(cards(page)).to_have_count(place)
        for words in ("content policy", "no answer came", "could not be fetched"):
            expect(cards(page).filter(has_text=words)).to_be_visible(timeout=ARRIVAL_MS)
        go_to(page, "Gallery")

        width = box(page.locator(".kx-sheet"))["width"]
        for card in (card_of(page, fault) for fault in ("refused", "create-html", "result-404")):
            assert box(card)["width"] == pytest.approx(width, abs=1)
            assert not card.locator(".kx-sheet-advice").evaluate(IS_CUT)
            for clock in card.locator(".kx-sheet-clock").filter(visible=True).all():
                for other in card.locator("button, .kx-sheet-words > *").filter(visible=True).all():
                    assert not overlap(box(clock), box(other)), other.inner_text()
        expect(card_of(page, "result-404").locator(".kx-sheet-clock")).to_have_text("14 days left")
        for words in ("I have its task id", "Not made: send again"):
            label = card_of(page, "create-html").get_by_text(words, exact=True)
            expect(label).to_be_visible()
            assert not label.evaluate(IS_CUT)
