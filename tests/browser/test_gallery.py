"""A gallery of a thousand images: loading, image size and search."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gallery_steps import COUNT, SeededApp, card, card_at, find, gallery
from tests.browser.steps import go_to

pytestmark = pytest.mark.browser


def walk_to_the_end(page: Page) -> None:
    expect(page.locator("article")).to_have_count(COUNT + 4)
    expect(page.get_by_text(f"{COUNT + 6:,} pictures", exact=True)).to_be_visible()
    assert page.locator('article[aria-label^="Done"]').count() < COUNT / 2
    expect(card(page, "Picture 0999")).to_have_count(0)

    height = page.locator(".kx-grid").evaluate("grid => grid.offsetHeight")
    card_at(page, 0).focus()
    page.keyboard.press("End")
    expect(card(page, "Picture 0999")).to_be_in_viewport()
    expect(card(page, "Picture 0999")).to_be_focused()
    assert page.locator(".kx-grid").evaluate("grid => grid.offsetHeight") == height


def choose_the_largest_size(page: Page) -> None:
    page.get_by_label("Picture size").focus()
    page.keyboard.press("End")


def search_and_come_back(page: Page) -> None:
    search = page.get_by_role("searchbox", name="Search")
    find(page, "picture 077")
    expect(page.locator("article")).to_have_count(11)
    expect(page).to_have_url(re.compile("find=picture"))
    page.reload()
    expect(page.locator("article")).to_have_count(11)
    expect(search).to_have_value("picture 077")
    expect(page.get_by_label("Picture size")).to_have_value("380")

    for come_back in (lambda: go_to(page, "Gallery"), page.go_back):
        go_to(page, "Generate")
        come_back()
        expect(search).to_have_value("picture 077")
        expect(page.locator("article")).to_have_count(11)
        expect(page).to_have_url(re.compile("/gallery.*find=picture"))


def clear_a_search_for_nothing(page: Page) -> None:
    find(page, "no such thing")
    expect(page.get_by_text("Nothing matches “no such thing”.")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").click()
    expect(page.locator("article")).to_have_count(COUNT + 4)


def test_thousand_images_load_where_the_user_looks_and_searches(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna) as page:
        walk_to_the_end(page)
        choose_the_largest_size(page)
        search_and_come_back(page)
        clear_a_search_for_nothing(page)
