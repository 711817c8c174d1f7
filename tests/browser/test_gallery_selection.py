"""Images of a gallery: selected, starred, downloaded, deleted and restored."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.gallery_steps import (
    SeededApp,
    card,
    card_at,
    download_selected,
    gallery,
    images_in,
    selection,
)

pytestmark = pytest.mark.browser


def test_actions_on_a_selected_stack_reach_every_variant(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=press") as page:
        page.locator("article").click(modifiers=["Control"])
        bar = selection(page)
        expect(bar.get_by_text("3 selected")).to_be_visible()
        expect(page.locator(".kx-grid-count")).to_have_text("3")
        with download_selected(page) as archive:
            assert archive.testzip() is None
            assert len(images_in(archive)) == 3
            assert {"manifest.csv", "manifest.json"} <= set(archive.namelist())
            assert "A fox on a press" in archive.read("manifest.json").decode()
        expect(bar.get_by_text("3 selected")).to_be_visible()
        bar.get_by_role("button", name="Delete").click()
        expect(page.locator("article")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("3 pictures", exact=True)).to_be_visible()


def test_deleted_image_is_undone_at_once_or_restored_from_the_trash(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=picture+055") as page:
        deleted = card(page, "Picture 0055")
        deleted.focus()
        page.keyboard.press("Delete")
        expect(deleted).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(deleted).to_be_visible()

        deleted.focus()
        page.keyboard.press("Delete")
        expect(deleted).to_have_count(0)
        page.get_by_text("Trash", exact=True).click()
        expect(page.locator("article")).to_have_count(1)
        expect(deleted.get_by_text("14 days left")).to_be_visible()
        expect(page.locator(".kx-grid-loaded")).to_have_count(1)
        page.mouse.move(0, 0)
        deleted.hover()
        deleted.get_by_role("button", name="Restore").click()
        expect(page.locator("article")).to_have_count(0)
        page.get_by_text("All", exact=True).click()
        expect(deleted).to_be_visible()


def test_images_are_selected_by_click_range_and_all_then_starred_and_deleted(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=picture+033") as page:
        expect(page.locator("article")).to_have_count(11)
        bar = selection(page)
        card_at(page, 1).click(modifiers=["Control"])
        expect(bar.get_by_text("1 selected")).to_be_visible()
        expect(bar.get_by_role("button", name="Compare")).to_be_disabled()
        card_at(page, 4).click(modifiers=["Shift"])
        expect(bar.get_by_text("4 selected")).to_be_visible()
        card_at(page, 4).click()
        card_at(page, 3).click()
        expect(bar.get_by_role("button", name="Compare")).to_be_enabled()
        bar.get_by_role("button", name="All 11 shown").click()
        expect(bar.get_by_text("11 selected")).to_be_visible()

        bar.get_by_role("button", name="Star").click()
        expect(page.locator(".kx-grid-starred")).to_have_count(11)
        page.keyboard.press("Escape")
        page.get_by_text("Starred", exact=True).click()
        expect(page.locator("article")).to_have_count(11)
        card_at(page, 0).focus()
        page.keyboard.press("Control+a")
        bar.get_by_role("button", name="Delete").click()
        expect(page.locator("article")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("article")).to_have_count(11)
