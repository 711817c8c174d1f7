"""Steps of a user on any page, found by what the screen says."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.support.app_server import AppServer
from tests.support.chromium import TIMEOUT_MS

# Streamlit 1.67 sets both on `stApp`.
CONNECTION = ("data-test-connection-state", "CONNECTED")
IDLE = ("data-test-script-state", "notRunning")
OUTAGE = (
    *("WebSocket", "ERR_CONNECTION_", "server endpoint", "server is not responding"),
    *("DoInitPings timed out", "when disconnected from server"),
    "Failed to fetch dynamically imported module",
)
"""What Chromium and Streamlit log while the server is gone."""
# Without the slow timer behind them, live updates alone show an image.
NO_FALLBACK = """
const { setInterval: original } = window;
window.setInterval = (run, ms, ...rest) => (ms === 15_000 ? 0 : original(run, ms, ...rest));
"""
RESULT_TIMEOUT_MS = 90_000
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def prompt_box(page: Page) -> Locator:
    """The text box of the prompt."""
    return page.get_by_label("Prompt", exact=True)


def prompt_picker(page: Page) -> Locator:
    """The component beside the prompt box; once it is attached, its script runs."""
    return page.locator(".kx-picker")


def submit_prompt(page: Page, prompt: str) -> None:
    """Type a prompt and press Ctrl+Enter, once the button for it is there."""
    expect(page.get_by_test_id("stBaseButton-primary")).to_be_visible()
    prompt_box(page).fill(prompt)
    page.keyboard.press("Control+Enter")


def cards(page: Page) -> Locator:
    """The cards of the page."""
    # By tag: a search by role asks for the styles of all elements, each time that it looks.
    return page.locator("article")


def image_of(page: Page, prompt: str) -> Locator:
    """The image that a prompt made."""
    return cards(page).locator(f"img[alt^={json.dumps(prompt)}]")


def expect_image(page: Page, prompt: str, *, timeout_ms: int = RESULT_TIMEOUT_MS) -> None:
    """Wait until the image is visible and its pixels are loaded."""
    image = image_of(page, prompt)
    expect(image).to_be_visible(timeout=timeout_ms)
    expect(image).to_have_js_property("complete", value=True)
    assert image.evaluate("image => image.naturalWidth") > 0


def card_action(page: Page, label: str, *, card: int = 0) -> None:
    """Click an action of a card; a narrow card has it in its menu."""
    cards(page).nth(card).hover()
    button = cards(page).nth(card).get_by_role("button", name=label, exact=True)
    more = cards(page).nth(card).get_by_role("button", name="More", exact=True)
    expect(button.or_(more).first).to_be_visible()
    if button.is_visible():
        button.click()
    else:
        more.click()
        page.get_by_role("menu").get_by_text(label, exact=True).click()


def click_button(page: Page, name: str) -> None:
    """Click a button by its whole name."""
    page.get_by_role("button", name=name, exact=True).click()


def box_of(element: Locator) -> FloatRect:
    """Position and size of an element once it is visible, in CSS pixels."""
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while True:
        expect(element).to_be_visible()
        box = element.bounding_box()
        if box is not None:
            return box
        assert time.monotonic() < deadline, "it is drawn anew all the time"


def go_to(page: Page, name: str) -> None:
    """Change the page by the navigation, and wait until the new one is drawn."""
    page.get_by_role("link", name=name, exact=True).click()
    box = page.locator(f".st-key-{name.lower()}-prompt textarea")
    expect(page.get_by_placeholder("Search prompts") if name == "Gallery" else box).to_be_visible()


def wait_until(page: Page, is_true: Callable[[], bool]) -> None:
    """Wait until it is true. The app forbids eval, which `wait_for_function` needs."""
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while not is_true():
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


def expect_idle(page: Page) -> None:
    """Wait until Streamlit's script has ended."""
    expect(page.get_by_test_id("stApp")).to_have_attribute(*IDLE)


def download(page: Page) -> tuple[str, bytes]:
    """Download the newest image: its file name and bytes."""
    cards(page).first.hover()
    with page.expect_download() as started:
        cards(page).first.get_by_role("link", name="Download").click()
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()


def stored_file(app: AppServer, page: Page, extension: str) -> bytes:
    """The stored file of the newest card's image."""
    image_id = cards(page).first.get_attribute("data-id") or ""
    assert re.fullmatch("[0-9a-f]{32}", image_id), image_id
    (path,) = (app.folder / "pictures").rglob(f"{image_id}.{extension}")
    return path.read_bytes()


@contextmanager
def away_from(page: Page) -> Iterator[None]:
    """Leave the app while the server is down, and come back to the first page."""
    page.goto("about:blank")
    yield
    page.goto("/")


def pixels(data: bytes) -> tuple[str | None, bytes]:
    """The format of an image file, and its decoded pixels."""
    with Image.open(io.BytesIO(data)) as image:
        return image.format, image.tobytes()


def overhang_px(page: Page) -> int:
    """By how many pixels the widest part of the page exceeds the screen; at most 0 is good."""
    overhang: int = page.evaluate(
        "Math.max(document.scrollingElement.scrollWidth,"
        " ...[...document.querySelectorAll('section')].map(part => part.scrollWidth)) - innerWidth"
    )
    return overhang


_OBSERVE_SHIFTS = """(buffered) => {
    const isObserved = "shifts" in window;
    window.shifts = [];
    if (isObserved) return;
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries()) {
            const moved = sources.map(({ node, previousRect: from, currentRect: to }) => [
                (node?.nodeType === 1 ? node : node?.parentElement)?.className ?? "",
                ...[from, to].map((box) => [box.x, box.y, box.width, box.height].map(Math.round)),
            ]);
            if (!hadRecentInput) shifts.push({ value, moved });
        }
    }).observe({ type: "layout-shift", buffered });
}"""


def observe_layout_shifts(page: Page, *, from_next_load: bool = False) -> None:
    """Begin to record layout shifts that no input caused."""
    if from_next_load:
        page.add_init_script(f"({_OBSERVE_SHIFTS})(true)")
    else:
        page.evaluate(_OBSERVE_SHIFTS, False)


def expect_nothing_moved(page: Page) -> None:
    """Fail if the recorded layout shifts sum up to 0.02; browsers score 1 for a whole screen."""
    shifts = page.evaluate("window.shifts")
    moved = "\n".join(f"{shift['value']:.4f} {shift['moved']}" for shift in shifts)
    assert sum(shift["value"] for shift in shifts) < 0.02, f"{page.url}\n{moved}"


def expect_loaded_without_shift(page: Page, path: str, *, is_empty: bool = False) -> None:
    """Load a page of a user with or without images, since `observe_layout_shifts`."""
    page.goto(path)
    if is_empty:
        is_gallery = path == "/gallery"
        drawn = page.locator(".kx-grid-empty-text" if is_gallery else ".st-key-kx-examples img")
        expect(drawn).to_have_count(1 if is_gallery else 6)
        for each in drawn.all():
            expect(each).to_be_visible()
    elif path == "/edit":
        viewer = page.locator(".kx-compare-viewport")
        expect(viewer).to_have_attribute("data-status", "ready", timeout=RESULT_TIMEOUT_MS)
        expect(prompt_box(page)).to_be_visible()
    else:
        expect(cards(page).locator("img").first).to_be_visible()
    expect_idle(page)
    expect_nothing_moved(page)


# Resolves when the script has run once more.
_NEXT_RUN = """() => { window.nextRun = new Promise((resolve) => {
  const app = document.querySelector("[data-test-script-state]");
  new MutationObserver(() => {
    if (app.dataset.testScriptState === "notRunning") resolve();
  }).observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
}); }"""


def unfold_settings(page: Page) -> None:
    """Show the settings that are folded into one line; it runs the page again."""
    fold = page.locator('[class*="-more"] details')
    expect(fold).to_be_attached()
    if fold.get_attribute("open") is None:
        expect_idle(page)
        page.evaluate(_NEXT_RUN)
        fold.locator("summary").click()
        page.evaluate("() => window.nextRun")
    expect(page.get_by_role("radiogroup", name="Output format")).to_be_visible()
