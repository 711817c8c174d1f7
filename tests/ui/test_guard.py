"""The page that is asked for is the page that is seen, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browsing import visiting
from tests.ui.pages import serving

pytestmark = pytest.mark.browser


class LateAnswers:
    """Streamlit's answers to a page, which may be kept back."""

    def __init__(self, page: Page) -> None:
        self.kept: list[str | bytes] | None = None
        page.route_web_socket(re.compile("/_stcore/stream"), self._stand_between)

    def _stand_between(self, browser: WebSocketRoute) -> None:
        self._browser = browser
        browser.connect_to_server().on_message(self._pass_on)

    def _pass_on(self, message: str | bytes) -> None:
        if self.kept is None:
            self._browser.send(message)
        else:
            self.kept.append(message)

    def let_go(self) -> None:
        """Pass on what was kept back, and all that comes."""
        kept, self.kept = self.kept or [], None
        for message in kept:
            self._browser.send(message)


@pytest.fixture(scope="module")
def guarded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    page = str(Path(__file__).with_name("guarded_page.py"))
    with serving("page_server", tmp_path_factory.mktemp("guarded"), PAGE=page) as url:
        yield url


def test_what_the_last_page_asks_late_does_not_take_the_new_one_away(
    guarded_url: str, browser: Browser
) -> None:
    with visiting(browser, guarded_url) as page:
        answers = LateAnswers(page)
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
