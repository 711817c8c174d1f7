"""What only a browser shows of the step strip: events that arrive, and the focus."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.widgets.conftest import OpenWidget

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> & **bold** 'A' with \"B\" قطة"


def expect_events(page: Page, *events: str) -> None:
    expect(page.get_by_text(f"Events: {', '.join(events)}", exact=True)).to_be_attached()


def expect_shown_step_in_a_narrow_page(page: Page) -> None:
    names = page.locator(".kx-strip-name")
    expect(names.get_by_text("Step 2", exact=True)).to_be_in_viewport(ratio=1)
    expect(names.filter(has_text="Step 11")).not_to_be_in_viewport()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390


def expect_prompt_as_typed(page: Page, step: Locator) -> None:
    expect(step.locator(".kx-strip-prompt")).to_have_text(f"{HOSTILE} 1")
    assert page.locator(".kx-strip [onerror], .kx-strip b").count() == 0


def test_every_press_arrives_once_and_the_focus_stays_at_its_image(
    open_widget: OpenWidget,
) -> None:
    phone = {"width": 390, "height": 844}
    page = open_widget(f"/strip?steps=12&prompt={quote(HOSTILE)}", viewport=phone)
    steps = page.get_by_role("list", name="Steps from the first picture on")
    original = steps.get_by_role("listitem").filter(has_text="Original")
    first = steps.get_by_role("listitem").filter(has=page.get_by_text("Step 1", exact=True))
    expect_shown_step_in_a_narrow_page(page)
    expect_prompt_as_typed(page, first)

    # A button that is no longer offered leaves the focus at its image.
    original.get_by_role("button", name="As before: Original").press("Enter")
    expect_events(page, "before p0")
    expect(original.locator(".kx-strip-role")).to_have_text("Before")
    expect(original.locator(".kx-strip-image").first).to_be_focused()

    first.locator(".kx-strip-image").press("Enter")
    expect_events(page, "before p0", "show p1")
    expect(first.locator(".kx-strip-role")).to_have_text("After")
    expect(first.locator(".kx-strip-image")).to_be_focused()

    # Two of four branches stand below their step, and all in a popover.
    below = original.get_by_role("group", name="Branches of Original")
    expect(below.locator(".kx-strip-image")).to_have_count(2)
    below.get_by_role("button", name="All 4 branches of Original").click()
    page.locator(".kx-strip-all .kx-strip-image").last.click()
    expect_events(page, "before p0", "show p1", "show p80")
