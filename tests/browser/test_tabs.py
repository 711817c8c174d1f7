"""Two tabs of one user beside a tab of another user."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gallery_steps import card
from tests.browser.steps import (
    NO_FALLBACK,
    cards,
    expect_idle,
    expect_image,
    go_to,
    prompt_box,
    prompt_picker,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

PROMPT = "A quiet harbour"

# What the desktop is told is written down, for all tabs of the browser.
_NOTE_NOTIFICATIONS = """() => {
  window.Notification = class {
    static permission = "default";
    static async requestPermission() {
      return (Notification.permission = "granted");
    }
    constructor(text) {
      localStorage.noted = `${localStorage.noted ?? ""}${text}; `;
    }
  };
}"""
_HIDE = """isHidden => {
  Notification.permission = "granted";
  Object.defineProperty(document, "hidden", { get: () => isHidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def expect_empty_page(page: Page) -> None:
    expect(page.get_by_role("heading", name="Begin with one of these")).to_be_visible()
    expect(prompt_picker(page)).to_be_attached()


def keep_their_own_text_over_a_reload(first: Page, second: Page) -> None:
    texts = {first: "A red barn", second: "A blue lake"}
    for page, text in texts.items():
        prompt_box(page).fill(text)
        prompt_box(page).blur()
    for page, text in texts.items():
        page.reload()
        expect(prompt_box(page)).to_have_value(text)
        expect_empty_page(page)


def show_what_the_other_tab_submits_twice(first: Page, second: Page) -> None:
    submit_prompt(second, PROMPT)
    second.keyboard.press("Control+Enter")
    for page in (first, second):
        expect_image(page, PROMPT)
        expect(cards(page)).to_have_count(1)
    expect(first.get_by_role("heading", name="Begin with one of these")).to_have_count(0)


def star_and_delete_in_both(first: Page, second: Page) -> None:
    for page in (first, second):
        go_to(page, "Gallery")
        expect_image(page, PROMPT)
    card(first, PROMPT).focus()
    first.keyboard.press("s")
    expect(card(second, PROMPT)).to_have_class(re.compile("kx-grid-starred"))
    first.keyboard.press("Delete")
    expect(second.locator("article")).to_have_count(0)
    first.get_by_role("button", name="Undo").click()
    expect(card(second, PROMPT)).to_be_visible()


def expect_noted(page: Page, told: str) -> None:
    # By a timer: a browser draws no frames of a tab behind another one.
    page.wait_for_function("told => localStorage.noted === told", arg=told, polling=100)


def tell_once_while_neither_is_looked_at(first: Page, second: Page) -> None:
    """Of two tabs one tells; what comes later is added to it, failures too."""
    for page in (first, second):
        go_to(page, "Generate")
        page.evaluate(_NOTE_NOTIFICATIONS)
    first.get_by_role("button", name="Tell me when a picture is done").click()
    menu = first.get_by_role("dialog", name="When a picture is done")
    menu.get_by_role("switch", name="Show a notification").check()
    expect_noted(second, "Notifications look like this; ")
    first.evaluate("() => { localStorage.noted = ''; }")
    for page in (first, second):
        page.evaluate(_HIDE, arg=True)
    expect_idle(second)
    submit_prompt(second, "A red kite")
    expect_noted(second, "1 picture is ready; ")
    expect(second).to_have_title(re.compile(r"^\(1\) "))
    submit_prompt(second, "A red kite [refused]")
    expect_noted(second, "1 picture is ready; 1 picture is ready, 1 was not made; ")


def test_tabs_of_one_user_stay_in_step_and_another_user_sees_nothing(
    fast_app: AppServer, browser: Browser
) -> None:
    with (
        open_page(browser, fast_app.url) as stranger,
        open_page(browser, fast_app.url, "about:blank") as first,
    ):
        second = first.context.new_page()
        for page in (first, second):
            page.add_init_script(NO_FALLBACK)
            page.goto("/")
        for page in (first, second, stranger):
            expect_empty_page(page)
        keep_their_own_text_over_a_reload(first, second)
        show_what_the_other_tab_submits_twice(first, second)
        star_and_delete_in_both(first, second)
        tell_once_while_neither_is_looked_at(first, second)

        expect_empty_page(stranger)
        expect(cards(stranger)).to_have_count(0)
