"""Pictures of a gallery in a real Chromium: picked, starred, deleted, restored, taken home."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.gallery_steps import (
    SeededApp,
    card,
    download_selected,
    gallery,
    pictures_in,
    place,
    press_on,
    selection,
)

pytestmark = pytest.mark.browser


def test_what_is_done_with_a_selected_stack_is_done_with_every_picture_of_it(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=press") as page:
        page.locator("article").click(modifiers=["Control"])
        bar = selection(page)
        expect(bar.get_by_text("3 selected")).to_be_visible()
        expect(page.locator(".kx-sheet-count")).to_have_text("3")
        with download_selected(page) as archive:
            assert len(pictures_in(archive)) == 3
        bar.get_by_role("button", name="Delete").click()
        expect(page.locator("article")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("3 pictures", exact=True)).to_be_visible()


def test_what_is_deleted_can_be_undone_at_once_and_found_in_the_trash(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=picture+055") as page:
        expect(page.locator("article")).to_have_count(11)
        card(page, "Picture 0055").focus()
        page.keyboard.press("Delete")
        expect(card(page, "Picture 0055")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(card(page, "Picture 0055")).to_be_visible()

        card(page, "Picture 0055").focus()
        page.keyboard.press("Delete")
        expect(card(page, "Picture 0055")).to_have_count(0)
        page.get_by_text("Trash", exact=True).click()
        expect(page.locator("article")).to_have_count(1)
        expect(card(page, "Picture 0055").get_by_text("14 days left")).to_be_visible()
        expect(page.locator(".kx-sheet-loaded")).to_have_count(1)
        press_on(card(page, "Picture 0055").get_by_role("button", name="Restore"))
        expect(page.locator("article")).to_have_count(0)
        page.get_by_text("All", exact=True).click()
        expect(card(page, "Picture 0055")).to_be_visible()


def test_several_are_picked_by_click_by_range_and_all_shown(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=picture+033") as page:
        expect(page.locator("article")).to_have_count(11)
        bar = selection(page)
        place(page, 1).click(modifiers=["Control"])
        expect(bar.get_by_text("1 selected")).to_be_visible()
        expect(bar.get_by_role("button", name="Compare")).to_be_disabled()
        place(page, 4).click(modifiers=["Shift"])
        expect(bar.get_by_text("4 selected")).to_be_visible()
        place(page, 4).click()
        place(page, 3).click()
        expect(bar.get_by_role("button", name="Compare")).to_be_enabled()
        bar.get_by_role("button", name="All 11 shown").click()
        expect(bar.get_by_text("11 selected")).to_be_visible()

        bar.get_by_role("button", name="Star").click()
        expect(page.locator(".kx-sheet-starred")).to_have_count(11)
        page.keyboard.press("Escape")
        page.get_by_text("Starred", exact=True).click()
        expect(page.locator("article")).to_have_count(11)
        place(page, 0).focus()
        page.keyboard.press("Control+a")
        bar.get_by_role("button", name="Delete").click()
        expect(page.locator("article")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("article")).to_have_count(11)


def test_the_selected_come_as_one_zip_with_a_manifest(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=picture+044") as page:
        expect(page.locator("article")).to_have_count(11)
        place(page, 0).focus()
        page.keyboard.press("Control+a")
        with download_selected(page) as archive:
            assert archive.testzip() is None
            assert len(pictures_in(archive)) == 11
            assert {"manifest.csv", "manifest.json"} <= set(archive.namelist())
            assert "Picture 0044" in archive.read("manifest.json").decode()
        expect(selection(page).get_by_text("11 selected")).to_be_visible()
