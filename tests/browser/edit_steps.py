"""What a designer does with the Edit page, in the words of the screen."""

from __future__ import annotations

import base64
import io
import re

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import ARRIVAL_MS, prompt_box

PASTE = """([data, name]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const hand = new DataTransfer();
  hand.items.add(new File([bytes], name, { type: "image/png" }));
  const options = { bubbles: true, cancelable: true, clipboardData: hand };
  document.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def photo(width_px: int = 1280, height_px: int = 960) -> bytes:
    """A picture whose left half is bright and whose right half is dark, as PNG."""
    picture = Image.new("RGB", (width_px, height_px), "gold")
    ImageDraw.Draw(picture).rectangle((width_px // 2, 0, width_px, height_px), fill="navy")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def paste(page: Page, data: bytes, name: str) -> None:
    """Paste a picture into the page, wherever the focus is."""
    expect(prompt_box(page)).to_be_visible()
    wait_for_hands(page)
    page.evaluate(PASTE, [base64.b64encode(data).decode(), name])
    expect(source(page)).to_contain_text(name)


def wait_for_hands(page: Page) -> None:
    """Wait for the script that takes what is pasted and dropped."""
    expect(page.locator("html[data-kx-takes]")).to_be_attached()


def instruct(page: Page, words: str) -> None:
    """Write what should change and press Ctrl with Enter, once there is a button that hears it."""
    expect(page.get_by_role("button", name=re.compile(r"^Edit ·"))).to_be_visible()
    prompt_box(page).fill(words)
    page.keyboard.press("Control+Enter")


def source(page: Page) -> Locator:
    """The picture that is being edited, beside the prompt."""
    return page.locator("figure.kx-source")


def pair(page: Page, names: str) -> Locator:
    """The viewer once it shows these two, with the pixels of both."""
    viewer = page.get_by_role("group", name=names, exact=True)
    expect(viewer).to_be_visible(timeout=ARRIVAL_MS)
    expect(viewer.locator(".kx-stage")).to_have_attribute("data-status", "ready")
    return viewer


def under_way(page: Page) -> Locator:
    """The line that says what is under way."""
    return page.locator(".kx-progress")


def steps(page: Page) -> Locator:
    """The steps of the line, the first picture first."""
    line = page.get_by_role("list", name="Steps from the first picture to this one")
    return line.get_by_role("listitem")


def press(page: Page, name: str) -> None:
    """Press a button by its whole name."""
    page.get_by_role("button", name=name, exact=True).click()


def is_as_wide_as_the_screen(page: Page) -> bool:
    """Whether nothing is to be scrolled sideways."""
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"))
