"""A first card: by keyboard, downloaded as stored, deleted, restored, remixed and changed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import (
    RESULT_TIMEOUT_MS,
    box_of,
    card_action,
    cards,
    download,
    expect_idle,
    expect_image,
    go_to,
    pixels,
    prompt_box,
    prompt_picker,
    stored_file,
    submit_prompt,
    unfold_settings,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

PROMPT = "A tower in the fog"


def walk_by_tab(page: Page) -> None:
    """The focus is visible and goes in the order of the page."""
    credits_button = page.get_by_role("button", name="credits", exact=True)
    expect(credits_button).to_be_visible()
    links = [
        page.get_by_role("link", name=name, exact=True) for name in ("Generate", "Edit", "Gallery")
    ]
    links[1].focus()
    page.keyboard.press("Shift+Tab")
    for link in links:
        expect(link).to_be_focused()
        expect(link).to_have_css("outline-style", "solid")
        expect(link).to_have_css("outline-width", "2px")
        page.keyboard.press("Tab")
    expect(credits_button).to_be_focused()
    expect(page.locator(".st-key-kx-credits")).to_have_css("outline-style", "solid")

    unfold_settings(page)
    page.get_by_role("slider", name="Safety tolerance").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("switch", name="Translate prompt")).to_be_focused()


def skip_to_the_prompt_and_press(page: Page) -> None:
    """From the start of the page fewer than twelve stops of the Tab key lead to the press."""
    page.reload()
    expect(prompt_picker(page)).to_be_attached()
    expect_idle(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(prompt_box(page)).to_be_focused()
    press = page.get_by_test_id("stBaseButton-primary")
    for _ in range(10):
        page.keyboard.press("Tab")
        if press.evaluate("button => button === document.activeElement"):
            break
    expect(press).to_be_focused()


def make_a_tall_png(page: Page) -> None:
    page.get_by_role("radio", name="9:16").click()
    page.get_by_role("radio", name="PNG").click()
    submit_prompt(page, PROMPT)
    expect_image(page, PROMPT)


def expect_download_as_stored(app: AppServer, page: Page) -> None:
    name, saved = download(page)
    assert name.startswith("kontext-a-tower-in-the-fog-")
    assert name.endswith(".png")
    assert pixels(saved) == pixels(stored_file(app, page, "png"))
    assert pixels(saved)[0] == "PNG"


def delete_and_restore_by_keyboard(page: Page) -> None:
    cards(page).focus()
    page.keyboard.press("Delete")
    expect(cards(page)).to_have_count(0)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(cards(page)).to_be_focused()


def expect_settings_of_the_image(page: Page) -> None:
    expect(prompt_box(page)).to_have_value(PROMPT)
    expect(page.get_by_role("radio", name="9:16")).to_be_checked()
    expect(page.get_by_role("radio", name="PNG")).to_be_checked()


def change_it_on_its_card(page: Page) -> None:
    field = page.get_by_role("textbox", name="Change this picture")
    card_action(page, "Change…")
    expect(field).to_be_focused()
    page.keyboard.type("Add snow")
    page.reload()
    card_action(page, "Change…")
    expect(field).to_have_value("Add snow")
    page.keyboard.press("Enter")
    expect(cards(page)).to_have_count(2)
    expect(field).to_have_count(0)
    expect(cards(page).nth(1)).to_be_focused()
    expect_image(page, "Add snow")


def change_it_in_the_open_picture(page: Page) -> None:
    page.keyboard.press("Enter")
    lightbox = page.get_by_role("dialog", name="Picture")
    field = lightbox.get_by_role("textbox", name="Change this picture")
    prompt = lightbox.locator(".kx-lightbox-prompt")
    expect(prompt).to_have_text(PROMPT)
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("Set it in rain? [slow]")
    page.keyboard.press("Escape")  # out of the field, with the text in it
    expect(lightbox.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.press("Enter")
    waiting = lightbox.locator(".kx-grid-message-waiting")
    expect(waiting).to_contain_text(re.compile(r"\d s"))
    expect(prompt).to_have_text("Set it in rain? [slow]")
    result = lightbox.get_by_role("img", name=re.compile("^Set it in rain"))
    expect(result).to_be_visible(timeout=RESULT_TIMEOUT_MS)
    expect(waiting).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(prompt).to_have_text(PROMPT)
    expect(field).to_be_empty()
    star = lightbox.get_by_role("button", name="Star")
    expect(star).to_have_attribute("aria-pressed", "false")  # nor did a letter do anything else
    page.keyboard.press("Escape")
    expect(lightbox).to_be_hidden()


def make_it_with_both_models_and_compare(page: Page) -> None:
    page.get_by_role("radio", name="Both · 15 credits").click()
    expect(page.get_by_role("button", name="Generate · 15 credits")).to_be_visible()
    submit_prompt(page, "A tower by the sea")
    by_pro, by_max = (
        page.locator("article[data-kind=picture]", has_text=name)
        for name in ("A tower by the seaPro", "A tower by the seaMax")
    )
    expect(by_pro).to_be_visible()
    expect(by_max).to_be_visible()
    left, right = box_of(by_pro), box_of(by_max)
    assert (left["y"], left["height"]) == (right["y"], right["height"])
    assert left["x"] + left["width"] <= right["x"]

    compare = page.locator("header", has_text="A tower by the sea").get_by_role("button")
    compare.filter(has_text="Compare").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".kx-compare-viewport")).to_have_attribute("data-status", "ready")
    expect(dialog.locator(".kx-compare-pane[data-side=before] img")).to_have_attribute(
        "alt", "A tower by the sea (Pro)"
    )
    expect(dialog.locator(".kx-compare-pane[data-side=after] img")).to_have_attribute(
        "alt", "A tower by the sea (Max)"
    )


def test_card_is_downloaded_as_stored_restored_remixed_over_other_text_and_changed(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        skip_to_the_prompt_and_press(page)
        walk_by_tab(page)
        make_a_tall_png(page)
        expect_download_as_stored(fast_app, page)
        prompt_box(page).fill("Something else")
        page.get_by_role("radio", name="1:1", exact=True).click()
        go_to(page, "Gallery")
        delete_and_restore_by_keyboard(page)
        card_action(page, "Remix")
        expect_settings_of_the_image(page)
        expect_idle(page)
        page.reload()  # shows what the server has
        expect_settings_of_the_image(page)
        change_it_on_its_card(page)
        change_it_in_the_open_picture(page)
        make_it_with_both_models_and_compare(page)
