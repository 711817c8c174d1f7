"""The lightbox: by keyboard, mouse and touch, and what opens from it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gallery_steps import SeededApp, card, find, gallery, swipe
from tests.browser.steps import PHONE, box_of, expect_idle, go_to

pytestmark = pytest.mark.browser

_BEGINS_WITH_LOADED_THUMBNAIL = """() => {
  const shown = document.querySelector(".kx-lightbox-image").style.backgroundImage;
  const images = [...document.querySelectorAll(".kx-grid-loaded .kx-grid-image[srcset]")];
  return images.some((image) => shown === `url("${image.currentSrc}")`);
}"""


def walk_by_keyboard(page: Page) -> None:
    expect(page.locator("article")).to_have_count(2)
    card(page, "Add snow").focus()
    page.keyboard.press("Enter")
    lightbox = page.get_by_role("dialog", name="Picture")
    prompt = lightbox.locator(".kx-lightbox-prompt")
    expect(prompt).to_have_text("Add snow")
    steps = lightbox.get_by_role("navigation", name="Steps and variants")
    expect(steps.get_by_role("button")).to_have_text(["Original", "Step 1", "Add rain"])

    page.keyboard.press("ArrowRight")
    expect(prompt).to_have_text("Add rain")
    expect(steps.get_by_role("button")).to_have_text(["Original", "Step 1", "Step 2", "Add snow"])
    star = lightbox.get_by_role("button", name="Star")
    for pressed in ("true", "false"):
        page.keyboard.press("s")
        expect(star).to_have_attribute("aria-pressed", pressed)
    steps.get_by_role("button", name="Original").click()
    expect(prompt).to_have_text("Picture 0000")
    page.keyboard.press("ArrowLeft")
    expect(prompt).to_have_text("Add snow")
    page.keyboard.press("Escape")
    expect(lightbox).to_be_hidden()
    expect(card(page, "Add snow")).to_be_focused()


def leave_by_back(page: Page) -> None:
    card(page, "Add rain").click()
    lightbox = page.get_by_role("dialog", name="Picture")
    expect(lightbox).to_be_visible()
    page.wait_for_function(_BEGINS_WITH_LOADED_THUMBNAIL)
    page.go_back()
    expect(lightbox).to_be_hidden()
    expect(page).to_have_url(re.compile("find=add"))
    expect(page.locator("article")).to_have_count(2)
    go_to(page, "Generate")
    page.go_back()  # one step: the lightbox has left no entry behind
    expect(page.get_by_placeholder("Search prompts")).to_be_visible()
    expect(page.locator("article")).to_have_count(2)


def return_after_its_dialogs(page: Page) -> None:
    card(page, "Add rain").focus()
    page.keyboard.press("Enter")
    lightbox = page.get_by_role("dialog", name="Picture")
    for action, name in (("Lineage", "Lineage"), ("Compare with its source", "Compare")):
        lightbox.get_by_role("button", name=action).click()
        dialog = page.get_by_role("dialog", name=name)
        expect(dialog.locator(".kx-compare")).to_be_visible()
        expect(dialog).to_be_focused()
        expect(lightbox).to_be_hidden()
        expect_idle(page)  # Streamlit opens a dialog again that is closed while it is drawn
        dialog.get_by_role("button", name="Close").click()
        expect(lightbox).to_be_visible()
        expect(lightbox.locator(".kx-lightbox-prompt")).to_have_text("Add rain")


def copy_prompt_and_image(page: Page) -> None:
    lightbox = page.get_by_role("dialog", name="Picture")
    lightbox.get_by_role("button", name="Copy prompt").click()
    expect(page.get_by_text("Prompt copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == "Add rain"
    lightbox.get_by_role("button", name="Copy picture").click()
    expect(page.get_by_text("Picture copied")).to_be_visible()
    size = page.evaluate(
        """async () => {
            const [copied] = await navigator.clipboard.read();
            const image = await createImageBitmap(await copied.getType("image/png"));
            return [image.width, image.height];
        }"""
    )
    shown = lightbox.locator(".kx-lightbox-image")
    assert size == shown.evaluate("image => [image.naturalWidth, image.naturalHeight]")


def zoom_and_pan_by_mouse(page: Page) -> None:
    image = page.locator(".kx-lightbox-image")
    expect(page.get_by_role("navigation", name="Steps and variants")).to_be_visible()
    expect(image).to_have_js_property("complete", value=True)
    fitted = box_of(image)
    x, y = fitted["x"] + fitted["width"] * 0.3, fitted["y"] + fitted["height"] * 0.4
    page.mouse.move(x, y)
    scale = page.locator(".kx-lightbox-scale")
    for _ in range(4):  # until it is larger than the stage, and can be moved
        shown = scale.inner_text()
        page.mouse.wheel(0, -300)
        expect(scale).not_to_have_text(shown)
    expect(scale).to_have_text(re.compile(r"\d+ %"))
    zoomed = box_of(image)
    assert zoomed["width"] > fitted["width"] * 3

    page.mouse.down()
    page.mouse.move(x + 50, y + 20, steps=3)
    page.mouse.up()
    moved = box_of(image)
    assert (moved["x"] - zoomed["x"], moved["y"] - zoomed["y"]) == pytest.approx((50, 20), abs=1)

    page.mouse.dblclick(x, y)
    expect(scale).to_be_empty()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Picture")).to_be_hidden()
    expect(card(page, "Add rain")).to_be_focused()


def put_another_variant_in_front(page: Page) -> None:
    find(page, "press")
    stack = page.locator("article")
    expect(stack).to_have_count(1)
    expect(stack.get_by_title("3 variants")).to_have_text("3")
    before = stack.get_attribute("data-id")
    stack.focus()
    page.keyboard.press("Enter")
    lightbox = page.get_by_role("dialog")
    expect(lightbox.get_by_role("button", name=re.compile("^Variant"))).to_have_count(3)
    current = lightbox.locator("[aria-current]")
    expect(current).to_be_visible()
    page.keyboard.press("ArrowUp" if "3" in current.inner_text() else "ArrowDown")
    lightbox.get_by_role("button", name="Put in front").click()
    expect(stack).not_to_have_attribute("data-id", str(before))
    page.keyboard.press("Escape")
    expect(stack).to_have_count(1)


def test_lightbox_walks_copies_zooms_and_returns_to_where_it_came_from(
    browser: Browser, seeded_app: SeededApp
) -> None:
    granted = ["clipboard-read", "clipboard-write"]
    with gallery(
        browser, seeded_app, seeded_app.anna, "/gallery?find=add", permissions=granted
    ) as page:
        walk_by_keyboard(page)
        leave_by_back(page)
        return_after_its_dialogs(page)
        copy_prompt_and_image(page)
        zoom_and_pan_by_mouse(page)
        put_another_variant_in_front(page)


def test_phone_lightbox_goes_on_by_swipe_and_zooms_by_pinch(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=add", **PHONE) as page:
        first = card(page, "Add snow")
        assert box_of(first)["y"] < PHONE["viewport"]["height"] / 5
        expect(first.locator(".kx-grid-action").filter(visible=True)).to_have_count(0)
        first.locator(".kx-grid-frame").tap(position={"x": 20, "y": 20})
        prompt = page.locator(".kx-lightbox-prompt")
        expect(prompt).to_have_text("Add snow")
        to_left, to_right = ((300, 300), (120, 310)), ((120, 300), (300, 310))
        swipe(page, to_left)
        expect(prompt).to_have_text("Add rain")
        swipe(page, to_right)
        expect(prompt).to_have_text("Add snow")
        swipe(page, ((180, 300), (80, 300)), ((210, 300), (310, 300)))
        expect(page.locator(".kx-lightbox-scale")).to_have_text(re.compile(r"\d+ %"))
        image = page.locator(".kx-lightbox-image")
        zoomed = box_of(image)
        swipe(page, to_left)  # a zoomed image pans instead
        assert box_of(image)["x"] < zoomed["x"] - 100
        expect(prompt).to_have_text("Add snow")
