"""Phones, and a desktop at 200 % zoom: everything fits, stays readable and keeps its place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, FloatRect, Page, expect

from tests.browser.edit_steps import comparison, paste, photo, submit_edit
from tests.browser.gallery_steps import swipe
from tests.browser.steps import (
    PHONE,
    RESULT_TIMEOUT_MS,
    box_of,
    cards,
    expect_image,
    expect_loaded_without_shift,
    go_to,
    observe_layout_shifts,
    overhang_px,
    prompt_box,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

LIGHT, DARK = "rgb(251, 250, 248)", "rgb(20, 20, 22)"  # .streamlit/config.toml
ZOOMED = {"width": 680, "height": 430}
ZOOMED_TO_400 = {"width": 340, "height": 215}
NARROW_PHONE = {**PHONE, "viewport": {"width": 320, "height": 700}, "is_mobile": True}
IS_CUT = "text => text.scrollHeight > text.clientHeight || text.scrollWidth > text.clientWidth"
IS_BELOW = "(one, two) => one.getBoundingClientRect().top > two.getBoundingClientRect().bottom"
FAULTS = ("refused", "create-html", "result-404")


def expect_background(page: Page, color: str) -> None:
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", color)


def expect_room_at_double_zoom(page: Page) -> None:
    examples = page.locator(".st-key-kx-examples")
    submit = page.get_by_test_id("stBaseButton-primary")
    expect(examples.get_by_role("button")).to_have_count(6)
    assert examples.evaluate(IS_BELOW, submit.element_handle())
    assert box_of(prompt_box(page))["width"] > ZOOMED["width"] * 0.8
    assert submit.evaluate(IS_BELOW, prompt_box(page).element_handle())
    assert overhang_px(page) <= 0
    for label in examples.get_by_role("button").all():
        assert not label.evaluate(IS_CUT), label.inner_text()


def expect_all_reachable_at_400_percent(page: Page) -> None:
    page.set_viewport_size(ZOOMED_TO_400)
    assert overhang_px(page) <= 0
    bar = box_of(page.locator(".st-key-kx-bar"))
    for part in page.locator(".st-key-kx-bar").get_by_role("link").all():
        box = box_of(part)
        assert box["x"] + box["width"] <= bar["x"] + bar["width"]
    submit = page.get_by_test_id("stBaseButton-primary")
    submit.scroll_into_view_if_needed()
    expect(submit).to_be_in_viewport(ratio=1)


def see_the_empty_forms_at_double_zoom(page: Page) -> None:
    expect(page.get_by_role("heading", name="Begin with one of these")).to_be_visible()
    expect_room_at_double_zoom(page)
    go_to(page, "Edit")
    expect(page.get_by_role("heading", name="Begin with a picture")).to_be_visible()
    expect_room_at_double_zoom(page)
    expect_all_reachable_at_400_percent(page)
    go_to(page, "Generate")
    expect_all_reachable_at_400_percent(page)
    page.set_viewport_size(ZOOMED)


def scroll_to_a_new_card(page: Page) -> None:
    long_word = "A very-long-word-" + "w" * 120
    submit_prompt(page, long_word)
    expect_image(page, "A very-long-word-")
    assert overhang_px(page) <= 0
    prompt_box(page).fill("A second lake")
    page.get_by_test_id("stBaseButton-primary").tap()
    expect(cards(page)).to_have_count(2)
    expect(cards(page).first).to_be_in_viewport()


def compare_below_the_button(page: Page) -> None:
    go_to(page, "Edit")
    paste(page, photo(900, 1600), "IMG_4711.png")
    assert overhang_px(page) <= 0
    submit_edit(page, "Mirror it")
    viewer = comparison(page, "Original and Step 1")
    assert overhang_px(page) <= 0
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    assert box_of(page.locator(".st-key-edit-submit"))["y"] < box_of(viewer)["y"]
    pair = box_of(viewer.locator(".kx-compare-viewport"))
    assert pair["y"] < PHONE["viewport"]["height"] * 0.75
    divider = viewer.get_by_role("slider", name="Divider")
    x, y = pair["x"] + pair["width"] / 2, pair["y"] + 100
    swipe(page, ((x, y), (x - pair["width"] / 4, y)))
    expect(divider).to_have_attribute("aria-valuenow", re.compile(r"^[12]\d$"))


def load_every_empty_page(page: Page) -> None:
    for path in ("/gallery", "/edit", "/"):
        expect_loaded_without_shift(page, path, is_empty=True)


def load_every_page_in_the_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    for path in ("/", "/edit", "/gallery"):
        expect_loaded_without_shift(page, path)
        expect_background(page, DARK)
        assert overhang_px(page) <= 0


def reach_all_of_an_open_picture_at_400_percent(page: Page) -> None:
    page.set_viewport_size(ZOOMED_TO_400)
    cards(page).first.focus()
    page.keyboard.press("Enter")
    action = page.get_by_role("dialog", name="Picture").get_by_label("Copy picture", exact=True)
    action.scroll_into_view_if_needed()
    expect(action).to_be_in_viewport(ratio=1)


def test_phone_shows_every_page_whole_and_nothing_moves(
    fast_app: AppServer, browser: Browser
) -> None:
    options = {**PHONE, "viewport": ZOOMED}
    with open_page(browser, fast_app.url, **options) as page:
        see_the_empty_forms_at_double_zoom(page)
        page.set_viewport_size(PHONE["viewport"])
        observe_layout_shifts(page, from_next_load=True)
        load_every_empty_page(page)
        expect_background(page, LIGHT)
        assert overhang_px(page) <= 0
        scroll_to_a_new_card(page)
        compare_below_the_button(page)
        load_every_page_in_the_dark(page)
        reach_all_of_an_open_picture_at_400_percent(page)


def overlap(one: FloatRect, other: FloatRect) -> bool:
    across = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    down = one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]
    return across and down


def test_phone_error_cards_use_the_whole_width_and_show_every_word(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, **NARROW_PHONE) as page:
        for count, fault in enumerate(FAULTS, start=1):
            submit_prompt(page, f"A hill sandbox:{fault}")
            expect(cards(page)).to_have_count(count)
        for text in ("content policy", "no answer came", "cannot be fetched yet"):
            expect(cards(page).filter(has_text=text)).to_be_visible(timeout=RESULT_TIMEOUT_MS)
        go_to(page, "Gallery")

        width = box_of(page.locator(".kx-grid"))["width"]
        by_fault = {fault: page.locator(f'article[aria-label*="{fault}"]') for fault in FAULTS}
        for card in by_fault.values():
            assert box_of(card)["width"] == pytest.approx(width, abs=1)
            assert not card.locator(".kx-grid-advice").evaluate(IS_CUT)
            for expiry in card.locator(".kx-grid-expiry").filter(visible=True).all():
                texts = card.locator("button, .kx-grid-message > *").filter(visible=True)
                for other in texts.all():
                    assert not overlap(box_of(expiry), box_of(other)), other.inner_text()
        expect(by_fault["result-404"].locator(".kx-grid-expiry")).to_have_text("14 days left")
        for text in ("I have its task id", "Not made: send again"):
            label = by_fault["create-html"].get_by_text(text, exact=True)
            expect(label).to_be_visible()
            assert not label.evaluate(IS_CUT)
