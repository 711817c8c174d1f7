"""Pictures that are chosen, pasted or dropped: progress, cancelling, and what becomes of them."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from tests.browser.edit_steps import drop, paste, pending_edits, photo, source, submit_edit
from tests.browser.steps import (
    cards,
    click_button,
    download,
    expect_idle,
    expect_image,
    go_to,
    prompt_box,
    submit_prompt,
    wait_until,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

CLICK_LINK = """name => [...document.querySelectorAll("a")]
    .find((link) => link.textContent.trim() === name).click()"""
DRAG = """kind => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "a.png", { type: "image/png" }));
    const options = { bubbles: true, cancelable: true, dataTransfer, relatedTarget: null };
    document.body.dispatchEvent(new DragEvent(kind, options));
}"""
PASTE_TEXT = """() => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(["x"], "a.png", { type: "image/png" }));
    clipboardData.setData("text/plain", "Make it night");
    const options = { bubbles: true, cancelable: true, clipboardData };
    const event = new ClipboardEvent("paste", options);
    document.querySelector("textarea").dispatchEvent(event);
    return event.defaultPrevented;
}"""
SLOW_BYTES_PER_S = 40_000


def noisy_photo(name: str) -> dict[str, Any]:
    """A file for the input, of some 400 KB."""
    file = io.BytesIO()
    Image.effect_noise((800, 600), 120).save(file, "JPEG", quality=90)
    return {"name": name, "mimeType": "image/jpeg", "buffer": file.getvalue()}


def limit_upload(session: CDPSession, bytes_per_second: int) -> None:
    """Slow down what the page sends; -1 takes the limit of the same session away."""
    session.send("Network.enable")
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1}
    session.send(
        "Network.emulateNetworkConditions", {**conditions, "uploadThroughput": bytes_per_second}
    )


def row(page: Page, name: str) -> Locator:
    """The row of a picture that comes in."""
    return page.get_by_label("Pictures coming in").get_by_role("listitem").filter(has_text=name)


def test_several_pictures_come_in_with_progress_and_can_be_cancelled(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        paste(page, photo(), "old.png")
        assert not page.evaluate(PASTE_TEXT)  # a document brings an image of its text along
        expect(row(page, "old.png")).to_have_count(0)  # it is shown as the source

        network = page.context.new_cdp_session(page)
        limit_upload(network, SLOW_BYTES_PER_S)
        names = ("one.jpg", "two.jpg", "three.jpg", "four.jpg")
        notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"}
        page.get_by_label("Picture", exact=True).set_input_files(
            [*(noisy_photo(name) for name in names), notes]
        )
        expect(row(page, "notes.txt").get_by_role("alert")).to_contain_text("no picture")
        expect(row(page, "four.jpg")).to_contain_text("Waiting")
        expect(row(page, "one.jpg")).to_contain_text(" %")
        page.get_by_role("button", name="Cancel: two.jpg").click()
        expect(row(page, "two.jpg")).to_have_count(0)

        submit_edit(page, "Make it night")
        expect(page.get_by_text("Wait until the picture is in")).to_be_visible()
        expect(source(page)).to_contain_text("old.png")
        assert "Make it night" not in pending_edits(page).inner_text()

        page.evaluate(CLICK_LINK, "Gallery")
        expect(page.get_by_placeholder("Search prompts")).to_be_visible()
        expect(row(page, "one.jpg")).to_be_visible()
        limit_upload(network, -1)
        expect(page).to_have_url(f"{fast_app.url}/edit")
        expect(source(page)).to_contain_text("one.jpg")
        expect(page.get_by_text("3 pictures are in · 1 not taken")).to_be_visible()
        expect_idle(page)
        row(page, "four.jpg").get_by_role("button", name="Edit this").click()
        expect(source(page)).to_contain_text("four.jpg")
        expect(row(page, "four.jpg")).to_contain_text("Source")
        click_button(page, "Clear")
        expect(page.get_by_label("Pictures coming in")).to_be_hidden()
        choose_again_and_erase(page, fast_app, "old.png")


def choose_again_and_erase(page: Page, app: AppServer, name: str) -> None:
    """Find a picture that was brought in in the gallery, edit it, delete it, and erase it."""
    card = page.locator(f'article[aria-label="{name}"]')
    go_to(page, "Gallery")
    expect(card).to_be_visible()
    expect_idle(page)
    click_button(page, "Filter")
    page.get_by_test_id("stPopoverBody").get_by_text("Brought in", exact=True).click()
    expect(page).to_have_url(re.compile(r"way=Brought\+in"))
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_be_hidden()
    expect(cards(page)).to_have_count(4)
    expect_idle(page)
    image_id = card.get_attribute("data-id")
    assert image_id
    act_on(card, "Edit this")
    expect(source(page)).to_contain_text(name)

    go_to(page, "Gallery")
    expect(card).to_be_visible()
    expect_idle(page)
    act_on(card, "Delete")
    expect(card).to_have_count(0)
    page.get_by_text("Trash", exact=True).click()
    assert list(app.folder.glob(f"*/*/{image_id}*"))
    act_on(card, "Delete for good")
    expect(card).to_have_count(0)
    wait_until(page, lambda: not list(app.folder.glob(f"*/*/{image_id}*")))


def act_on(card: Locator, label: str) -> None:
    """Press a button of a card that is wide enough to show it."""
    card.hover()
    card.get_by_role("button", name=label, exact=True).click()


def test_missing_answer_is_said_and_the_picture_can_be_sent_again(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        expect(prompt_box(page)).to_be_visible()
        page.route("**/uploads", lambda route: route.fulfill(status=200, body="<html>"))
        drop(page, photo(), "mine.png", "image/png")
        expect(row(page, "mine.png").get_by_role("alert")).to_contain_text("does not answer")
        page.unroute("**/uploads")
        row(page, "mine.png").get_by_role("button", name="Try again").click()
        expect(source(page)).to_contain_text("mine.png")


def test_picture_dropped_on_any_page_becomes_the_source_and_restores_its_settings(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        prompt = "A castle, http://a.example www.b.example c@d.example"
        submit_prompt(page, prompt)
        expect_image(page, prompt)
        _, saved = download(page)

        page.evaluate(DRAG, "dragover")
        expect(page.get_by_text("Drop pictures anywhere")).to_be_visible()
        page.evaluate(DRAG, "dragleave")
        expect(page.get_by_text("Drop pictures anywhere")).to_be_hidden()
        for where in ("Gallery", "Generate"):
            page.evaluate(CLICK_LINK, where)
            drop(page, saved)  # while the page changes
            expect(page).to_have_url(f"{fast_app.url}/edit")
            expect(page.get_by_text("how it was made")).to_contain_text("A castle")
            expect(page.locator("a[href*=example]")).to_have_count(0)  # strangers set no links
            expect_idle(page)
            click_button(page, "Remove")
            expect(source(page)).to_have_count(0)

        go_to(page, "Gallery")
        drop(page, b"%PDF-1.7", "www.host.example brief.pdf", "application/pdf")
        expect(row(page, "brief.pdf").get_by_role("alert")).to_contain_text("no picture")
        drop(page, saved)
        expect(page.get_by_text("how it was made")).to_be_visible()
        expect_idle(page)
        prompt_box(page).fill("")
        click_button(page, "Restore its settings")
        expect(page).to_have_url(f"{fast_app.url}/")
        expect(prompt_box(page)).to_have_value(prompt)
