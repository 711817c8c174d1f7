"""A picture dropped anywhere on the app comes to Edit, with its settings if it carries them."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import visiting
from tests.journeys.doing import ask_for, download, expect_picture, go_to, prompt_box
from tests.serving import ServedApp

DROP = """bytes => {
    const file = new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], "mine.jpg",
        { type: "image/jpeg" });
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    document.body.dispatchEvent(
        new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}"""


def drop(page: Page, data: bytes) -> None:
    page.evaluate(DROP, base64.b64encode(data).decode())


@pytest.mark.browser
def test_a_file_dropped_on_any_page_is_the_source_and_its_settings_come_when_asked_for(
    quick: ServedApp, browser: Browser
) -> None:
    with visiting(browser, quick.url) as page:
        ask_for(page, "A castle on a hill")
        expect_picture(page, "A castle on a hill")
        _, saved = download(page)

        for where in ("Gallery", "Generate"):
            go_to(page, where)
            expect(page.locator(".st-key-kx-catcher input")).to_be_attached()
            drop(page, saved)
            expect(page).to_have_url(f"{quick.url}/edit")
            expect(page.get_by_text("how it was made")).to_contain_text("A castle on a hill")

        prompt_box(page).fill("")
        page.get_by_role("button", name="Restore its settings").click()
        expect(page).to_have_url(f"{quick.url}/")
        expect(prompt_box(page)).to_have_value("A castle on a hill")
