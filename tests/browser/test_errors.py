"""Errors on the screen, and a check that these tests notice an error of the page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from components.sandbox import SandboxOptions, start
from tests.browser.steps import cards, expect_image, prompt_box, submit_prompt
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


def test_missing_credits_are_shown_above_the_page_without_a_click(
    tmp_path: Path, browser: Browser
) -> None:
    with start(SandboxOptions(seconds=0, credits=5)) as sandbox:
        settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": sandbox.url}
        with (
            AppServer(tmp_path / "data", settings) as app,
            open_page(browser, app.url) as page,
        ):
            submit_prompt(page, "A hill")
            expect_image(page, "A hill")
            expect(page.get_by_role("alert")).to_have_count(0)

            submit_prompt(page, "A lake")
            expect(page.get_by_role("alert")).to_contain_text("out of credits")
            expect(cards(page).first).to_contain_text("Top up at kie.ai")
            expect(page.get_by_role("button", name="Try now")).to_be_visible()
            expect(prompt_box(page)).to_have_value("A lake")


PAGE_ERRORS = {
    "left loopback: https://example.invalid/a": "new Image().src = 'https://example.invalid/a'",
    "Content Security Policy": "document.head.append(Object.assign("
    "document.createElement('script'), {textContent: 'document.title = 1'}))",
    "console: an error message": "console.error('an error message')",
    "page error: an exception": "setTimeout(() => { throw new Error('an exception') })",
}


def cause_page_errors(browser: Browser, url: str) -> None:
    with open_page(browser, url) as page, page.expect_event("pageerror"):  # the last of them
        for script in PAGE_ERRORS.values():
            page.evaluate(f"() => {{ {script} }}")


def test_page_errors_fail_their_test(fast_app: AppServer, browser: Browser) -> None:
    with pytest.raises(AssertionError) as failed:
        cause_page_errors(browser, fast_app.url)

    assert [message for message in PAGE_ERRORS if message not in str(failed.value)] == []


@contextmanager
def unreadable_pins(app: AppServer) -> Iterator[None]:
    """Every page with a form fails, which reads the pinned prompts."""
    with closing(sqlite3.connect(app.folder / "studio.db", isolation_level=None)) as connection:
        connection.execute("ALTER TABLE pins RENAME TO elsewhere")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE elsewhere RENAME TO pins")


def test_page_comes_back_with_what_was_typed(tmp_path: Path, browser: Browser) -> None:
    with AppServer(tmp_path / "data") as app, open_page(browser, app.url) as page:
        expect(page.get_by_test_id("stBaseButton-primary")).to_be_visible()
        prompt_box(page).fill("A harbour, not sent yet")
        with unreadable_pins(app):
            page.get_by_role("radio", name="Max").click()  # the price is drawn again
            expect(page.get_by_role("alert")).to_contain_text("It is tried again by itself.")
            expect(page.get_by_test_id("stException")).to_have_count(0)
            expect(prompt_box(page)).to_have_count(0)

        expect(prompt_box(page)).to_have_value("A harbour, not sent yet")
        expect(page.get_by_role("radio", name="Max")).to_be_checked()
        expect(page.get_by_role("alert")).to_have_count(0)
        assert "Traceback" not in app.log


def test_tab_whose_cookie_was_deleted_pays_for_nothing(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        expect(page.get_by_test_id("stBaseButton-primary")).to_be_visible()
        prompt_box(page).fill("A harbour")
        page.context.clear_cookies()
        for press in (
            lambda: page.keyboard.press("Control+Enter"),
            lambda: page.get_by_test_id("stBaseButton-primary").click(),
        ):
            with page.expect_response("**/who"):
                press()
            expect(page.get_by_text("deleted the cookie").last).to_be_visible()
        assert "A harbour" not in prompts_of(fast_app)
        expect(prompt_box(page)).to_have_value("A harbour")


def prompts_of(app: AppServer) -> list[str]:
    """The prompts of all tasks of an app."""
    with closing(sqlite3.connect(app.folder / "studio.db")) as connection:
        return [prompt for (prompt,) in connection.execute("SELECT prompt FROM tasks")]
