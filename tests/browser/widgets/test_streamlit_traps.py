"""Traps of Streamlit 1.67 that need a real browser and server; the others have Node tests."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.sync_api import Route, expect

from tests.browser.widgets.conftest import OpenWidget
from tests.browser.widgets.widget_server import WidgetServer
from tests.support.chromium import HeldWebSocket

pytestmark = pytest.mark.browser


def test_late_request_of_the_last_page_does_not_leave_the_new_page_blank(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    page = open_widget("about:blank", color_scheme="light")
    from_server = HeldWebSocket(page, "server")
    page.goto(widgets.url)
    # The fragment reruns while nobody touches the page.
    expect(page.get_by_text(re.compile(r"Drawn ([3-9]|\d\d) times"))).to_be_visible()
    button = page.get_by_role("button", name="Press")
    from_server.held = []
    page.get_by_role("link", name="second").click()
    # The server draws the second page, which the browser cannot know.
    from_server.wait_for_held(text="The second page")
    button.click()
    from_server.release()
    expect(page.get_by_text("The second page, drawn 2 times")).to_be_visible()
    expect(page).to_have_url(f"{widgets.url}/second")


def test_script_that_fails_to_load_is_requested_again(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    requests: Counter[str] = Counter()

    def fail_twice(route: Route) -> None:
        requests[route.request.url] += 1
        if requests[route.request.url] <= 2:
            route.fulfill(status=404)
        else:
            route.continue_()

    page = open_widget("about:blank", color_scheme="light")
    page.route(re.compile("/(edit|studio)[.]js$"), fail_twice)  # a script, and one it imports
    page.goto(f"{widgets.url}/strip")
    expect(page.locator(".kx-strip-name").first).to_be_visible()
    assert list(requests.values()) == [3, 3]
