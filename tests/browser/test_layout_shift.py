"""Nothing moves while a result arrives or a page is loaded; on a phone: `test_phone.py`."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.edit_steps import comparison, paste, pending_edits, photo, submit_edit
from tests.browser.steps import (
    box_of,
    click_button,
    expect_loaded_without_shift,
    expect_nothing_moved,
    observe_layout_shifts,
)
from tests.support.app_server import AppServer
from tests.support.chromium import HeldWebSocket, open_page

pytestmark = pytest.mark.browser


def make_a_first_edit(page: Page) -> None:
    paste(page, photo(1184, 880), "IMG_4711.png")
    alone = box_of(page.locator(".kx-source-preview-frame"))
    submit_edit(page, "Mirror it [slow]")
    expect(pending_edits(page)).to_contain_text("Mirror it")
    assert box_of(page.locator(".kx-source-preview-frame")) == alone

    viewer = box_of(comparison(page, "Original and Step 1").locator(".kx-compare-viewport"))

    assert all(abs(viewer[edge] - alone[edge]) <= 1 for edge in ("x", "y", "width", "height"))
    expect(pending_edits(page)).to_have_text("")


def edit_the_result(page: Page) -> None:
    click_button(page, "Edit this")
    comparison(page, "Original and Step 1")
    submit_edit(page, "Make it sepia [slow]")
    expect(pending_edits(page)).to_contain_text("Make it sepia")
    observe_layout_shifts(page)
    comparison(page, "Step 1 and Step 2")
    expect(pending_edits(page)).to_have_text("")
    expect_nothing_moved(page)


def load_every_page(page: Page, *, is_empty: bool) -> None:
    for path in ("/", "/edit", "/gallery"):
        expect_loaded_without_shift(page, path, is_empty=is_empty)


def see_our_bar_before_streamlit_draws(page: Page) -> None:
    """Without a connection Streamlit knows neither theme nor page; it is held back."""
    streamlit = HeldWebSocket(page, "server")
    streamlit.held = []
    page.emulate_media(color_scheme="dark")
    page.goto("/edit")
    streamlit.wait_for_held()
    shell = page.locator(".kx-shell")
    expect(shell).to_contain_text("Kontext Studio")
    expect(shell).to_have_css("background-color", "rgb(20, 20, 22)")  # .streamlit/config.toml
    bar = box_of(shell.locator(".kx-shell-bar"))
    streamlit.release()
    expect(shell).to_be_hidden()
    drawn = box_of(page.locator(".st-key-kx-bar"))
    assert all(abs(drawn[edge] - bar[edge]) <= 1 for edge in ("x", "y", "width", "height"))
    page.emulate_media(color_scheme="light")


def test_nothing_moves_when_a_result_arrives_or_a_page_is_loaded(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit", reduced_motion="no-preference") as page:
        observe_layout_shifts(page, from_next_load=True)
        load_every_page(page, is_empty=True)
        see_our_bar_before_streamlit_draws(page)
        make_a_first_edit(page)
        edit_the_result(page)
        load_every_page(page, is_empty=False)
