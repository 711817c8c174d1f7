"""What is wrong is said above the page and goes by itself; errors of a page fail these tests."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from components.sandbox import SandboxOptions, start
from tests.browser.steps import (
    cards,
    expect_idle,
    expect_image,
    go_to,
    prompt_box,
    prompt_picker,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page
from tests.support.identity import new_token

pytestmark = pytest.mark.browser

NO_IMAGE = "0" * 32
PAGE_ERRORS = {
    "left loopback: https://example.invalid/a": "new Image().src = 'https://example.invalid/a'",
    "Content Security Policy": "document.head.append(Object.assign("
    "document.createElement('script'), {textContent: 'document.title = 1'}))",
    "console: an error message": "console.error('an error message')",
    "page error: an exception": "setTimeout(() => { throw new Error('an exception') })",
}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a data folder, as another process of the app does."""
    folder.mkdir(parents=True)
    with (folder / "studio.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def unreadable_pins(app: AppServer) -> Iterator[None]:
    """Every page with a form fails, which reads the pinned prompts."""
    with closing(sqlite3.connect(app.folder / "studio.db", isolation_level=None)) as connection:
        connection.execute("ALTER TABLE pins RENAME TO elsewhere")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE elsewhere RENAME TO pins")


def alert(page: Page, text: str) -> Locator:
    return page.get_by_role("alert").filter(has_text=text)


def expect_another_studio(app: AppServer, page: Page) -> None:
    expect(alert(page, "Another studio is at work")).to_contain_text("KONTEXT_DATA_DIR")
    expect(page.get_by_role("searchbox")).to_have_count(0)
    image = app.client(new_token()).get(f"/app/static/pictures/{NO_IMAGE}")
    health = app.client().get("/healthz")
    assert (image.status_code, health.status_code, health.json()["ready"]) == (503, 503, False)
    assert [path.name for path in app.folder.iterdir()] == ["studio.lock"]


def expect_gallery(app: AppServer, page: Page) -> None:
    expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
    expect(page).to_have_title("Gallery · Kontext Studio")
    assert app.client().get("/healthz").json()["ready"] is True


def fail_while_something_is_typed(app: AppServer, page: Page) -> None:
    expect(page.get_by_test_id("stBaseButton-primary")).to_be_visible()
    prompt_box(page).fill("A harbour, not sent yet")
    square = page.get_by_role("radio", name="1:1")
    with unreadable_pins(app):
        square.click()  # the page is drawn again
        expect(alert(page, "It is tried again by itself.")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(prompt_box(page)).to_have_count(0)
    expect(prompt_box(page)).to_have_value("A harbour, not sent yet")
    expect(square).to_be_checked()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert "Traceback" not in app.log


def run_out_of_credits(page: Page) -> None:
    submit_prompt(page, "A hill")
    expect_image(page, "A hill")
    expect(page.get_by_role("alert")).to_have_count(0)
    submit_prompt(page, "A lake")
    expect(alert(page, "out of credits")).to_be_visible()
    expect(cards(page).first).to_contain_text("Top up at kie.ai")
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    expect(prompt_box(page)).to_have_value("A lake")


def test_what_is_wrong_is_said_above_the_page_and_goes_by_itself(
    tmp_path: Path, browser: Browser
) -> None:
    with start(SandboxOptions(seconds=0, credits=5)) as sandbox, ExitStack() as other_studio:
        settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": sandbox.url}
        app = AppServer(tmp_path / "data", settings)
        other_studio.enter_context(locked(app.folder))
        with app, open_page(browser, app.url, "/gallery") as page:
            expect_another_studio(app, page)
            other_studio.close()
            expect_gallery(app, page)
            go_to(page, "Generate")
            fail_while_something_is_typed(app, page)
            run_out_of_credits(page)


def prompts_of(app: AppServer) -> list[str]:
    """The prompts of all tasks of an app."""
    with closing(sqlite3.connect(app.folder / "studio.db")) as connection:
        return [prompt for (prompt,) in connection.execute("SELECT prompt FROM tasks")]


# As the open picture does, which this page has none of.
_OPEN_OVER_THE_PAGE = "document.body.appendChild(document.createElement('dialog')).showModal()"


def test_tab_whose_cookie_was_deleted_pays_for_nothing(
    fast_app: AppServer, browser: Browser
) -> None:
    # Not `open_page`: the console says that live updates are refused, which is right.
    with closing(browser.new_context(base_url=fast_app.url)) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_test_id("stBaseButton-primary")).to_be_visible()
        expect(prompt_picker(page)).to_be_attached()
        expect_idle(page)
        prompt_box(page).fill("A harbour without a cookie")
        context.clear_cookies()
        for press in (
            lambda: page.keyboard.press("Control+Enter"),
            lambda: page.get_by_test_id("stBaseButton-primary").click(),
        ):
            with page.expect_response("**/who"):
                press()
            expect(page.get_by_text("the cookie of this tab was deleted").last).to_be_visible()
        page.evaluate(_OPEN_OVER_THE_PAGE)
        toasts = page.get_by_test_id("stToastContainer")
        expect(toasts).to_have_attribute("popover", "manual")
        assert toasts.evaluate("toasts => toasts.matches(':popover-open')")
        page.evaluate("document.querySelector('dialog').close()")
        assert "A harbour without a cookie" not in prompts_of(fast_app)
        expect(prompt_box(page)).to_have_value("A harbour without a cookie")


def cause_page_errors(browser: Browser, url: str) -> None:
    # A page without Streamlit, which has the content policy of all.
    with (
        open_page(browser, url, "/healthz") as page,
        page.expect_event("pageerror"),  # the last of them
    ):
        for script in PAGE_ERRORS.values():
            page.evaluate(f"() => {{ {script} }}")


def test_page_errors_fail_their_test(fast_app: AppServer, browser: Browser) -> None:
    with pytest.raises(AssertionError) as failed:
        cause_page_errors(browser, fast_app.url)

    assert [message for message in PAGE_ERRORS if message not in str(failed.value)] == []
