"""Editing in a real browser: from a pasted photo over four edits and a branch to a download."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, expect

from tests.browser.edit_steps import (
    instruct,
    is_as_wide_as_the_screen,
    pair,
    paste,
    photo,
    press,
    source,
    steps,
    under_way,
)
from tests.browser.steps import go_to, pixels, prompt_box, shifted, watch_shifts
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


def box_of(element: Locator) -> FloatRect:
    """Where an element stands, in CSS pixels."""
    box = element.bounding_box()
    assert box is not None
    return box


def transforms(viewer: Locator) -> list[str]:
    """How each of the two pictures is zoomed and moved."""
    found: list[str] = viewer.locator(".kx-frame").evaluate_all(
        "frames => frames.map((frame) => getComputedStyle(frame).transform)"
    )
    return found


def test_a_pasted_photo_is_edited_twice_compared_branched_and_taken_home(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        paste(page, photo(), "IMG_4711.png")
        instruct(page, "Mirror it")
        first = pair(page, "Original and Step 1")

        divider = first.get_by_role("slider")
        divider.focus()
        for key, place in (("ArrowRight", "51"), ("Home", "0"), ("End", "100"), ("1", "100")):
            page.keyboard.press(key)
            expect(divider).to_have_attribute("aria-valuenow", place)
        picture, handle = box_of(first.locator(".kx-frame").first), box_of(divider)
        page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
        page.mouse.down()
        page.mouse.move(picture["x"] + picture["width"] / 4, picture["y"] + 200, steps=5)
        page.mouse.up()
        expect(divider).to_have_attribute("aria-valuenow", re.compile("^2[456]$"))

        press(page, "Zoom in")
        before, after = transforms(first)
        assert before == after != "none"
        first.get_by_role("radio", name="Side by side").click()
        assert len(set(transforms(first))) == 1
        first.get_by_role("radio", name="Slider").click()

        press(page, "Edit this")
        expect(source(page)).to_contain_text("Mirror it")
        instruct(page, "Make it warmer")
        pair(page, "Step 1 and Step 2")
        expect(steps(page)).to_have_count(3)
        press(page, "As before: Original")
        pair(page, "Original and Step 2")

        press(page, "Edit this")
        expect(source(page)).to_contain_text("Make it warmer")
        press(page, "Edit from here: Step 1")
        expect(source(page)).to_contain_text("Mirror it")
        instruct(page, "Make it cooler")
        pair(page, "Step 1 and Step 2")
        expect(steps(page).last).to_contain_text("Make it cooler")
        expect(page.get_by_role("button", name="Make it warmer", exact=False)).to_be_visible()

        with page.expect_download() as coming:
            page.get_by_role("link", name="Download", exact=True).click()
        assert coming.value.suggested_filename.startswith("kontext-make-it-cooler-")
        kept = page.request.get(
            page.locator(".kx-pane[data-side=after] img").get_attribute("src") or ""
        )
        assert pixels(Path(coming.value.path()).read_bytes()) == pixels(kept.body())

        press(page, "Edit the original instead")
        expect(source(page)).to_contain_text("IMG_4711.png")
        pair(page, "Original and Step 1")


def test_a_reload_in_the_middle_of_an_edit_loses_neither_the_source_nor_the_result(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        paste(page, photo(), "IMG_4711.png")
        instruct(page, "Mirror it [slow]")
        expect(under_way(page)).to_contain_text(re.compile(r"\d s"))

        page.reload()

        expect(source(page)).to_contain_text("IMG_4711.png")
        pair(page, "Original and Step 1")
        go_to(page, "Generate")
        go_to(page, "Edit")
        pair(page, "Original and Step 1")


def test_nothing_moves_when_the_result_arrives(fast_app: AppServer, browser: Browser) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        paste(page, photo(1184, 880), "IMG_4711.png")
        alone = box_of(page.locator(".kx-lone-stage"))
        instruct(page, "Mirror it [slow]")
        expect(under_way(page)).to_contain_text("Mirror it")
        assert box_of(page.locator(".kx-lone-stage")) == alone

        there = box_of(pair(page, "Original and Step 1").locator(".kx-stage"))

        assert all(abs(there[edge] - alone[edge]) <= 1 for edge in ("x", "y", "width", "height"))
        expect(under_way(page)).to_have_text("")

        press(page, "Edit this")
        pair(page, "Original and Step 1")
        instruct(page, "Make it sepia [slow]")
        expect(under_way(page)).to_contain_text("Make it sepia")
        watch_shifts(page)
        pair(page, "Step 1 and Step 2")
        expect(under_way(page)).to_have_text("")
        assert shifted(page) < 0.02


def test_an_edit_that_was_refused_is_told_where_the_eye_is_and_the_words_stay(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        paste(page, photo(), "IMG_4711.png")
        instruct(page, "Mirror it [refused]")

        expect(under_way(page)).to_contain_text("Refused by the content policy")
        expect(under_way(page)).to_be_in_viewport()
        expect(prompt_box(page)).to_have_value("Mirror it [refused]")
        expect(source(page)).to_contain_text("IMG_4711.png")


def test_on_a_phone_the_pair_comes_before_the_settings_and_nothing_scrolls_sideways(
    fast_app: AppServer, browser: Browser
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with open_page(browser, fast_app.url, "/edit", **phone) as page:
        assert is_as_wide_as_the_screen(page)
        paste(page, photo(900, 1600), "IMG_4711.png")
        assert is_as_wide_as_the_screen(page)
        instruct(page, "Mirror it")
        viewer = pair(page, "Original and Step 1")

        assert is_as_wide_as_the_screen(page)
        settings, button = page.locator(".st-key-edit-model"), page.locator(".st-key-edit-submit")
        assert box_of(button)["y"] < box_of(viewer)["y"] < box_of(settings)["y"]
