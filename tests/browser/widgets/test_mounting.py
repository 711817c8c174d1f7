"""Drawings in a real Chromium, with their scripts called as Streamlit (1.67) calls them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from components.ui import frontend as scripts
from tests.support.chromium import visiting

pytestmark = pytest.mark.browser

DIGEST = next(iter(scripts.asset_files())).partition("/")[0]
TILE = {"id": "p", "name": "Original", "prompt": "", "alt": "A", "thumbnail_url": "data:,"}
CALL = """async ({url, data, name}) => {
  const parent = (window.parent_ ??= document.body.appendChild(document.createElement("div")));
  const script = (await import(url)).default;
  const setTriggerValue = () => (window.heard = name);
  (window.ends ??= {})[name] = script({ data, parentElement: parent, setTriggerValue });
}"""


def call(page: Page, script: str, data: dict[str, object], name: str, age: str = "") -> None:
    """Call a script by hand; `name` is that of the call, `age` of the script's edition."""
    url = f"{scripts.ASSETS_URL}/{DIGEST}/widgets/{script}.js{age}"
    page.evaluate(CALL, {"url": url, "data": data, "name": name})


def line(elapsed_seconds: float) -> dict[str, object]:
    said: dict[str, Any] = {
        "message": "Generating",
        "detail": "A harbour",
        "expected_seconds": None,
    }
    return {"line": json.dumps(said | {"elapsed_seconds": elapsed_seconds})}


def tiles() -> dict[str, object]:
    tile = TILE | {"role": "", "is_source": False}
    return {"tiles": json.dumps({"steps": [tile], "variants": [], "branches": []})}


def test_a_call_that_a_newer_one_overtook_does_not_stop_the_clock(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        call(page, "progress/progress", line(1), "overtaken")
        call(page, "progress/progress", line(2), "newer")
        page.evaluate("ends.overtaken()")
        expect(page.locator(".kx-progress-time")).to_have_text("4 s")


def test_a_press_goes_to_the_newest_call_also_where_it_draws_nothing_new(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        call(page, "step_strip/step-strip", tiles(), "older")
        call(page, "step_strip/step-strip", tiles(), "newer")
        page.evaluate("parent_.querySelector('[data-verb=edit]').click()")
        assert page.evaluate("heard") == "newer"


def test_a_newer_edition_of_a_script_draws_in_place_of_the_older(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        call(page, "step_strip/step-strip", tiles(), "older")
        call(page, "step_strip/step-strip", tiles(), "newer", age="?newer")
        assert page.evaluate("parent_.children.length") == 1


def test_a_drawing_ends_with_its_place_on_the_page(strip_url: str, browser: Browser) -> None:
    with visiting(browser, strip_url) as page:
        call(page, "progress/progress", line(1), "only")
        page.evaluate("parent_.remove(); ends.only()")
        assert page.evaluate("parent_.children.length") == 0
