"""Pictures pasted or dropped anywhere on the page, in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import visiting

pytestmark = pytest.mark.browser

HAND_OVER = """([kind, selector, file, text]) => {
  const hand = new DataTransfer();
  if (file) hand.items.add(new File(["x".repeat(file.size)], file.name, { type: file.type }));
  if (text) hand.setData("text/plain", text);
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { ...options, clipboardData: hand })
    : new DragEvent(kind, { ...options, dataTransfer: hand });
  document.querySelector(selector).dispatchEvent(event);
  return event.defaultPrevented;
}"""
PICTURE = {"name": "shot.png", "type": "image/png", "size": 7}
TEXT_FILE = {"name": "notes.txt", "type": "text/plain", "size": 7}


def hand_over(
    page: Page,
    kind: str,
    selector: str = "body",
    *,
    file: dict[str, object] | None = None,
    text: str = "",
) -> bool:
    """Paste or drop there; whether the page took it from the browser."""
    expect(page.locator(".st-key-paste")).to_be_attached()
    expect(page.locator("textarea")).to_be_visible()
    page.wait_for_load_state("networkidle")  # the script that listens has come
    return bool(page.evaluate(HAND_OVER, [kind, selector, file, text]))


def taken(page: Page, what: str) -> None:
    """Expect the uploader to have this."""
    expect(page.get_by_text(f"Taken: {what}", exact=True)).to_be_visible()


def test_a_picture_pasted_anywhere_reaches_the_uploader_though_it_is_folded_away(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        taken(page, "nothing")
        assert hand_over(page, "paste", file=PICTURE)
        taken(page, "shot.png 7")


def test_a_picture_pasted_while_writing_reaches_the_uploader(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        taken(page, "nothing")
        assert hand_over(page, "paste", "textarea", file=PICTURE)
        taken(page, "shot.png 7")


def test_text_that_is_pasted_into_a_field_is_left_to_the_field(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        taken(page, "nothing")
        assert not hand_over(page, "paste", "textarea", text="Make it night")
        # What is copied from a document brings a picture of itself along.
        assert not hand_over(page, "paste", "textarea", file=PICTURE, text="Make it night")
        page.get_by_role("button", name="Again").click()
        taken(page, "nothing")


def test_a_file_that_is_no_picture_is_not_taken(strip_url: str, browser: Browser) -> None:
    with visiting(browser, strip_url) as page:
        taken(page, "nothing")
        assert not hand_over(page, "paste", file=TEXT_FILE)
        taken(page, "nothing")


def test_a_picture_dropped_anywhere_reaches_the_uploader(strip_url: str, browser: Browser) -> None:
    with visiting(browser, strip_url) as page:
        taken(page, "nothing")
        assert hand_over(page, "dragover", file=PICTURE)
        assert hand_over(page, "drop", file=PICTURE)
        taken(page, "shot.png 7")


def test_a_drop_that_misses_never_makes_the_browser_leave_the_page(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        taken(page, "nothing")
        assert hand_over(page, "drop", file=TEXT_FILE)
        taken(page, "nothing")
