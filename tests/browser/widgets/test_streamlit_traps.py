"""Traps of Streamlit 1.67 that need a real browser and server; the others have Node tests."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.widgets.conftest import OpenWidget
from tests.browser.widgets.widget_server import WidgetServer
from tests.support.chromium import HeldWebSocket

pytestmark = pytest.mark.browser


def test_late_request_of_the_last_page_does_not_leave_the_new_page_blank(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    page = open_widget("/", color_scheme="light")
    from_server = HeldWebSocket(page, "server")
    page.reload()
    button = page.get_by_role("button", name="Press")
    expect(button).to_be_visible()
    from_server.held = []
    page.get_by_role("link", name="second").click()
    from_server.wait_for_held()  # the server draws the second page, which the browser cannot know
    button.click()
    from_server.release()
    expect(page.get_by_text("The second page, drawn 2 times")).to_be_visible()
    expect(page).to_have_url(f"{widgets.url}/second")


def test_auto_refresh_reruns_its_fragment_while_nobody_touches_the_page(
    open_widget: OpenWidget,
) -> None:
    page = open_widget("/")
    expect(page.get_by_text(re.compile(r"Drawn ([3-9]|\d\d) times"))).to_be_visible()


@pytest.mark.parametrize("name", ["step-strip.js", "dom.js"])
def test_script_that_fails_to_load_is_requested_again(
    widgets: WidgetServer, open_widget: OpenWidget, name: str
) -> None:
    requests = 0

    def fail_twice(route: Route) -> None:
        nonlocal requests
        requests += 1
        if requests <= 2:
            route.fulfill(status=404)
        else:
            route.continue_()

    page = open_widget("/second", color_scheme="light")
    page.route(f"**/{name}", fail_twice)
    page.goto(f"{widgets.url}/strip")
    expect(page.locator(".kx-strip-name").first).to_be_visible()
    assert requests == 3
