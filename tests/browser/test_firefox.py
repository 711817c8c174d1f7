"""A journey in Firefox: an edit, before and after, and the gallery."""

from __future__ import annotations

import pytest

from tests.support.app_server import AppServer
from tests.support.firefox import Firefox, firefox

pytestmark = pytest.mark.browser

STAGE = ".kx-compare-viewport"
RING = "return getComputedStyle(document.querySelector('.kx-compare-viewport'), '::after').content"
IS_IDLE = "document.querySelector(\"[data-test-script-state='notRunning']\") !== null"
IS_LOADED = "[...document.querySelectorAll('.kx-grid-loaded img')].some((i) => i.naturalWidth > 0)"
LIGHTBOX_IS_OPEN = "(document.querySelector('.kx-lightbox')?.checkVisibility() ?? false)"


def edit_a_starter(browser: Firefox) -> None:
    browser.wait_for_element('[class*="st-key-example-"] button')
    browser.wait_for_element(".kx-tools-button")
    browser.wait_for(IS_IDLE)
    browser.click('[class*="st-key-example-"] button')
    browser.wait_for_element("figure.kx-source")
    browser.wait_for(IS_IDLE)
    browser.click("button[kind=primary]")
    browser.wait_for_element(f"{STAGE}[data-status=ready]")


def compare_by_mouse_and_keys(browser: Firefox) -> None:
    browser.wait_for(IS_IDLE)
    browser.click(f"{STAGE}")
    assert browser.run(RING) == "none"
    browser.press("2")
    browser.wait_for_element(".kx-compare[data-mode=side]")
    assert browser.run(RING) == '""'
    browser.click(STAGE)
    assert browser.run(RING) == "none"


def open_the_newest_picture(browser: Firefox) -> None:
    browser.wait_for(IS_LOADED)
    browser.wait_for(IS_IDLE)
    browser.click("article")
    browser.wait_for(LIGHTBOX_IS_OPEN)
    browser.press("Escape")
    browser.wait_for(f"!{LIGHTBOX_IS_OPEN}")


def test_edit_compare_and_gallery_work_in_firefox(fast_app: AppServer) -> None:
    with firefox() as browser:
        browser.open(f"{fast_app.url}/edit")
        edit_a_starter(browser)
        compare_by_mouse_and_keys(browser)
        browser.open(f"{fast_app.url}/gallery")
        open_the_newest_picture(browser)
        assert browser.errors(fast_app.url) == []
