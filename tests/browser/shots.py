"""Screenshots of every state, at a desk and on a phone: `python -m tests.browser.shots`.

All are in the light, those at a desk in the dark, too. The PNG files go to `shots/` in the
checkout. With `--readme`, those that README.md shows are then written to `docs/`, as JPEG files.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from components.sandbox import SandboxOptions, SandboxServer, start
from components.sandbox.prompts.parse_prompt import parse_prompt
from components.sandbox.renderer.render import render
from tests.browser.edit_steps import comparison, paste, pending_edits, submit_edit
from tests.browser.gallery_steps import card, selection
from tests.browser.steps import (
    PHONE,
    RESULT_TIMEOUT_MS,
    cards,
    click_button,
    expect_idle,
    expect_image,
    prompt_box,
    submit_prompt,
    unfold_settings,
    wait_until,
)
from tests.support.app_server import COOKIE, AppServer
from tests.support.chromium import chromium, open_page
from tests.support.identity import new_token
from tests.support.seed import DataFolder, open_data_folder

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "shots"
README = {
    "generate.jpg": "generate-done-desk-light",
    "edit.jpg": "edit-done-desk-light",
    "gallery.jpg": "gallery-crowded-desk-light",
}
BACKGROUND = {"light": "rgb(251, 250, 248)", "dark": "rgb(20, 20, 22)"}  # .streamlit/config.toml
DARK_ON_PHONE = ("generate-done", "edit-done", "gallery-crowded", "gallery-lightbox")
DESK = {"viewport": {"width": 1360, "height": 860}}
SECONDS = 2  # for a picture
SLOW = {"slow": 1}
"""What makes the sandbox take five times as long, so that a picture is seen to wait."""
# Those in sight: what is far below is loaded later.
ALL_IMAGES_ARE_LOADED = """[...document.images].every((image) => {
  const { top, bottom, width } = image.getBoundingClientRect();
  const isInSight = width > 0 && top < innerHeight && bottom > 0;
  return !isInSight || (image.complete && image.naturalWidth > 0);
})"""
PLACES = (
    *("A lighthouse at dusk, storm clouds", "A fox in a snowy forest", "A cabin at a lake, autumn"),
    *("Hot-air balloons over hills, morning", "A city at night in the rain", "A desert at noon"),
    *("A harbour with sailing boats", "A castle in the mist", "A bridge over a river, evening"),
    *("A cat on a wooden table", "Mountains at sunrise", "A beach with palms"),
)
ENDS = {
    "refused": ("refused", "Refused by the content policy"),
    "failed": ("generate-failed", "The picture could not be made"),
    "unconfirmed": ("create-lost", "Sent, but no answer came"),
}
"""What can become of a picture: the sandbox's fault, and what its card then says."""
SHAPES = ((1392, 752), (1184, 880), (880, 1184), (1024, 1024), (1248, 832))
KEPT = re.compile(r"\d % changed|(Everything|Nothing) changed")
"""What the line below a pair says of an edit."""
BRANCH = "Make it winter"
CHAIN = (
    ("A lighthouse on a cliff", "a lighthouse on a cliff"),
    ("Make it night", "a lighthouse on a cliff at night"),
    ("Add a full moon", "a lighthouse on a cliff at night, a full moon"),
    (BRANCH, "a lighthouse on a cliff in winter, snow"),
)
"""Instructions, one after the other but for the branch, and what is then to be seen."""
Theme = Literal["light", "dark"]
Step = Callable[[Page], None]


def main() -> None:
    """Replace the screenshots of the run before."""
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        sandbox = stack.enter_context(start(SandboxOptions(seconds=SECONDS, drift=True)))
        settings = {
            "KIE_API_KEY": "a-key",
            "KIE_BASE_URL": sandbox.url,
            "KIE_UPLOAD_BASE_URL": sandbox.url,
            "KONTEXT_KEEP_REST": "always",
        }
        collector = new_token()
        with open_data_folder(data) as seeds:
            fill_gallery(seeds, collector)
        app = stack.enter_context(AppServer(data, settings))
        # Each has its browser; Playwright belongs to one thread.
        with ThreadPoolExecutor() as other_thread:
            gallery_seen = other_thread.submit(see_gallery_of, app, collector)
            with chromium() as browser:
                with Screens.of_user(browser, app, new_token()) as screens:
                    see_empty(screens)
                    see_generate(screens, sandbox)
                    see_edit(screens, sandbox)
                gallery_seen.result()
                with Screens.of_user(browser, app, collector) as screens:
                    see_paused(screens, sandbox)
    if "--readme" in sys.argv:
        write_readme_pictures()
    seconds = time.monotonic() - began
    sys.stdout.write(f"{len(list(FOLDER.iterdir()))} screenshots in {FOLDER}, {seconds:.0f} s\n")


def see_gallery_of(app: AppServer, token: str) -> None:
    """See the gallery of the user who has this cookie."""
    with chromium() as browser, Screens.of_user(browser, app, token) as screens:
        see_gallery(screens)


def write_readme_pictures() -> None:
    """Write the pictures of README.md, at most 200 KB each."""
    for name, shot in README.items():
        with Image.open(FOLDER / f"{shot}.png") as picture:
            picture.convert("RGB").save(
                ROOT / "docs" / name, quality=82, optimize=True, progressive=True
            )


def fill_gallery(seeds: DataFolder, token: str) -> None:
    """Forty pictures, among them a chain of edits with a branch; the newest is its last step."""
    for number in range(36):
        prompt = PLACES[number % len(PLACES)]
        width, height = SHAPES[number % len(SHAPES)]
        small = (width // 2, height // 2)
        picture = render(parse_prompt(prompt, number, small), small)
        seeds.add_picture(token, prompt, picture=picture)
    first = None
    step = None
    for prompt, scene in CHAIN:
        picture = render(parse_prompt(scene, 31, SHAPES[0]), SHAPES[0])
        is_branch = prompt == BRANCH
        made = seeds.add_picture(
            token, prompt, picture=picture, source_id=first if is_branch else step
        )
        first, step = first or made, made


@dataclass(frozen=True)
class Screens:
    """The same user at a desk and on a phone."""

    desk: Page
    phone: Page

    @classmethod
    @contextmanager
    def of_user(cls, browser: Browser, app: AppServer, token: str) -> Iterator[Screens]:
        """Both screens of the user who has this cookie."""
        cookie = {"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}
        state = {"cookies": [{**cookie, "expires": -1, "httpOnly": True, "sameSite": "Lax"}]}
        phone = {**PHONE, "is_mobile": True}
        with (
            open_page(browser, app.url, "about:blank", storage_state=state, **DESK) as at_desk,
            open_page(browser, app.url, "about:blank", storage_state=state, **phone) as on_phone,
        ):
            yield cls(at_desk, on_phone)

    def see(self, name: str, path: str, *steps: Step) -> None:
        """Save a state that a page's address and these steps lead to, on both screens."""
        for page in (self.desk, self.phone):
            page.goto(path)
            is_gallery = path == "/gallery"
            (page.locator(".kx-grid") if is_gallery else prompt_box(page)).wait_for()
            for step in steps:
                step(page)
            self.save(page, name)

    def save(self, page: Page, name: str) -> None:
        """Save what a page shows, in both themes, once it is idle and drawn in full."""
        page.locator(".kx-tools-button").first.wait_for(state="attached")
        expect_idle(page)
        wait_until(page, lambda: page.evaluate(ALL_IMAGES_ARE_LOADED))
        page.evaluate("document.fonts.ready")
        device = "phone" if page is self.phone else "desk"
        for theme in ("light", "dark"):
            if theme == "light" or device == "desk" or name in DARK_ON_PHONE:
                show_theme(page, theme)
                page.screenshot(path=FOLDER / f"{name}-{device}-{theme}.png", animations="disabled")
        show_theme(page, "light")


def show_theme(page: Page, theme: Theme) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", BACKGROUND[theme])


def see_empty(screens: Screens) -> None:
    def drawn(page: Page) -> None:
        expect(page.locator(".st-key-kx-examples img")).to_have_count(6)

    screens.see("generate-empty", "/", drawn)
    screens.see("edit-empty", "/edit", drawn)
    screens.see("gallery-empty", "/gallery")


def see_generate(screens: Screens, sandbox: SandboxServer) -> None:
    """Waiting, done, refused, failed, unconfirmed, and all settings."""
    page = screens.desk
    page.goto("/")
    submit_prompt(page, PLACES[1])
    expect(cards(page)).to_have_count(1)
    page.get_by_role("radiogroup", name="Variants").get_by_role("radio", name="2").click()
    expect(page.get_by_test_id("stBaseButton-primary")).to_contain_text("10 credits")
    expect_image(page, PLACES[1])
    screens.phone.goto("/")
    expect_image(screens.phone, PLACES[1])
    sandbox.set_faults(SLOW)
    submit_prompt(page, PLACES[0])
    for each in (page, screens.phone):
        expect(cards(each).first).to_contain_text("Generating")
    sandbox.set_faults({})
    for each in (page, screens.phone):
        screens.save(each, "generate-waiting")

    def all_done(page: Page) -> None:
        variants = cards(page).locator(f"img[alt^='{PLACES[0]}']")
        expect(variants).to_have_count(2, timeout=RESULT_TIMEOUT_MS)

    screens.see("generate-done", "/", all_done)
    for name, (fault, words) in ENDS.items():
        page.goto("/")
        sandbox.set_faults({fault: 1})
        submit_prompt(page, "A quiet harbour")
        ended = cards(page).filter(has_text=words)
        expect(ended).to_have_count(2, timeout=RESULT_TIMEOUT_MS)
        sandbox.set_faults({})
        screens.see(f"generate-{name}", "/", expect_idle)
    screens.see("generate-settings", "/", unfold_settings)


def see_edit(screens: Screens, sandbox: SandboxServer) -> None:
    """A source, waiting, done with the line about what was kept, each mode, two steps."""
    page = screens.desk
    page.goto("/edit")
    paste(page, (ROOT / "static" / "starters" / "lighthouse.jpg").read_bytes(), "lighthouse.jpg")
    screens.see("edit-source", "/edit")
    page.goto("/edit")
    sandbox.set_faults(SLOW)
    submit_edit(page, "Add a red balloon in the sky, keep everything else")
    expect(pending_edits(page)).to_contain_text("Add a red balloon")
    screens.save(page, "edit-waiting")
    sandbox.set_faults({})

    def kept(page: Page) -> None:
        comparison(page, "Original and Step 1")
        expect(page.locator(".st-key-kx-keep-line")).to_contain_text(
            KEPT, timeout=RESULT_TIMEOUT_MS
        )

    def mode(name: str) -> Step:
        return lambda page: page.get_by_role("radio", name=name, exact=True).click()

    def drawn(page: Page) -> None:
        expect(page.locator(".kx-compare-map[data-state=drawn]")).to_be_visible(
            timeout=RESULT_TIMEOUT_MS
        )

    screens.see("edit-done", "/edit", kept, divide_at_a_quarter)
    screens.see("edit-side-by-side", "/edit", kept, mode("Side by side"))
    screens.see("edit-change-map", "/edit", kept, mode("Changes"), drawn)
    page.goto("/edit")
    kept(page)
    mode("Slider")(page)
    click_button(page, "Edit this")
    submit_edit(page, "Make it night")
    expect(pending_edits(page)).to_contain_text("Make it night")
    screens.see("edit-two-steps", "/edit", has_two_steps)


def divide_at_a_quarter(page: Page) -> None:
    """Move the divider to where it hides nothing of the edit."""
    divider = page.locator(".kx-compare-handle")
    divider.focus()
    page.keyboard.press("Home")
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "25")
    divider.blur()


def has_two_steps(page: Page) -> None:
    comparison(page, "Step 1 and Step 2")
    expect(pending_edits(page)).to_have_text("")
    expect(page.locator(".st-key-kx-keep-line")).to_contain_text(KEPT, timeout=RESULT_TIMEOUT_MS)


def see_gallery(screens: Screens) -> None:
    """Crowded, selected, the lightbox and what opens from it, and the trash."""

    def loaded(page: Page) -> None:
        expect(page.locator(".kx-grid-loaded").first).to_be_visible()

    def selected(page: Page) -> None:
        for number in range(3):
            page.locator("article").nth(number).focus()
            page.keyboard.press("x")
        expect(selection(page)).to_be_visible()

    def lightbox(page: Page) -> None:
        card(page, "Add a full moon").focus()
        page.keyboard.press("Enter")
        steps = page.get_by_role("navigation", name="Steps and variants")
        expect(steps.get_by_role("button")).to_have_count(4)

    def dialog(action: str, name: str) -> Step:
        def open_dialog(page: Page) -> None:
            lightbox(page)
            box = page.get_by_role("dialog", name="Picture")
            box.get_by_role("button", name=action, exact=True).click()
            viewer = page.get_by_role("dialog", name=name).locator(".kx-compare-viewport")
            expect(viewer).to_have_attribute("data-status", "ready")

        return open_dialog

    screens.see("gallery-crowded", "/gallery", loaded)
    screens.see("gallery-selected", "/gallery", loaded, selected)
    screens.see("gallery-lightbox", "/gallery", loaded, lightbox)
    screens.see("gallery-lineage", "/gallery", loaded, dialog("Lineage", "Lineage"))
    screens.see("gallery-compare", "/gallery", loaded, dialog("Compare with its source", "Compare"))
    screens.desk.goto("/gallery")
    loaded(screens.desk)
    prompts = ("A beach with palms", "A castle in the mist", "A harbour with sailing boats")
    for prompt in prompts:
        deleted = card(screens.desk, prompt)
        before = deleted.count()
        deleted.first.focus()
        screens.desk.keyboard.press("Delete")
        expect(deleted).to_have_count(before - 1)
    screens.see(
        "gallery-trash",
        "/gallery",
        loaded,
        lambda page: page.get_by_text("Trash", exact=True).click(),
        lambda page: expect(page.get_by_text("14 days left").first).to_be_visible(),
    )


def see_paused(screens: Screens, sandbox: SandboxServer) -> None:
    """The banner while nothing is sent."""
    sandbox.set_faults({"no-credit-500": 1})
    screens.desk.goto("/")
    submit_prompt(screens.desk, PLACES[2])
    paused = ".st-key-kx-paused"
    expect(screens.desk.locator(paused)).to_be_visible(timeout=RESULT_TIMEOUT_MS)
    screens.see("generate-paused", "/", lambda page: page.locator(paused).wait_for())


if __name__ == "__main__":
    main()
