"""Earlier prompts come back by key and from the list, and nothing that was typed is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.steps import ARRIVAL_MS, ask_for, cards, expect_picture, go_to, prompt_box
from tests.support.app_server import AppServer
from tests.support.chromium import HeldWebSocket, open_page

pytestmark = pytest.mark.browser


def after_two(page: Page) -> Page:
    """A designer who has asked for a barn and then for a lake."""
    for place, prompt in enumerate(("A red barn", "A blue lake"), start=1):
        ask_for(page, prompt)
        expect(cards(page)).to_have_count(place, timeout=ARRIVAL_MS)
    return page


def history(page: Page) -> None:
    page.get_by_role("button", name="History", exact=True).click()


def test_alt_with_arrows_walks_through_earlier_prompts_and_back_to_what_was_typed(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        box = prompt_box(after_two(page))
        box.fill("A green wood, hal")
        for key, shown in (
            ("Alt+ArrowUp", "A blue lake"),
            ("Alt+ArrowUp", "A red barn"),
            ("Alt+ArrowUp", "A red barn"),
            ("Alt+ArrowDown", "A blue lake"),
            ("Alt+ArrowDown", "A green wood, hal"),
            ("Alt+ArrowDown", "A green wood, hal"),
        ):
            page.keyboard.press(key)
            expect(box).to_have_value(shown)


def test_control_enter_right_after_a_recall_sends_the_recalled_prompt(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        box = prompt_box(after_two(page))
        expect_picture(page, "A red barn")  # the same press within a second would count as one
        box.fill("never to be sent")
        page.keyboard.press("Alt+ArrowUp")
        page.keyboard.press("Alt+ArrowUp")
        page.keyboard.press("Control+Enter")

        expect(cards(page)).to_have_count(3, timeout=ARRIVAL_MS)
        expect(cards(page).first).to_contain_text("A red barn")
        expect(page.get_by_text("never to be sent")).to_have_count(0)


def test_a_prompt_is_found_in_the_list_taken_by_enter_and_undone(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        box = prompt_box(after_two(page))
        box.fill("half a thought")
        history(page)
        page.get_by_role("searchbox", name="Search earlier prompts").fill("BARN")
        expect(page.get_by_role("listitem").filter(visible=True)).to_have_count(1)
        page.keyboard.press("Enter")

        expect(box).to_have_value("A red barn")
        expect(box).to_be_focused()
        page.keyboard.press("Control+z")
        expect(box).to_have_value("half a thought")


def test_a_pin_stays_on_top_over_a_reload_and_on_the_other_page(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        after_two(page)
        history(page)
        page.get_by_role("button", name="Pin: A red barn").click()
        pinned = page.get_by_role("button", name="Unpin: A red barn")
        expect(pinned).to_be_visible()

        page.reload()
        history(page)
        expect(page.get_by_role("listitem").filter(visible=True).first).to_contain_text("barn")
        page.keyboard.press("Escape")
        go_to(page, "Edit")
        expect(page.get_by_text("Begin with a picture")).to_be_visible()
        history(page)
        expect(pinned).to_be_visible()


@pytest.mark.parametrize("left_the_box", [True, False])
def test_what_is_being_typed_survives_a_reload(
    left_the_box: bool, fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        box = prompt_box(page)
        expect(page.locator(".kx-recall")).to_be_attached()  # its script has come
        box.press_sequentially("A castle in the ai")
        if left_the_box:
            box.blur()
        page.reload()

        expect(box).to_have_value("A castle in the ai")
        expect(page.get_by_role("button", name=re.compile("^Generate ·"))).to_be_visible()
        box.focus()
        page.keyboard.press("Control+Enter")
        expect(cards(page).first).to_contain_text("A castle in the ai")


def test_what_is_still_on_its_way_survives_a_reload(fast_app: AppServer, browser: Browser) -> None:
    with open_page(browser, fast_app.url) as page:
        line = HeldWebSocket(page, "page")
        page.reload()
        box = prompt_box(page)
        expect(page.locator(".kx-recall")).to_be_attached()
        line.held = []
        box.press_sequentially("A castle in the ai")
        box.blur()
        while not line.held:
            page.wait_for_timeout(20)
        line.held = None  # what was said until now never arrives
        page.reload()
        expect(box).to_have_value("A castle in the ai")


def test_what_was_left_on_another_page_does_not_overtake_a_remix(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        ask_for(page, "A red barn")
        expect_picture(page, "A red barn")
        prompt_box(page).press_sequentially(" and a dog")
        prompt_box(page).blur()
        page.wait_for_timeout(1000)  # its rerun and the change of the page are not what is tested
        go_to(page, "Gallery")
        cards(page).first.hover()
        cards(page).first.get_by_role("button", name="Remix").click()
        expect(prompt_box(page)).to_have_value("A red barn")
        expect(page.locator(".kx-recall")).to_be_attached()
        page.wait_for_timeout(500)  # for what would put it back
        expect(prompt_box(page)).to_have_value("A red barn")


def test_what_is_typed_before_the_script_is_there_survives_a_reload(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route("**/recall/recall.js", hold)
        with page.expect_request("**/recall/recall.js"):
            page.reload()
        box = prompt_box(page)
        box.press_sequentially("A castle in the ai")
        held[0].continue_()
        page.unroute("**/recall/recall.js", hold)
        expect(page.locator(".kx-recall")).to_be_attached()
        page.reload()
        expect(box).to_have_value("A castle in the ai")


def test_the_settings_survive_a_reload_with_the_prompt(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        prompt_box(page).fill("A castle in the air")
        page.get_by_role("radiogroup", name="Output format").get_by_text("PNG").click()
        model = page.get_by_role("radiogroup", name="Model")
        model.get_by_text("Max").click()
        expect(
            page.get_by_role("button", name=re.compile("^Generate · 10 credits"))
        ).to_be_visible()
        page.reload()

        expect(prompt_box(page)).to_have_value("A castle in the air")
        expect(model.get_by_role("radio", name="Max")).to_be_checked()
        png = page.get_by_role("radiogroup", name="Output format").get_by_role("radio", name="PNG")
        expect(png).to_be_checked()


def test_a_template_is_typed_over_slot_by_slot(fast_app: AppServer, browser: Browser) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        box = prompt_box(page)
        page.get_by_role("button", name="Templates", exact=True).click()
        page.get_by_role("button", name="Replace text").click()
        page.keyboard.type("OPEN")
        page.keyboard.press("Tab")
        page.keyboard.type("SHUT")
        expect(box).to_have_value("Replace 'OPEN' with 'SHUT', keep the same font style and colour")
        page.keyboard.press("Tab")
        expect(box).not_to_be_focused()


def test_a_prompt_from_right_to_left_stands_so(fast_app: AppServer, browser: Browser) -> None:
    with open_page(browser, fast_app.url) as page:
        box = prompt_box(page)
        box.fill("قطة تجلس على النافذة")
        expect(box).to_have_css("direction", "rtl")
        go_to(page, "Edit")
        box.fill("A cat at the window")
        expect(box).to_have_css("direction", "ltr")
        box.fill("חתול ליד החלון")
        expect(box).to_have_css("direction", "rtl")


def test_advice_mends_the_prompt_at_one_click_and_moves_nothing(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        box = prompt_box(page)
        model = page.get_by_text("Model", exact=True)
        before = model.bounding_box()
        box.fill("Add a red hat.")
        box.blur()
        page.get_by_role("button", name="Keep the rest").click()

        expect(box).to_have_value("Add a red hat, keep everything else the same")
        expect(page.get_by_role("button", name="Keep the rest")).to_have_count(0)
        assert model.bounding_box() == before
