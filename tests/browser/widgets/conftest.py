"""The widget server, started once per worker process, and tabs that fail on errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.widgets.widget_server import WidgetServer, run_widget_server
from tests.support.chromium import PageErrors

SCREEN = {"width": 1360, "height": 860}
EXPECTED_ERRORS = (
    "status of 404",  # an image that is missing on purpose, and Streamlit's own probes
    "Executing inline script",  # Streamlit's own first page, under the strict policy
)
OpenWidget = Callable[..., Page]
"""Opens a page of the widget app; takes its path, and options of a browser context."""


@pytest.fixture(scope="package")
def widgets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WidgetServer]:
    """The running widget app."""
    with run_widget_server(tmp_path_factory.mktemp("widgets")) as server:
        yield server


@pytest.fixture(scope="package")
def _context(browser: Browser) -> Iterator[BrowserContext]:
    """One context for the usual window, so that Streamlit's scripts load once."""
    with browser.new_context(viewport=SCREEN, color_scheme="light") as context:
        yield context


@pytest.fixture
def open_widget(
    widgets: WidgetServer, browser: Browser, _context: BrowserContext
) -> Iterator[OpenWidget]:
    """Open tabs; the test fails when anything went wrong in one of them.

    Open "about:blank" to set up what must stand before the page is loaded.
    """
    errors = PageErrors(EXPECTED_ERRORS)
    opened: list[Page | BrowserContext] = []

    def open_page(path: str, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": SCREEN, **options}) if options else _context
        page = context.new_page()
        errors.watch(page)
        opened.append(context if options else page)
        page.goto(path if path == "about:blank" else widgets.url + path)
        return page

    yield open_page
    for window in opened:
        window.close()
    errors.expect_none()
