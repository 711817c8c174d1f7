"""The page that is asked for is the page that is seen, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.widgets.pages import serving
from tests.support.chromium import SlowLine, visiting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def guarded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    page = str(Path(__file__).with_name("watchdog_page.py"))
    with serving("page_server", tmp_path_factory.mktemp("guarded"), PAGE=page) as url:
        yield url


def test_what_the_last_page_asks_late_does_not_take_the_new_one_away(
    guarded_url: str, browser: Browser
) -> None:
    with visiting(browser, guarded_url) as page:
        answers = SlowLine(page, "server")
        page.reload()
        button = page.get_by_role("button", name="Press")
        expect(button).to_be_visible()
        answers.kept = []
        page.get_by_role("link", name="second").click()
        page.wait_for_timeout(300)  # the server draws the second page, of which nobody knows here
        button.click()
        page.wait_for_timeout(300)
        answers.let_go()
        expect(page.get_by_text("The second page, drawn 2 times")).to_be_visible()
        expect(page).to_have_url(f"{guarded_url}/second")


def test_a_beat_draws_its_fragment_again_while_nobody_touches_the_page(
    guarded_url: str, browser: Browser
) -> None:
    with visiting(browser, guarded_url) as page:
        expect(page.get_by_text("Drawn 3 times")).to_be_visible()
