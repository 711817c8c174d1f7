"""A gallery of a thousand images: loading, search, comparison, lineage and other windows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.gallery_steps import COUNT, SeededApp, card, card_at, find, gallery
from tests.browser.steps import go_to

pytestmark = pytest.mark.browser


def test_thousand_images_have_places_and_load_where_the_user_looks(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna) as page:
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


def test_search_narrows_while_typing_and_survives_reload_and_page_change(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna) as page:
        search = page.get_by_role("searchbox", name="Search")
        find(page, "picture 077")
        expect(page.locator("article")).to_have_count(11)
        expect(page).to_have_url(re.compile("find=picture"))
        page.reload()
        expect(page.locator("article")).to_have_count(11)
        expect(search).to_have_value("picture 077")

        for come_back in (lambda: go_to(page, "Gallery"), page.go_back):
            go_to(page, "Generate")
            come_back()
            expect(search).to_have_value("picture 077")
            expect(page.locator("article")).to_have_count(11)
            expect(page).to_have_url(re.compile("/gallery.*find=picture"))

        find(page, "no such thing")
        expect(page.get_by_text("Nothing matches “no such thing”.")).to_be_visible()
        page.get_by_role("button", name="Clear the filter").click()
        expect(page.locator("article")).to_have_count(COUNT + 4)


def test_two_images_are_compared_and_the_edit_tree_shows_every_branch(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=picture+088") as page:
        expect(page.locator("article")).to_have_count(11)
        card_at(page, 1).click(modifiers=["Control"])
        card_at(page, 4).click(modifiers=["Control"])
        page.locator(".kx-grid-selection").get_by_role("button", name="Compare").click()
        dialog = page.get_by_role("dialog", name="Compare")
        expect(dialog.locator(".kx-compare")).to_be_visible()
        dialog.get_by_role("button", name="Close").click()

        find(page, "add rain")
        expect(page.locator("article")).to_have_count(1)
        card(page, "Add rain").focus()
        page.keyboard.press("l")
        lineage = page.get_by_role("dialog", name="Lineage")
        nodes = lineage.locator(".kx-tree-node")
        expect(nodes).to_have_count(4)
        expect(lineage.locator(".kx-tree-lines path")).to_have_count(3)
        expect(lineage.locator("[data-role=after]")).to_contain_text("Add rain")
        expect(lineage.locator("[data-role=before]")).to_contain_text("Make it night")
        nodes.filter(has_text="Add snow").click()
        expect(lineage.locator("[data-role=after]")).to_contain_text("Add snow")
        expect(lineage.locator("[data-role=before]")).to_contain_text("Add rain")


def test_windows_of_one_user_stay_in_step_and_another_user_sees_nothing(
    browser: Browser, seeded_app: SeededApp
) -> None:
    path = "/gallery?find=picture+066"
    with (
        gallery(browser, seeded_app, seeded_app.anna, path) as left,
        gallery(browser, seeded_app, seeded_app.anna, path) as right,
        gallery(browser, seeded_app, seeded_app.ben) as other,
    ):
        expect(right.locator("article")).to_have_count(11)
        card(left, "Picture 0066").focus()
        left.keyboard.press("s")
        expect(card(right, "Picture 0066")).to_have_class(re.compile("kx-grid-starred"))
        left.keyboard.press("Delete")
        expect(right.locator("article")).to_have_count(10)
        left.keyboard.press("Control+z")
        expect(right.locator("article")).to_have_count(11)
        expect(other.locator("article")).to_have_count(1)
        expect(card(other, "Ben's own")).to_be_visible()
