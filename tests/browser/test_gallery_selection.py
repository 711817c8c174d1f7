"""Images of a gallery: selected, starred, downloaded, deleted, restored and compared."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gallery_steps import (
    SeededApp,
    card,
    card_at,
    download_selected,
    find,
    gallery,
    images_in,
    selection,
)
from tests.browser.steps import box_of, expect_idle

pytestmark = pytest.mark.browser


def download_and_delete_a_stack(page: Page) -> None:
    """An action on a stack reaches every variant."""
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


def undo_at_once_or_restore_from_the_trash(page: Page) -> None:
    find(page, "picture 055")
    expect(page.locator("article")).to_have_count(11)
    deleted = card(page, "Picture 0055")
    deleted.focus()
    page.keyboard.press("Delete")
    expect(deleted).to_have_count(0)
    page.keyboard.press("Control+z")
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


def select_by_click_range_and_all(page: Page) -> None:
    find(page, "picture 033")
    expect(page.locator("article")).to_have_count(11)
    expect(card(page, "Picture 0033")).to_be_visible()
    bar = selection(page)
    card_at(page, 1).click(modifiers=["Control"])
    expect(bar.get_by_text("1 selected")).to_be_visible()
    expect(bar.get_by_role("button", name="Compare")).to_be_disabled()
    card_at(page, 4).click(modifiers=["Shift"])
    expect(bar.get_by_text("4 selected")).to_be_visible()
    card_at(page, 4).click()
    card_at(page, 3).click()
    expect(bar.get_by_role("button", name="Compare")).to_be_enabled()


def use_keys_without_focus(page: Page) -> None:
    """A key means the picture under the mouse, or what is selected; Esc leaves the selection."""
    bar = selection(page)
    card_at(page, 0).click()  # the third
    page.mouse.click(2, 300)
    page.keyboard.press("v")
    expect(page.get_by_text("Comparing takes two pictures: 3 are selected")).to_be_visible()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("The picture under the mouse")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    expect(bar).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    card_at(page, 1).hover()
    page.keyboard.press("x")
    expect(bar.get_by_text("1 selected")).to_be_visible()
    box = page.get_by_role("searchbox", name="Search")
    box.focus()
    page.keyboard.press("End")
    page.keyboard.type("?x")
    expect(box).to_have_value("picture 033?x")
    expect(keys).to_have_count(0)
    find(page, "picture 033")
    expect(page.locator("article")).to_have_count(11)
    page.mouse.click(2, 300)
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def select_with_a_rectangle(page: Page) -> None:
    """The second picture stands below the first one, under the heading of another day."""
    expect_idle(page)  # the pictures of the search stand where they stay
    first, second = box_of(card_at(page, 0)), box_of(card_at(page, 1))
    left, inside = first["x"] - 12, first["x"] + 40
    bar = selection(page)
    page.mouse.move(left, first["y"] + 10)
    page.mouse.down()
    page.mouse.move(inside, second["y"] + 40, steps=3)
    expect(bar.get_by_text("2 selected")).to_be_visible()
    page.mouse.move(inside, first["y"] + 40)
    expect(bar.get_by_text("1 selected")).to_be_visible()
    page.mouse.up()
    page.keyboard.down("Shift")
    page.mouse.move(left, second["y"] + 10)
    page.mouse.down()
    page.mouse.move(inside, second["y"] + 40, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(bar.get_by_text("2 selected")).to_be_visible()


def compare_the_selected_two(page: Page) -> None:
    selection(page).get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog", name="Compare")
    expect(dialog.locator(".kx-compare")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def star_all_and_delete_the_starred(page: Page) -> None:
    bar = selection(page)
    card_at(page, 1).click(modifiers=["Control"])
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
    page.get_by_text("All", exact=True).click()


def see_every_branch_of_the_edit_tree(page: Page) -> None:
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


def test_images_are_selected_downloaded_deleted_restored_starred_and_compared(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=press") as page:
        download_and_delete_a_stack(page)
        undo_at_once_or_restore_from_the_trash(page)
        select_by_click_range_and_all(page)
        use_keys_without_focus(page)
        select_with_a_rectangle(page)
        compare_the_selected_two(page)
        star_all_and_delete_the_starred(page)
        see_every_branch_of_the_edit_tree(page)
