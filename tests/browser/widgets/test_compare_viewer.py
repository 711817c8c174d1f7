"""The before/after viewer in a real browser, served by a real Streamlit, under a strict CSP."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.widgets.compare_fixtures import (
    BLUE,
    LATE,
    SCREEN,
    Served,
    Visit,
    box,
    covered,
    divider,
    frames,
    scene,
    settle,
)

pytestmark = pytest.mark.browser


def test_the_divider_answers_the_keyboard_and_says_where_it_stands(visit: Visit) -> None:
    page = visit()
    handle = page.get_by_role("slider", name="Divider between Before and After")
    handle.focus()

    for key, share in [
        ("ArrowRight", 51),
        ("Shift+ArrowLeft", 41),
        ("End", 100),
        ("ArrowRight", 100),
        ("Home", 0),
    ]:
        page.keyboard.press(key)
        assert divider(page) == share
    expect(handle).to_have_attribute("aria-valuetext", "Before 0 %, After 100 %")


def test_a_rerun_and_a_return_keep_mode_divider_and_zoom(visit: Visit) -> None:
    page = visit()
    page.locator(".kx-compare-handle").focus()
    for key in ("Shift+ArrowRight", "+", "+"):
        page.keyboard.press(key)
    settle(page)
    lay = frames(page)
    page.evaluate("document.querySelector('.kx-compare-viewport').dataset.witness = 'first'")

    page.get_by_role("button", name="Again").click()
    expect(page.get_by_text("Ran again")).to_be_visible()
    settle(page)
    assert page.locator(".kx-compare-viewport").get_attribute("data-witness") == "first"
    assert divider(page) == 60
    assert frames(page) == lay

    page.get_by_text("Show", exact=True).click()
    page.wait_for_selector(".kx-compare-viewport", state="detached")
    page.get_by_text("Show", exact=True).click()
    page.wait_for_selector(".kx-compare-viewport[data-status=ready]")
    assert page.locator(".kx-compare-viewport").get_attribute("data-witness") is None
    assert divider(page) == 60
    for now, then in zip(frames(page), lay, strict=True):
        assert now == pytest.approx(then, abs=0.5)


@pytest.mark.parametrize("allowed", [True, False], ids=["allowed", "refused"])
def test_escape_leaves_full_screen_also_where_the_browser_refuses_it(
    visit: Visit, allowed: bool
) -> None:
    page = visit()
    if not allowed:
        page.evaluate("Object.defineProperty(document, 'fullscreenEnabled', {get: () => false})")
    root = page.locator(".kx-compare")
    page.locator(".kx-compare-handle").focus()

    page.keyboard.press("f")
    expect(root).to_have_class(re.compile("kx-compare-full"))
    expect(page.get_by_role("button", name="Leave full screen")).to_be_visible()
    whole = box(page, ".kx-compare")
    assert (whole["width"], whole["height"]) == (SCREEN["width"], SCREEN["height"])
    on_top = page.evaluate("document.elementFromPoint(680, 4)?.closest('.kx-compare') !== null")
    assert on_top

    page.keyboard.press("Escape")
    expect(root).not_to_have_class(re.compile("kx-compare-full"))
    assert page.evaluate("document.fullscreenElement") is None


def test_pictures_modes_and_what_is_shown_are_named_for_a_screen_reader(visit: Visit) -> None:
    page = visit()
    alts = [image.get_attribute("alt") for image in page.locator(".kx-compare img").all()]
    assert alts == ["Green hills (Before)", "A blue hut (After)"]
    assert page.locator(".kx-compare-label").all_inner_texts() == ["Before", "After"]
    expect(page.get_by_role("group", name="Before and After", exact=True)).to_be_visible()

    modes = page.get_by_role("radiogroup", name="Way of comparing")
    modes.get_by_role("radio", name="Slider").focus()
    page.keyboard.press("ArrowRight")
    expect(modes.get_by_role("radio", name="Side by side")).to_be_checked()
    expect(modes.get_by_role("radio", name="Side by side")).to_be_focused()

    page.keyboard.press("3")
    expect(modes.get_by_role("radio", name="Blink")).to_be_checked()


def swaps_in_ten_seconds(page: Page) -> int:
    """How often the blinking pair changes by itself, on a clock that runs ahead."""
    page.evaluate(
        """() => {
            window.swaps = 0;
            new MutationObserver((seen) => { window.swaps += seen.length; })
                .observe(document.querySelector(".kx-compare-viewport"),
                         { attributeFilter: ["data-shown"] });
        }"""
    )
    page.clock.run_for(10_000)
    return int(page.evaluate("window.swaps"))


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_blinking_goes_on_by_itself_unless_less_motion_is_wanted(visit: Visit, motion: str) -> None:
    page = visit(reduced_motion=motion)
    page.clock.install()
    page.locator(".kx-compare-handle").focus()
    page.keyboard.press("3")
    if motion == "reduce":
        assert swaps_in_ten_seconds(page) == 0
    else:
        assert swaps_in_ten_seconds(page) >= 10
        page.get_by_role("button", name="Pause").click()
        assert swaps_in_ten_seconds(page) == 0


def test_a_swap_shows_the_other_picture_of_a_blinking_pair(visit: Visit) -> None:
    page = visit("mode=blink", reduced_motion="reduce")
    after = page.get_by_alt_text("A blue hut (After)")
    expect(after).to_be_visible()
    page.get_by_role("button", name="Swap").click()
    expect(after).to_be_hidden()


def test_holding_b_shows_the_before_and_the_keys_keep_working_through_every_mode(
    visit: Visit,
) -> None:
    page = visit("mode=blink")
    page.get_by_role("button", name="Swap").click()
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("1")

    page.keyboard.down("b")
    peek = page.locator(".kx-compare[data-peek] [data-side=before]")
    expect(peek).to_have_css("clip-path", "none")
    page.keyboard.up("b")
    expect(peek).to_have_count(0)
    page.keyboard.press("End")
    assert divider(page) == 100


@pytest.mark.parametrize(
    ("query", "fit", "verdict"),
    [
        # The square is 200×200 of the 1184×880 that the after shows of 1600×1200.
        ("after=same.png", None, "2 % of the picture changed"),
        ("after=untouched.jpg", None, "No visible change in the picture"),
        ("after=padded.png&size=1392x752", "Pad", "2 % of the shared part changed"),
    ],
    ids=["changed", "untouched", "padded"],
)
def test_the_difference_says_how_much_changed(
    visit: Visit, query: str, fit: str | None, verdict: str
) -> None:
    page = visit(f"mode=difference&{query}")
    if fit:
        page.get_by_role("radio", name=fit).click()

    expect(page.get_by_role("status").filter(has_text="change")).to_have_text(verdict)
    expect(
        page.get_by_role("img", name=re.compile(f"Map of what changed. {verdict}"))
    ).to_be_visible()


def test_the_place_is_kept_while_loading_and_a_lost_picture_can_be_asked_for_again(
    visit: Visit, compare_page: Served
) -> None:
    page = visit(f"after={LATE}", ready=False)
    lost = page.get_by_text("The picture could not be loaded.")
    expect(lost).to_be_visible()
    reserved = box(page, ".kx-compare-viewport")

    covered(scene(BLUE), (1184, 880)).save(compare_page.pictures / LATE)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".kx-compare-viewport")).to_have_attribute("data-status", "ready")
    expect(lost).to_be_hidden()
    assert box(page, ".kx-compare-viewport") == reserved


def test_broken_sizes_are_drawn_and_the_viewer_loads_no_tables_library(visit: Visit) -> None:
    page = visit("size=0x-3&mode=side")

    expect(page.get_by_text("Both are 1600×1200")).to_be_visible()
    expect(page.get_by_text("Loaded for the viewer: []")).to_be_visible()
    assert all(frame[2] > 100 for frame in frames(page))
