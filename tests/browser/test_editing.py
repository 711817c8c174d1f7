"""Editing: from a pasted photo over several edits and a branch to a download."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.edit_steps import (
    comparison,
    history_steps,
    paste,
    pending_edits,
    photo,
    source,
    submit_edit,
)
from tests.browser.steps import box_of, click_button, go_to, pixels, prompt_box
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


def transforms(viewer: Locator) -> list[str]:
    """How each of the two images is zoomed and moved."""
    found: list[str] = viewer.locator(".kx-compare-frame").evaluate_all(
        "frames => frames.map((frame) => getComputedStyle(frame).transform)"
    )
    return found


def compare_before_and_after(page: Page, viewer: Locator) -> None:
    divider = viewer.get_by_role("slider")
    divider.focus()
    for key, position in (("ArrowRight", "51"), ("Home", "0"), ("End", "100"), ("1", "100")):
        page.keyboard.press(key)
        expect(divider).to_have_attribute("aria-valuenow", position)
    image, handle = box_of(viewer.locator(".kx-compare-frame").first), box_of(divider)
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(image["x"] + image["width"] / 4, image["y"] + 200, steps=5)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", re.compile("^2[456]$"))

    click_button(page, "Zoom in")
    before, after = transforms(viewer)
    assert before == after != "none"
    viewer.get_by_role("radio", name="Side by side").click()
    assert len(set(transforms(viewer))) == 1
    viewer.get_by_role("radio", name="Slider").click()


def edit_the_result(page: Page) -> None:
    click_button(page, "Edit this")
    expect(prompt_box(page)).to_be_focused()
    expect(source(page)).to_contain_text("Mirror it")
    submit_edit(page, "Make it warmer")
    comparison(page, "Step 1 and Step 2")
    expect(history_steps(page)).to_have_count(3)
    click_button(page, "As before: Original")
    comparison(page, "Original and Step 2")


def branch_off_an_earlier_step(page: Page) -> None:
    click_button(page, "Edit this")
    expect(source(page)).to_contain_text("Make it warmer")
    click_button(page, "Edit from here: Step 1")
    expect(source(page)).to_contain_text("Mirror it")
    submit_edit(page, "Make it cooler")
    comparison(page, "Step 1 and Step 2")
    expect(history_steps(page).last).to_contain_text("Make it cooler")
    expect(page.get_by_role("button", name="Make it warmer", exact=False)).to_be_visible()


def download_what_is_shown(page: Page) -> None:
    with page.expect_download() as started:
        page.get_by_role("link", name="Download", exact=True).click()
    assert started.value.suggested_filename.startswith("kontext-make-it-cooler-")
    shown = page.request.get(
        page.locator(".kx-compare-pane[data-side=after] img").get_attribute("src") or ""
    )
    assert pixels(Path(started.value.path()).read_bytes()) == pixels(shown.body())


def reload_during_an_edit(page: Page) -> None:
    submit_edit(page, "Make it night [slow]")
    expect(pending_edits(page)).to_contain_text(re.compile(r"\d s"))
    page.reload()
    expect(source(page)).to_contain_text("IMG_4711.png")
    go_to(page, "Generate")
    go_to(page, "Edit")
    expect(pending_edits(page)).to_have_text("")
    comparison(page, "Original and Step 1")
    expect(history_steps(page).last).to_contain_text("Make it night")


def keep_the_text_of_a_refused_edit(page: Page) -> None:
    submit_edit(page, "Mirror it [refused]")
    expect(pending_edits(page)).to_contain_text("Refused by the content policy")
    expect(pending_edits(page)).to_be_in_viewport()
    expect(prompt_box(page)).to_have_value("Mirror it [refused]")
    expect(source(page)).to_contain_text("IMG_4711.png")


def test_pasted_photo_is_edited_compared_branched_and_downloaded(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        paste(page, photo(), "IMG_4711.png")
        submit_edit(page, "Mirror it")
        viewer = comparison(page, "Original and Step 1")
        compare_before_and_after(page, viewer)
        edit_the_result(page)
        branch_off_an_earlier_step(page)
        download_what_is_shown(page)

        click_button(page, "Edit the original instead")
        expect(source(page)).to_contain_text("IMG_4711.png")
        comparison(page, "Original and Step 1")
        reload_during_an_edit(page)
        keep_the_text_of_a_refused_edit(page)
