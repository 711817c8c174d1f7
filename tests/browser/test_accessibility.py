"""axe-core finds nothing serious or moderate on any page, state and dialog, in both themes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.edit_steps import comparison, paste, pending_edits, photo, submit_edit
from tests.browser.gallery_steps import SeededApp, card, find, gallery, selection
from tests.browser.steps import (
    RESULT_TIMEOUT_MS,
    cards,
    click_button,
    expect_idle,
    expect_image,
    go_to,
    submit_prompt,
    unfold_settings,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
BACKGROUND = {"light": "rgb(251, 250, 248)", "dark": "rgb(20, 20, 22)"}  # .streamlit/config.toml
# What axe has to say in each theme, without what is only a hint.
_RUN = """async (rules) => {
  // From the colours of the other theme; one that ends can begin another.
  const fading = () => document.getAnimations().filter((each) => each instanceof CSSTransition);
  while (fading().length) {
    for (const transition of fading()) transition.finish();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }
  const results = await axe.run(document, {
    resultTypes: ["violations"], preload: false, ...(rules && { runOnly: rules }),
  });
  return results.violations
    .filter(({ impact }) => impact !== "minor")
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, failureSummary, html }) => ({
        id, impact, target: target.join(" "), html: html.slice(0, 160), why: failureSummary,
      })));
}"""
_IS_OPAQUE = """(node) => {
  for (let each = node; each; each = each.parentElement) {
    if (getComputedStyle(each).opacity !== "1") return false;
  }
  return true;
}"""
FADED_S = 20.0
See = Callable[[str], None]


def violations(page: Page, *rules: str) -> list[dict[str, Any]]:
    """What axe finds on the page and does not pass. Nothing of Streamlit's own is left out.

    Streamlit fades what it draws again, which axe takes for pale colours until it is drawn.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    deadline = time.monotonic() + FADED_S
    while True:
        found: list[dict[str, Any]] = page.evaluate(_RUN, list(rules) or None)
        if not found or time.monotonic() > deadline:
            return found


def wait_until_opaque(locator: Locator) -> None:
    """Wait until what fades in has all of its colour."""
    expect(locator).to_be_visible()
    locator.page.wait_for_function(_IS_OPAQUE, arg=locator.element_handle())


def expect_accessible(page: Page, state: str) -> None:
    """Every rule in the light; in the dark, switched on the living page, that of colours."""
    assert violations(page) == [], f"{state}, light"
    show_theme(page, "dark")
    assert violations(page, "color-contrast") == [], f"{state}, dark"
    show_theme(page, "light")


def show_theme(page: Page, theme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", BACKGROUND[theme])


def see_generate(page: Page, see: See) -> None:
    """Empty, waiting, done, refused, with all settings."""
    expect(page.get_by_role("heading", name="Begin with one of these")).to_be_visible()
    expect_idle(page)
    see("generate-empty")
    unfold_settings(page)
    submit_prompt(page, "A lake, no people [slow]")
    expect(cards(page).first).to_contain_text("Generating")
    see("generate-waiting")
    expect_image(page, "A lake, no people")
    submit_prompt(page, "A hill [refused]")
    expect(cards(page).first).to_contain_text("content policy", timeout=RESULT_TIMEOUT_MS)
    expect_idle(page)
    see("generate-refused")
    click_button(page, "History")
    expect(page.get_by_placeholder("Search earlier prompts")).to_be_visible()
    see("history")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="credits", exact=True).click()
    wait_until_opaque(page.get_by_role("button", name="Bring home by task id"))
    see("credits")
    click_button(page, "Bring home by task id")
    expect(page.get_by_role("textbox", name="Task id")).to_be_visible()
    expect_idle(page)
    see("task-id")
    page.keyboard.press("Escape")


def see_edit(page: Page, see: See) -> None:
    """Empty, with a source, and with a chain of edits in every mode of the viewer."""
    go_to(page, "Edit")
    expect(page.get_by_role("heading", name="Begin with a picture")).to_be_visible()
    expect_idle(page)
    see("edit-empty")
    click_button(page, "Templates")
    expect(page.get_by_placeholder("Search templates")).to_be_visible()
    see("templates")
    page.keyboard.press("Escape")
    paste(page, photo(), "IMG_4711.png")
    submit_edit(page, "Mirror it [slow]")
    expect(pending_edits(page)).to_contain_text("Mirror it")
    see("edit-waiting")
    comparison(page, "Original and Step 1")
    click_button(page, "Edit this")
    submit_edit(page, "Make it warmer")
    viewer = comparison(page, "Step 1 and Step 2")
    expect(pending_edits(page)).to_have_text("")
    expect_idle(page)
    see("edit-chain")
    for mode in ("Side by side", "Difference", "Blink"):
        viewer.get_by_role("radio", name=mode).click()
        see(f"edit-{mode}")


def see_gallery_empty(page: Page, see: See) -> None:
    go_to(page, "Gallery")
    expect_idle(page)
    see("gallery-empty")


def see_trash(page: Page, see: See) -> None:
    go_to(page, "Gallery")
    deleted = card(page, "A lake, no people [slow]")
    deleted.focus()
    page.keyboard.press("Delete")
    expect(deleted).to_have_count(0)
    page.get_by_text("Trash", exact=True).click()
    expect(deleted.get_by_text("14 days left")).to_be_visible()
    expect_idle(page)
    see("trash")


def see_gallery(page: Page, see: See) -> None:
    """Crowded, selected, lightbox, dialogs, and a search for nothing."""
    expect_idle(page)
    see("gallery")
    find(page, "add")
    expect(cards(page)).to_have_count(2)
    card(page, "Add snow").click(modifiers=["Control"])
    expect(selection(page)).to_be_visible()
    see("gallery-selected")
    page.keyboard.press("Escape")
    card(page, "Add snow").focus()
    page.keyboard.press("?")
    see("shortcuts")
    page.keyboard.press("Escape")
    card(page, "Add snow").focus()
    page.keyboard.press("Enter")
    lightbox = page.get_by_role("dialog", name="Picture")
    expect(lightbox.get_by_role("navigation", name="Steps and variants")).to_be_visible()
    see("lightbox")
    for action, name in (("Lineage", "Lineage"), ("Compare with its source", "Compare")):
        lightbox.get_by_role("button", name=action).click()
        dialog = page.get_by_role("dialog", name=name)
        expect(dialog.locator(".kx-compare-viewport")).to_have_attribute("data-status", "ready")
        expect_idle(page)
        see(name)
        dialog.get_by_role("button", name="Close").click()
        expect(lightbox).to_be_visible()
    link = share_a_picture(page, lightbox, see)
    page.keyboard.press("Escape")
    expect(lightbox).to_be_hidden()
    find(page, "no such thing")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    see("gallery-nothing")
    see_what_is_shared(page, link)


def share_a_picture(page: Page, lightbox: Locator, see: See) -> str:
    """Make a link in the open picture; returns it."""
    lightbox.get_by_role("button", name="Share…").click()
    dialog = page.get_by_role("dialog", name="Share a picture")
    expect(dialog.get_by_role("button", name="Make the link")).to_be_visible()
    expect_idle(page)
    see("share")
    dialog.get_by_role("button", name="Make the link").click()
    expect(dialog.locator("code")).to_contain_text("/shared/")
    expect_idle(page)
    see("shared")
    link = dialog.locator("code").inner_text()
    dialog.get_by_role("button", name="Close").click()
    expect(lightbox).to_be_visible()
    return link


def see_what_is_shared(page: Page, link: str) -> None:
    """What strangers see, and what is left when the link is revoked."""
    page.get_by_role("button", name="Shared links").click()
    dialog = page.get_by_role("dialog", name="Shared links")
    revoke = dialog.get_by_role("button", name="Revoke")
    expect(revoke).to_be_visible()
    with page.context.browser.new_context() as stranger:  # type: ignore[union-attr]  # it has one
        visitor = stranger.new_page()
        visitor.goto(link)
        expect(visitor.get_by_role("img", name="The shared picture")).to_be_visible()
        assert violations(visitor) == []
        visitor.emulate_media(color_scheme="dark")
        assert violations(visitor, "color-contrast") == []
        revoke.click()
        expect(dialog.get_by_text("No link opens anything of yours.")).to_be_visible()
        visitor.reload()
        expect(visitor.get_by_text("no longer does")).to_be_visible()
        assert violations(visitor) == []
        assert stranger.cookies() == []


def test_axe_finds_nothing_on_the_forms_in_either_theme(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:

        def see(state: str) -> None:
            expect_accessible(page, state)

        see_gallery_empty(page, see)
        go_to(page, "Generate")
        see_generate(page, see)
        see_edit(page, see)
        see_trash(page, see)


def test_axe_finds_nothing_on_the_gallery_in_either_theme(
    seeded_app: SeededApp, browser: Browser
) -> None:
    with gallery(browser, seeded_app, seeded_app.anna, "/gallery?find=picture+03") as page:
        see_gallery(page, lambda state: expect_accessible(page, state))
