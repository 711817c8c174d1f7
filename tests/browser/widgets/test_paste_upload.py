"""Images that are pasted or dropped anywhere on the page reach the uploader."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.widgets.conftest import OpenWidget

pytestmark = pytest.mark.browser

DISPATCH = """([kind, selector, file, text]) => {
  const transfer = new DataTransfer();
  if (file) transfer.items.add(new File(["x".repeat(file.size)], file.name, { type: file.type }));
  if (text) transfer.setData("text/plain", text);
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
    : new DragEvent(kind, { ...options, dataTransfer: transfer });
  document.querySelector(selector).dispatchEvent(event);
  return event.defaultPrevented;
}"""
IMAGE = {"name": "shot.png", "type": "image/png", "size": 7}
OTHER_IMAGE = {"name": "photo.png", "type": "image/png", "size": 9}
TEXT_FILE = {"name": "notes.txt", "type": "text/plain", "size": 7}


def dispatch(
    page: Page,
    kind: str,
    selector: str = "body",
    *,
    file: dict[str, object] | None = None,
    text: str = "",
) -> bool:
    """Paste or drop; return whether the page took it from the browser."""
    expect(page.locator("textarea")).to_be_visible()
    expect(page.locator("html[data-kx-takes]")).to_be_attached()  # the script listens
    return bool(page.evaluate(DISPATCH, [kind, selector, file, text]))


def uploaded(page: Page, what: str) -> None:
    expect(page.get_by_text(f"Uploaded: {what}", exact=True)).to_be_visible()


def test_pasted_and_dropped_files_reach_the_uploader_and_pasted_text_its_field(
    open_widget: OpenWidget,
) -> None:
    page = open_widget("/strip")
    uploaded(page, "nothing")
    assert not dispatch(page, "paste", "textarea", text="Make it night")
    # Text copied from a document brings an image of itself along.
    assert not dispatch(page, "paste", "textarea", file=IMAGE, text="Make it night")
    assert dispatch(page, "drop", file=TEXT_FILE)
    expect(page.get_by_text("Events: rejected notes.txt False")).to_be_visible()
    uploaded(page, "nothing")
    assert dispatch(page, "paste", "textarea", file=IMAGE)
    uploaded(page, "shot.png 7")
    assert dispatch(page, "dragover", file=OTHER_IMAGE)
    assert dispatch(page, "drop", file=OTHER_IMAGE)
    uploaded(page, "photo.png 9")
