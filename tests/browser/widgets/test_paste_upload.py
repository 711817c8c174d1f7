"""Pictures pasted or dropped anywhere on the page, in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.chromium import visiting

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
HUGE = {"name": "huge.png", "type": "image/png", "size": 201 * 1024 * 1024}
UNNAMED = {"name": "phone.heic", "type": "", "size": 7}


def hand_over(
    page: Page,
    kind: str,
    selector: str = "body",
    *,
    file: dict[str, object] | None = None,
    text: str = "",
) -> bool:
    """Paste or drop there; whether the page took it from the browser."""
    expect(page.locator("textarea")).to_be_visible()
    expect(page.locator("html[data-kx-takes]")).to_be_attached()  # the script that listens has come
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


@pytest.mark.parametrize("kind", ["paste", "drop"])
@pytest.mark.parametrize(
    ("file", "said"),
    [(TEXT_FILE, "('notes.txt', False)"), (HUGE, "('huge.png', True)")],
    ids=["no picture", "too large"],
)
def test_a_file_that_no_uploader_takes_is_named_to_the_page(
    strip_url: str, browser: Browser, kind: str, file: dict[str, object], said: str
) -> None:
    with visiting(browser, strip_url) as page:
        taken(page, "nothing")
        assert hand_over(page, kind, file=file)
        expect(page.get_by_text(f"refused {said}")).to_be_visible()
        taken(page, "nothing")


def test_a_picture_whose_system_has_no_name_for_its_type_is_a_picture(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        taken(page, "nothing")
        assert hand_over(page, "drop", file=UNNAMED)
        expect(page.get_by_text("refused")).to_have_count(0)


def test_a_picture_dropped_anywhere_reaches_the_uploader(strip_url: str, browser: Browser) -> None:
    with visiting(browser, strip_url) as page:
        taken(page, "nothing")
        assert hand_over(page, "dragover", file=PICTURE)
        assert hand_over(page, "drop", file=PICTURE)
        taken(page, "shot.png 7")
