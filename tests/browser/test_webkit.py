"""A journey in WebKit: a picture, an edit of one that is brought in, before and after."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.edit_steps import photo
from tests.support.app_server import AppServer
from tests.support.webkit import WebKit, webkit

pytestmark = pytest.mark.browser

STAGE = ".kx-compare-viewport"
IS_IDLE = "document.querySelector(\"[data-test-script-state='notRunning']\") !== null"
IS_LOADED = "[...document.querySelectorAll('article img')].some((i) => i.naturalWidth > 0)"
DIVIDER = "document.querySelector('.kx-compare-handle').ariaValueNow"


def write_and_send(browser: WebKit, page: str, prompt: str) -> None:
    box = f".st-key-{page}-prompt textarea"
    browser.wait_for_element(".kx-tools-button")
    browser.wait_for(IS_IDLE)
    browser.click(box)
    browser.press(*prompt)
    browser.wait_for("document.querySelector(arguments[0]).value === arguments[1]", box, prompt)
    browser.click("button[kind=primary]")


def compare_by_keys_and_mouse(browser: WebKit) -> None:
    browser.wait_for(IS_IDLE)
    browser.click(STAGE)
    browser.press("2")
    browser.wait_for_element(".kx-compare[data-mode=side]")
    browser.press("1")
    browser.wait_for_element(".kx-compare[data-mode=slider]")
    before = browser.run(f"return {DIVIDER}")
    browser.run("document.querySelector('.kx-compare-handle').focus()")
    browser.press("ArrowRight")
    browser.wait_for(f"{DIVIDER} !== arguments[0]", before)


def test_picture_upload_edit_and_compare_work_in_webkit(
    fast_app: AppServer, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.png"
    mine.write_bytes(photo(640, 480))
    with webkit() as browser:
        browser.open(f"{fast_app.url}/")
        write_and_send(browser, "generate", "A hill")
        browser.wait_for(IS_LOADED)
        browser.open(f"{fast_app.url}/edit")
        browser.wait_for_element("html[data-kx-takes]")
        browser.choose_file("input[type=file]", mine)
        browser.wait_for_element("figure.kx-source")
        write_and_send(browser, "edit", "Mirror it")
        browser.wait_for_element(f"{STAGE}[data-status=ready]")
        compare_by_keys_and_mouse(browser)
        assert browser.errors() == []
