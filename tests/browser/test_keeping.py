"""Keeping what an edit was not asked to change, with real edits from photo to chain."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import REAL_EDITS
from tests.browser.edit_steps import comparison, history_steps, paste, source, submit_edit
from tests.browser.steps import RESULT_TIMEOUT_MS, box_of, click_button, go_to
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

CLEAR = "Remove the background objects"
MIST = "Cover the mountains in mist"
DUSK = "At dusk with warm lights"


def real(name: str) -> bytes:
    """One of the real pictures, as a PNG."""
    file = io.BytesIO()
    with Image.open(REAL_EDITS / f"{name}.webp") as image:
        image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def keep_line(page: Page) -> Locator:
    """The line under the pair."""
    return page.locator(".st-key-kx-keep-line")


def expect_kept(page: Page, changed: str) -> None:
    """Wait until the line says so much is changed, and that the rest are the person's pixels."""
    line = re.compile(rf"^{changed} % changed · \d\d % are your own pixels · ")
    expect(keep_line(page).locator("p").first).to_have_text(line, timeout=RESULT_TIMEOUT_MS)


def keep_from_now_on(page: Page) -> None:
    click_button(page, "After each edit")
    page.get_by_role("radio", name="Always").click()
    page.keyboard.press("Escape")
    click_button(page, "Put my pixels back")
    expect_kept(page, "[1-5]")


def figures(viewer: Locator) -> Locator:
    return viewer.locator(".kx-compare-map-figures")


def brush_on_the_map(page: Page, viewer: Locator) -> None:
    """What is drawn on the map outlives a change of page, is saved, and the pair stays."""
    viewer.get_by_role("radio", name="Changes").click()
    drawn = viewer.locator(".kx-compare-map[data-state=drawn]")
    expect(drawn).to_be_visible(timeout=RESULT_TIMEOUT_MS)
    found = figures(viewer).inner_text()
    viewer.get_by_role("radio", name="Brush").click()
    viewer.get_by_role("radio", name="Take the edit").click()
    place = box_of(drawn)
    height = place["y"] + place["height"] * 0.9
    page.mouse.move(place["x"] + place["width"] * 0.1, height)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.9, height, steps=3)
    page.mouse.up()
    expect(figures(viewer)).not_to_have_text(found)
    brushed = figures(viewer).inner_text()
    page.keyboard.press("Control+z")
    expect(figures(viewer)).to_have_text(found)
    page.keyboard.press("Control+Shift+z")
    expect(figures(viewer)).to_have_text(brushed)
    go_to(page, "Generate")
    go_to(page, "Edit")
    expect(figures(viewer)).to_have_text(brushed, timeout=RESULT_TIMEOUT_MS)
    click_button(page, "Save")
    expect(viewer.get_by_role("button", name="Saved")).to_be_visible(timeout=RESULT_TIMEOUT_MS)
    viewer.get_by_role("radio", name="Slider").click()
    expect_kept(page, r"\d+")


def edit_what_is_kept(page: Page) -> None:
    click_button(page, "Edit this")
    expect(source(page)).to_contain_text(CLEAR)
    submit_edit(page, MIST)
    comparison(page, "Step 1 and Step 2")
    expect_kept(page, r"[34]\d")


def see_that_nothing_is_left_to_keep(page: Page) -> None:
    click_button(page, "Edit this")
    expect(source(page)).to_contain_text(MIST)
    submit_edit(page, DUSK)
    comparison(page, "Step 2 and Step 3")
    expect(keep_line(page)).to_contain_text(
        "Everything changed: nothing was put back", timeout=RESULT_TIMEOUT_MS
    )


def run_the_chain_again_without_the_mist(page: Page) -> None:
    click_button(page, "Run again from the original")
    dialog = page.get_by_role("dialog", name="Run again from the original")
    dialog.get_by_role("checkbox", name=f"Make this step: {MIST}").press("Space")
    expect(dialog.get_by_role("textbox", name="Instruction 2")).to_be_disabled()
    dialog.get_by_role("button", name="Run 2 steps").click()
    expect(dialog).to_have_count(0)
    comparison(page, "Step 1 and Step 2")
    steps = history_steps(page)
    expect(steps).to_have_count(3)
    expect(steps.nth(1)).to_contain_text(CLEAR)
    expect(steps.nth(2)).to_contain_text(DUSK)
    expect(keep_line(page)).to_contain_text("Everything changed", timeout=RESULT_TIMEOUT_MS)


def choose_whose_colours(page: Page) -> None:
    expect(keep_line(page)).to_contain_text(
        "The colours of the whole picture moved by 5.", timeout=RESULT_TIMEOUT_MS
    )
    click_button(page, "My colours")
    expect_kept(page, r"[23]\d")
    click_button(page, "Show the raw answer")
    expect(keep_line(page)).to_contain_text("The answer as it came")
    click_button(page, "Use my pixels")
    expect_kept(page, r"[23]\d")


def test_photo_keeps_its_pixels_over_a_chain_of_real_edits(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        paste(page, real("lodge_source"), "lodge.png")
        submit_edit(page, CLEAR)
        viewer = comparison(page, "Original and Step 1")
        keep_from_now_on(page)
        brush_on_the_map(page, viewer)
        edit_what_is_kept(page)
        see_that_nothing_is_left_to_keep(page)
        run_the_chain_again_without_the_mist(page)

        paste(page, real("forest_source"), "forest.png")
        submit_edit(page, "Add a girl in warm light")
        comparison(page, "Original and Step 1")
        choose_whose_colours(page)
