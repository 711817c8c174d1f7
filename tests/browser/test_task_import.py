"""Tasks are found by the provider's task id: from the credits menu and for an unconfirmed card."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import (
    RESULT_TIMEOUT_MS,
    card_action,
    cards,
    click_button,
    expect_image,
    go_to,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser


def create_elsewhere(app: AppServer, prompt: str) -> str:
    """Create a task as another program with the same key would; its task id."""
    response = requests.post(
        f"{app.settings['KIE_BASE_URL']}/api/v1/flux/kontext/generate",
        json={"prompt": prompt},
        headers={"Authorization": "Bearer a-key"},
        timeout=10,
    ).json()
    return str(response["data"]["taskId"])


def task_id_of(app: AppServer, prompt: str) -> str:
    """The sandbox's id of the newest task with this prompt."""
    usage = requests.get(f"{app.settings['KIE_BASE_URL']}/sandbox/usage", timeout=10).json()
    return [str(task["taskId"]) for task in usage["tasks"] if task["prompt"] == prompt][-1]


def enter_task_id(page: Page, task_id: str) -> None:
    page.get_by_role("textbox", name="Task id").fill(task_id)
    page.keyboard.press("Enter")


def test_task_ids_import_foreign_tasks_and_resolve_unconfirmed_ones(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        prompt = "A lost windmill [create-lost]"
        submit_prompt(page, prompt)
        expect(cards(page).first).to_contain_text("no answer came", timeout=RESULT_TIMEOUT_MS)
        card_action(page, "I have its task id")
        enter_task_id(page, task_id_of(fast_app, prompt))
        expect(page.get_by_text("Looking for it.")).to_be_visible()
        page.keyboard.press("Escape")
        expect_image(page, prompt)

        page.get_by_role("button", name="credits", exact=True).click()
        click_button(page, "Bring home by task id")
        enter_task_id(page, "0" * 32)
        expect(page.get_by_text("nothing to bring home under this id")).to_be_visible()
        enter_task_id(page, create_elsewhere(fast_app, "A windmill from elsewhere"))
        expect(page.get_by_text("It is on its way to your gallery.")).to_be_visible()
        page.keyboard.press("Escape")
        go_to(page, "Gallery")
        expect_image(page, "A windmill from elsewhere")
