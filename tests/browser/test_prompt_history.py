"""Earlier prompts come back by key and from the list; templates and hints write into the box."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import (
    RESULT_TIMEOUT_MS,
    cards,
    click_button,
    expect_image,
    go_to,
    prompt_box,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


def submit_two(page: Page) -> None:
    for count, prompt in enumerate(("A red barn", "A blue lake"), start=1):
        submit_prompt(page, prompt)
        expect(cards(page)).to_have_count(count, timeout=RESULT_TIMEOUT_MS)
    expect_image(page, "A red barn")  # an equal submission within a second would count as one


def send_an_earlier_one_by_keys(page: Page) -> None:
    prompt_box(page).fill("A green wood, hal")
    for key, shown in (
        ("ArrowUp", "A blue lake"),
        ("ArrowUp", "A red barn"),
        ("ArrowDown", "A blue lake"),
        ("ArrowDown", "A green wood, hal"),
        ("ArrowUp", "A blue lake"),
        ("ArrowUp", "A red barn"),
    ):
        page.keyboard.press(f"Alt+{key}")
        expect(prompt_box(page)).to_have_value(shown)
    page.keyboard.press("Control+Enter")
    expect(cards(page)).to_have_count(3, timeout=RESULT_TIMEOUT_MS)
    expect(cards(page).first).to_contain_text("A red barn")
    expect(cards(page).filter(has_text="A green wood")).to_have_count(0)


def find_one_in_the_list_and_undo(page: Page) -> None:
    box = prompt_box(page)
    box.fill("half a thought")
    click_button(page, "History")
    page.get_by_role("searchbox", name="Search earlier prompts").fill("LAKE")
    expect(page.get_by_role("listitem").filter(visible=True)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(box).to_have_value("A blue lake")
    expect(box).to_be_focused()
    page.keyboard.press("Control+z")
    expect(box).to_have_value("half a thought")


def pin_one_for_both_pages(page: Page) -> None:
    click_button(page, "History")
    click_button(page, "Pin: A blue lake")
    pinned = page.get_by_role("button", name="Unpin: A blue lake")
    expect(pinned).to_be_visible()
    expect(page.get_by_role("listitem").filter(visible=True).first).to_contain_text("lake")
    page.keyboard.press("Escape")
    go_to(page, "Edit")
    expect(page.get_by_text("Begin with a picture")).to_be_visible()
    click_button(page, "History")
    expect(pinned).to_be_visible()
    page.keyboard.press("Escape")


def fill_in_a_template(page: Page) -> None:
    box = prompt_box(page)
    click_button(page, "Templates")
    page.get_by_role("button", name="Replace text").click()
    page.keyboard.type("OPEN")
    page.keyboard.press("Tab")
    page.keyboard.type("SHUT")
    expect(box).to_have_value("Replace 'OPEN' with 'SHUT', keep the same font style and colour")
    page.keyboard.press("Tab")
    expect(box).not_to_be_focused()


def write_from_right_to_left(page: Page) -> None:
    for text, direction in (
        ("قطة تجلس على النافذة", "rtl"),
        ("A cat at the window", "ltr"),
        ("חתול ליד החלון", "rtl"),
    ):
        prompt_box(page).fill(text)
        expect(prompt_box(page)).to_have_css("direction", direction)


def follow_a_hint(page: Page) -> None:
    box, model = prompt_box(page), page.get_by_text("Model", exact=True)
    before = model.bounding_box()
    box.fill("Add a red hat.")
    box.blur()
    click_button(page, "Keep the rest")
    expect(box).to_have_value("Add a red hat, keep everything else the same")
    expect(page.get_by_role("button", name="Keep the rest")).to_have_count(0)
    assert model.bounding_box() == before


def test_earlier_prompts_templates_and_hints_write_into_the_box(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        submit_two(page)
        send_an_earlier_one_by_keys(page)
        find_one_in_the_list_and_undo(page)
        pin_one_for_both_pages(page)
        fill_in_a_template(page)
        write_from_right_to_left(page)
        follow_a_hint(page)
