"""The scripts of our components on their way to a real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["step-strip.js", "dom.js"])
def test_a_script_that_does_not_come_is_asked_for_again(
    strip_url: str, browser: Browser, name: str
) -> None:
    asked = 0

    def fail_twice(route: Route) -> None:
        nonlocal asked
        asked += 1
        if asked <= 2:
            route.abort()
        else:
            route.continue_()

    with browser.new_context() as context:
        page = context.new_page()
        page.route(f"**/{name}", fail_twice)
        page.goto(strip_url)
        expect(page.locator(".kx-strip-name").first).to_be_visible()
    assert asked == 3
