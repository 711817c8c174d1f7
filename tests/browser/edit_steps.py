"""Steps of a user on the Edit page, found by what the screen says."""

from __future__ import annotations

import base64
import io
import re

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import RESULT_TIMEOUT_MS, prompt_box

_PASTE = """([data, name]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const clipboard = new DataTransfer();
  clipboard.items.add(new File([bytes], name, { type: "image/png" }));
  const options = { bubbles: true, cancelable: true, clipboardData: clipboard };
  document.dispatchEvent(new ClipboardEvent("paste", options));
}"""

_DROP = """([data, name, type]) => {
    const file = new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type });
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    document.body.dispatchEvent(
        new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}"""


def photo(width_px: int = 1280, height_px: int = 960) -> bytes:
    """A PNG whose left half is bright and whose right half is dark."""
    image = Image.new("RGB", (width_px, height_px), "gold")
    ImageDraw.Draw(image).rectangle((width_px // 2, 0, width_px, height_px), fill="navy")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def wait_for_drop_target(page: Page) -> None:
    """Wait for the script that takes pasted and dropped files."""
    expect(page.locator("html[data-kx-takes]")).to_be_attached()


def paste(page: Page, data: bytes, name: str) -> None:
    """Paste an image into the page, wherever the focus is, and wait until it is the source."""
    expect(prompt_box(page)).to_be_visible()
    wait_for_drop_target(page)
    page.evaluate(_PASTE, [base64.b64encode(data).decode(), name])
    expect(source(page)).to_contain_text(name)


def drop(page: Page, data: bytes, name: str = "mine.jpg", mime: str = "image/jpeg") -> None:
    """Drop a file onto the page."""
    wait_for_drop_target(page)
    page.evaluate(_DROP, [base64.b64encode(data).decode(), name, mime])


def submit_edit(page: Page, instruction: str) -> None:
    """Type an instruction and press Ctrl+Enter, once the button for it is there."""
    expect(page.get_by_role("button", name=re.compile(r"^Edit ·"))).to_be_visible()
    prompt_box(page).fill(instruction)
    page.keyboard.press("Control+Enter")


def source(page: Page) -> Locator:
    """The source image beside the prompt."""
    return page.locator("figure.kx-source")


def comparison(page: Page, names: str) -> Locator:
    """The compare viewer, once it shows these two images with their pixels."""
    viewer = page.get_by_role("group", name=names, exact=True)
    expect(viewer).to_be_visible(timeout=RESULT_TIMEOUT_MS)
    expect(viewer.locator(".kx-compare-viewport")).to_have_attribute("data-status", "ready")
    return viewer


def pending_edits(page: Page) -> Locator:
    """The line about edits that have no image yet."""
    return page.locator(".kx-progress")


def history_steps(page: Page) -> Locator:
    """The steps of the history strip, the oldest image first."""
    strip = page.get_by_role("list", name="Steps from the first picture on")
    return strip.get_by_role("listitem")
