"""Two people and an admin: a budget that runs out and is raised, a link that is taken back."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from components.sandbox import SandboxOptions, start
from tests.browser.edit_steps import comparison, paste, photo, submit_edit
from tests.browser.steps import cards, go_to, prompt_box
from tests.browser.test_accessibility import expect_accessible, violations
from tests.support.app_server import AppServer
from tests.support.chromium import open_page
from tests.support.sign_in_service import running_sign_in_service, use_sign_in_service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of what the service is made of
]

DOOR = ("status of 401",)


def sign_in(page: Page, name: str) -> None:
    page.get_by_role("link", name="Sign in").click()
    page.get_by_placeholder("sub").fill(name)
    page.get_by_role("button", name="Authorize", exact=True).click()
    expect(prompt_box(page)).to_be_visible()


def set_budget(admin: Page, cap: str) -> None:
    admin.get_by_role("spinbutton", name="Credits").fill(cap)
    admin.get_by_role("button", name="Set", exact=True).click()
    expect(admin.get_by_text(f"Each person: {cap} a month")).to_be_visible()


def share_the_pair(page: Page) -> str:
    page.get_by_role("button", name="Share…").click()
    page.get_by_role("button", name="Make the link").click()
    url = page.get_by_role("dialog").locator("code").inner_text()
    page.get_by_role("dialog").get_by_label("Close").click()
    return url


def take_links_back(page: Page) -> None:
    go_to(page, "Gallery")
    page.get_by_role("button", name="Shared links").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No link opens anything")).to_be_visible()


def test_budget_is_told_before_it_is_paid_and_sums_equal_the_service_s_books(
    browser: Browser, tmp_path: Path
) -> None:
    with ExitStack() as running:
        sandbox = running.enter_context(start(SandboxOptions(seconds=1)))
        settings = {
            "KIE_API_KEY": "a-key",
            "KIE_BASE_URL": sandbox.url,
            "KIE_UPLOAD_BASE_URL": sandbox.url,
            "KONTEXT_ADMINS": "carla@example.com",
        }
        app = AppServer(tmp_path / "data", settings)
        use_sign_in_service(app, running.enter_context(running_sign_in_service()))
        running.enter_context(app)
        anna, ben, admin, stranger = (
            running.enter_context(
                open_page(browser, app.url, "about:blank", expected_errors=(*DOOR, "status of 404"))
            )
            for _ in range(4)
        )
        for page, name in ((anna, "anna"), (ben, "ben"), (admin, "carla")):
            page.goto("/")
            sign_in(page, name)
        admin.goto("/admin")
        admin.get_by_text("Budgets", exact=True).click()
        set_budget(admin, "12")

        anna.reload()
        expect(anna.get_by_text("12 of 12 left this month")).to_be_visible()
        prompt_box(anna).fill("A lighthouse at dusk")
        anna.get_by_role("radiogroup", name="Variants").get_by_text("4").click()
        press = anna.get_by_role("button", name="Generate · 20 credits")
        expect(press).to_be_disabled()
        refusal = anna.get_by_text("This needs 20 credits; 12 of your 12 are left this month.")
        expect(refusal).to_contain_text("before that, ask carla")
        assert sandbox.usage_report()["creates"] == 0
        set_budget(admin, "40")
        expect(press).to_be_enabled()
        press.click()
        expect(cards(anna).locator("img")).to_have_count(4)
        expect(anna.get_by_text("20 of 40 left this month")).to_be_visible()

        ben.goto("/edit")
        paste(ben, photo(640, 480), "IMG_4711.png")
        submit_edit(ben, "Mirror it")
        comparison(ben, "Original and Step 1")
        link = share_the_pair(ben)
        stranger.goto(link)
        expect(stranger.get_by_role("slider", name="Divider")).to_be_visible()
        assert violations(stranger) == []
        take_links_back(ben)
        stranger.reload()
        expect(stranger.get_by_text("Nothing to see here")).to_be_visible()

        expect_accessible(admin, "admin, budgets")
        admin.get_by_text("Spending", exact=True).click()
        expect(admin.locator(".kx-admin-sum")).to_contain_text("25 credits spent5 pictures")
        assert sum(task["paid"] for task in sandbox.usage_report()["tasks"]) == 25
        expect_accessible(admin, "admin, spending")
