"""A task id of the service brings a picture home: from the purse, and from an unconfirmed card."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browsing import visiting
from tests.journeys.doing import ARRIVAL_MS, act, ask_for, cards, expect_picture
from tests.serving import ServedApp

pytestmark = pytest.mark.browser


def made_elsewhere(app: ServedApp, prompt: str) -> str:
    """The id of a task that another program made with the same key."""
    answer = requests.post(
        f"{app.settings['KIE_BASE_URL']}/api/v1/flux/kontext/generate",
        json={"prompt": prompt},
        headers={"Authorization": "Bearer a-key"},
        timeout=10,
    ).json()
    return str(answer["data"]["taskId"])


def id_of(app: ServedApp, prompt: str) -> str:
    """The id under which the service keeps the newest task of a prompt."""
    book = requests.get(f"{app.settings['KIE_BASE_URL']}/sandbox/usage", timeout=10).json()
    return [str(task["taskId"]) for task in book["tasks"] if task["prompt"] == prompt][-1]


def name_the_task(page: Page, service_id: str) -> None:
    page.get_by_role("textbox", name="Task id").fill(service_id)
    page.keyboard.press("Enter")


def test_a_picture_made_elsewhere_is_brought_home_from_the_purse(
    quick: ServedApp, browser: Browser
) -> None:
    with visiting(browser, quick.url) as page:
        page.get_by_role("button", name="credits").click()
        page.get_by_role("button", name="Bring home by task id").click()
        name_the_task(page, "0" * 32)
        expect(page.get_by_text("nothing to bring home under this id")).to_be_visible()

        name_the_task(page, made_elsewhere(quick, "A windmill from elsewhere"))
        expect(page.get_by_text("It is on its way to your gallery.")).to_be_visible()
        page.keyboard.press("Escape")
        page.goto("/gallery")
        expect_picture(page, "A windmill from elsewhere")


def test_an_unconfirmed_card_is_settled_by_its_task_id(quick: ServedApp, browser: Browser) -> None:
    with visiting(browser, quick.url) as page:
        prompt = "A lost windmill [create-lost]"
        ask_for(page, prompt)
        expect(cards(page)).to_contain_text("no answer came", timeout=ARRIVAL_MS)
        act(page, "I have its task id")
        name_the_task(page, id_of(quick, prompt))

        expect(page.get_by_text("Looking for it.")).to_be_visible()
        page.keyboard.press("Escape")
        expect_picture(page, prompt)
