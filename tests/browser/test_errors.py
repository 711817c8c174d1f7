"""Trouble on the screen, and that these tests would see a fault of the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from components.sandbox import SandboxOptions, start
from tests.browser.steps import ask_for, cards, expect_picture, prompt_box
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


def test_an_account_that_runs_dry_is_said_above_the_page_without_a_click(
    tmp_path: Path, browser: Browser
) -> None:
    with start(SandboxOptions(seconds=0, credits=5)) as service:
        settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": service.url}
        with (
            AppServer(tmp_path / "data", settings) as app,
            open_page(browser, app.url) as page,
        ):
            ask_for(page, "A hill")
            expect_picture(page, "A hill")
            expect(page.get_by_role("alert")).to_have_count(0)

            ask_for(page, "A lake")
            expect(page.get_by_role("alert")).to_contain_text("out of credits")
            expect(cards(page).first).to_contain_text("Top up at kie.ai")
            expect(page.get_by_role("button", name="Try now")).to_be_visible()
            expect(prompt_box(page)).to_have_value("A lake")


MISDEEDS = {
    "left loopback: https://example.invalid/a": "new Image().src = 'https://example.invalid/a'",
    "Content Security Policy": "document.head.append(Object.assign("
    "document.createElement('script'), {textContent: 'document.title = 1'}))",
    "console: a word of ours": "console.error('a word of ours')",
    "page error: a fault of ours": "setTimeout(() => { throw new Error('a fault of ours') })",
}


def misbehave(browser: Browser, url: str) -> None:
    with open_page(browser, url) as page:
        with page.expect_event("pageerror"):  # the last of them, and the slowest to come
            for misdeed in MISDEEDS.values():
                page.evaluate(f"() => {{ {misdeed} }}")
        page.wait_for_timeout(300)


def test_a_fault_of_the_page_fails_its_test(fast_app: AppServer, browser: Browser) -> None:
    with pytest.raises(AssertionError) as failed:
        misbehave(browser, fast_app.url)

    assert [said for said in MISDEEDS if said not in str(failed.value)] == []
