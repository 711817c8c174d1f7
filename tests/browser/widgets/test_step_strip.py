"""The line of steps in a real Chromium: what it says, and what each press asks for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.widgets.strip_page import HOSTILE
from tests.support.chromium import visiting

pytestmark = pytest.mark.browser


def step(page: Page, name: str) -> Locator:
    """The step with this name."""
    line = page.get_by_role("list", name="Steps from the first picture to this one")
    return line.get_by_role("listitem").filter(has_text=name)


def heard(page: Page, *events: str) -> None:
    """Expect exactly these events to have arrived."""
    expect(page.get_by_text(f"Events: {', '.join(events)}", exact=True)).to_be_attached()


def test_each_step_says_its_place_and_its_words_exactly_as_typed(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        expect(page.locator(".kx-strip-name")).to_have_text(
            ["OriginalEditing this", "Step 1", "Step 2"]
        )
        expect(step(page, "Step 1").locator(".kx-strip-prompt")).to_have_text(HOSTILE)
        expect(step(page, "Step 1").get_by_role("img")).to_have_attribute(
            "alt", f"{HOSTILE} (Step 1)"
        )
        assert page.locator(".kx-strip [onerror], .kx-strip b").count() == 0


def test_the_pair_is_marked_and_nothing_is_offered_that_is_so_already(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        before, after = step(page, "Step 1"), step(page, "Step 2")

        expect(before.locator(".kx-strip-role")).to_have_text("Before")
        expect(after.locator(".kx-strip-role")).to_have_text("After")
        expect(after.get_by_role("button", pressed=True)).to_have_count(1)
        expect(before.get_by_role("button", name="As before")).to_have_count(0)
        expect(step(page, "Original").get_by_role("button", name="Edit from here")).to_have_count(0)


def test_every_press_arrives_once_and_the_marks_follow(strip_url: str, browser: Browser) -> None:
    with visiting(browser, strip_url) as page:
        step(page, "Original").get_by_role("button", name="As before: Original").click()
        heard(page, "before p0")
        expect(step(page, "Original").locator(".kx-strip-role")).to_have_text("Before")

        step(page, "Step 1").get_by_role("button", name=HOSTILE).click()
        heard(page, "before p0", "show p1")
        expect(step(page, "Step 1").locator(".kx-strip-role")).to_have_text("After")

        step(page, "Step 2").get_by_role("button", name="Edit from here: Step 2").click()
        page.get_by_role("button", name="Again").click()
        heard(page, "before p0", "show p1", "edit p2")


def test_another_branch_or_variant_is_one_press_away(strip_url: str, browser: Browser) -> None:
    with visiting(browser, strip_url) as page:
        expect(page.get_by_text("Other branches")).to_be_visible()
        page.get_by_role("button", name="Change number 91").click()
        heard(page, "show p91")
        expect(page.get_by_text("Variants", exact=True)).to_be_visible()
        page.get_by_role("button", name="Change number 80").click()
        heard(page, "show p91", "show p80")


def test_the_strip_works_by_keyboard_and_keeps_the_focus_when_it_is_redrawn(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        step(page, "Step 1").get_by_role("button", name=HOSTILE).focus()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Edit from here: Step 1")).to_be_focused()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        heard(page, "show p1")
        expect(step(page, "Step 1").get_by_role("button", name=HOSTILE)).to_be_focused()


def test_what_is_offered_no_more_leaves_the_keys_at_its_picture(
    strip_url: str, browser: Browser
) -> None:
    with visiting(browser, strip_url) as page:
        page.get_by_role("button", name="As before: Original").press("Enter")
        heard(page, "before p0")
        expect(step(page, "Original").get_by_role("button", name="(Original)")).to_be_focused()
        page.get_by_role("button", name="Change number 80").press("Enter")
        heard(page, "before p0", "show p80")
        expect(page.get_by_role("button", name="Change number 80")).to_be_focused()


def test_a_long_line_shows_its_newest_step_and_never_widens_the_page(
    strip_url: str, browser: Browser
) -> None:
    phone = {"width": 390, "height": 844}
    with visiting(browser, strip_url, "/?steps=12", viewport=phone) as page:
        expect(step(page, "Step 11")).to_be_in_viewport()
        expect(step(page, "Original")).not_to_be_in_viewport()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= phone["width"]
