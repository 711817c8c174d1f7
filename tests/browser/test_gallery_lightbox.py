"""The gallery's lightbox in a real Chromium: by keys, mouse and fingers, there and back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.gallery_steps import SeededApp, card, gallery, swipe
from tests.browser.steps import box_of, go_to

pytestmark = pytest.mark.browser


def test_the_lightbox_goes_by_keyboard_alone_from_picture_to_picture_and_back(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=add") as page:
        expect(page.locator("article")).to_have_count(2)
        card(page, "Add snow").focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        prompt = dialog.locator(".kx-sheet-view-prompt")
        expect(prompt).to_have_text("Add snow")
        steps = dialog.get_by_role("navigation", name="Steps and variants")
        expect(steps.get_by_role("button")).to_have_text(["Original", "Step 1", "Add rain"])

        page.keyboard.press("ArrowRight")
        expect(prompt).to_have_text("Add rain")
        expect(steps.get_by_role("button")).to_have_text(
            ["Original", "Step 1", "Step 2", "Add snow"]
        )
        page.keyboard.press("s")
        star = dialog.get_by_role("button", name="Star")
        expect(star).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("s")
        expect(star).to_have_attribute("aria-pressed", "false")
        steps.get_by_role("button", name="Original").click()
        expect(prompt).to_have_text("Picture 0000")
        page.keyboard.press("ArrowLeft")
        expect(prompt).to_have_text("Add snow")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(card(page, "Add snow")).to_be_focused()


def test_the_back_button_closes_the_lightbox_and_leaves_the_search_as_it_was(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=add") as page:
        lightbox = page.get_by_role("dialog", name="Picture")
        for close in (page.go_back, lambda: page.keyboard.press("Escape")):
            card(page, "Add rain").click()
            expect(lightbox).to_be_visible()
            close()
            expect(lightbox).to_be_hidden()
            expect(page).to_have_url(re.compile("find=add"))
            expect(page.locator("article")).to_have_count(2)
        go_to(page, "Generate")
        page.go_back()
        expect(page.get_by_placeholder("Search prompts")).to_be_visible()


def test_variants_stand_behind_the_one_that_was_put_in_front(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=press") as page:
        stack = page.locator("article")
        expect(stack).to_have_count(1)
        expect(stack.get_by_title("3 variants")).to_have_text("3")
        before = stack.get_attribute("data-id")
        stack.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        variants = dialog.get_by_role("button", name=re.compile("^Variant"))
        expect(variants).to_have_count(3)
        current = dialog.locator("[aria-current]")
        expect(current).to_be_visible()
        page.keyboard.press("ArrowUp" if "3" in current.inner_text() else "ArrowDown")
        dialog.get_by_role("button", name="Put in front").click()
        expect(stack).not_to_have_attribute("data-id", str(before))
        page.keyboard.press("Escape")
        expect(stack).to_have_count(1)


def test_who_goes_from_the_lightbox_to_the_tree_or_to_a_pair_comes_back_to_it(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=add") as page:
        card(page, "Add rain").focus()
        page.keyboard.press("Enter")
        lightbox = page.get_by_role("dialog", name="Picture")
        for verb, table in (("Lineage", "Lineage"), ("Compare with its source", "Compare")):
            lightbox.get_by_role("button", name=verb).click()
            over = page.get_by_role("dialog", name=table)
            expect(over.locator(".kx-compare")).to_be_visible()
            expect(over).to_be_focused()
            expect(lightbox).to_be_hidden()
            over.get_by_role("button", name="Close").click()
            expect(lightbox).to_be_visible()
            expect(lightbox.locator(".kx-sheet-view-prompt")).to_have_text("Add rain")
        page.keyboard.press("Escape")
        expect(lightbox).to_be_hidden()
        expect(card(page, "Add rain")).to_be_focused()


def test_a_prompt_and_a_picture_are_copied(browser: Browser, seeded_app: SeededApp) -> None:
    granted = ["clipboard-read", "clipboard-write"]
    with gallery(
        browser, seeded_app, seeded_app.anna, "/gallery?find=add", permissions=granted
    ) as page:
        page.locator("article", has_text="Add rain").click()
        lightbox = page.get_by_role("dialog", name="Picture")
        lightbox.get_by_role("button", name="Copy prompt").click()
        expect(page.get_by_text("Prompt copied")).to_be_visible()
        assert page.evaluate("() => navigator.clipboard.readText()") == "Add rain"

        lightbox.get_by_role("button", name="Copy picture").click()
        expect(page.get_by_text("Picture copied")).to_be_visible()
        size = page.evaluate(
            """async () => {
                const [copied] = await navigator.clipboard.read();
                const picture = await createImageBitmap(await copied.getType("image/png"));
                return [picture.width, picture.height];
            }"""
        )
        shown = lightbox.locator(".kx-sheet-view-picture")
        assert size == shown.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]")


def test_the_lightbox_zooms_by_wheel_and_double_click_and_a_drag_pans(
    browser: Browser, seeded_app: SeededApp
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=add") as page:
        card(page, "Add rain").click()
        picture = page.locator(".kx-sheet-view-picture")
        expect(page.get_by_role("navigation", name="Steps and variants")).to_be_visible()
        expect(picture).to_have_js_property("complete", value=True)
        fitted = box_of(picture)
        x, y = fitted["x"] + fitted["width"] * 0.3, fitted["y"] + fitted["height"] * 0.4
        page.mouse.move(x, y)
        scale = page.locator(".kx-sheet-view-scale")
        for _ in range(4):  # until it is larger than its stage, and can be moved in it
            said = scale.inner_text()
            page.mouse.wheel(0, -300)
            expect(scale).not_to_have_text(said)
        expect(scale).to_have_text(re.compile(r"\d+ %"))
        zoomed = box_of(picture)
        assert zoomed["width"] > fitted["width"] * 3

        page.mouse.down()
        page.mouse.move(x + 50, y + 20, steps=3)
        page.mouse.up()
        moved = box_of(picture)
        assert (moved["x"] - zoomed["x"], moved["y"] - zoomed["y"]) == pytest.approx(
            (50, 20), abs=1
        )

        page.mouse.dblclick(x, y)
        expect(scale).to_be_empty()


def test_on_a_phone_a_pinch_zooms_and_a_swipe_goes_to_the_next(
    browser: Browser, seeded_app: SeededApp
) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=add", **phone) as page:
        card(page, "Add snow").locator(".kx-sheet-frame").tap(position={"x": 20, "y": 20})
        prompt = page.locator(".kx-sheet-view-prompt")
        expect(prompt).to_have_text("Add snow")
        to_the_left, to_the_right = ((300, 300), (120, 310)), ((120, 300), (300, 310))
        swipe(page, to_the_left)
        expect(prompt).to_have_text("Add rain")
        swipe(page, to_the_right)
        expect(prompt).to_have_text("Add snow")
        swipe(page, ((180, 300), (80, 300)), ((210, 300), (310, 300)))
        expect(page.locator(".kx-sheet-view-scale")).to_have_text(re.compile(r"\d+ %"))
        picture = page.locator(".kx-sheet-view-picture")
        zoomed = box_of(picture)
        swipe(page, to_the_left)  # a zoomed picture pans instead
        assert box_of(picture)["x"] < zoomed["x"] - 100
        expect(prompt).to_have_text("Add snow")
