"""Earlier prompts come back by key and from the list, and typed text is never lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.steps import (
    RESULT_TIMEOUT_MS,
    card_action,
    cards,
    click_button,
    expect_idle,
    expect_image,
    go_to,
    prompt_box,
    prompt_picker,
    reload_with_socket,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import HeldWebSocket, open_page

pytestmark = pytest.mark.browser

TYPED = "A castle in the ai"
PICKER_SCRIPTS = "**/prompt_picker/*.js"


def submit_two(page: Page) -> None:
    """Submit a red barn, then a blue lake."""
    for count, prompt in enumerate(("A red barn", "A blue lake"), start=1):
        submit_prompt(page, prompt)
        expect(cards(page)).to_have_count(count, timeout=RESULT_TIMEOUT_MS)


def open_history(page: Page) -> None:
    click_button(page, "History")


def test_alt_arrows_walk_earlier_prompts_and_ctrl_enter_sends_the_shown_one(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        submit_two(page)
        box = prompt_box(page)
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

        expect_image(page, "A red barn")  # an equal submission within a second would count as one
        page.keyboard.press("Alt+ArrowUp")
        page.keyboard.press("Alt+ArrowUp")
        page.keyboard.press("Control+Enter")
        expect(cards(page)).to_have_count(3, timeout=RESULT_TIMEOUT_MS)
        expect(cards(page).first).to_contain_text("A red barn")
        expect(cards(page).filter(has_text="A green wood")).to_have_count(0)


def test_prompt_is_found_in_the_list_undone_and_pinned_on_both_pages(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        submit_two(page)
        box = prompt_box(page)
        items = page.get_by_role("listitem").filter(visible=True)
        box.fill("half a thought")
        open_history(page)
        page.get_by_role("searchbox", name="Search earlier prompts").fill("BARN")
        expect(items).to_have_count(1)
        page.keyboard.press("Enter")
        expect(box).to_have_value("A red barn")
        expect(box).to_be_focused()
        page.keyboard.press("Control+z")
        expect(box).to_have_value("half a thought")

        open_history(page)
        click_button(page, "Pin: A red barn")
        pinned = page.get_by_role("button", name="Unpin: A red barn")
        expect(pinned).to_be_visible()
        page.reload()
        open_history(page)
        expect(items.first).to_contain_text("barn")
        page.keyboard.press("Escape")
        go_to(page, "Edit")
        expect(page.get_by_text("Begin with a picture")).to_be_visible()
        open_history(page)
        expect(pinned).to_be_visible()


@pytest.mark.parametrize("leave_box", [True, False])
def test_typed_text_and_settings_survive_a_reload(
    leave_box: bool, fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        box = prompt_box(page)
        model = page.get_by_role("radiogroup", name="Model")
        output_format = page.get_by_role("radiogroup", name="Output format")
        output_format.get_by_text("PNG").click()
        model.get_by_text("Max").click()
        expect(
            page.get_by_role("button", name=re.compile("^Generate · 10 credits"))
        ).to_be_visible()
        expect(prompt_picker(page)).to_be_attached()
        box.press_sequentially(TYPED)
        if leave_box:
            box.blur()
        page.reload()

        expect(box).to_have_value(TYPED)
        expect(model.get_by_role("radio", name="Max")).to_be_checked()
        expect(output_format.get_by_role("radio", name="PNG")).to_be_checked()
        box.focus()
        page.keyboard.press("Control+Enter")
        expect(cards(page).first).to_contain_text(TYPED)


def test_text_on_its_way_to_the_server_survives_a_reload(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        connection = HeldWebSocket(page, "page")
        page.reload()
        box = prompt_box(page)
        expect(prompt_picker(page)).to_be_attached()
        connection.held = []
        box.press_sequentially(TYPED)
        box.blur()
        connection.wait_for_held()
        connection.held = None  # what was sent until now never arrives
        page.reload()
        expect(box).to_have_value(TYPED)


def test_text_typed_before_the_script_loads_survives_a_reload(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        held: list[Route] | None = []

        def hold(route: Route) -> None:
            if held is None:
                route.continue_()
            else:
                held.append(route)

        page.route(PICKER_SCRIPTS, hold)
        with page.expect_request(PICKER_SCRIPTS):
            page.reload()
        box = prompt_box(page)
        box.press_sequentially(TYPED)
        routes, held = held, None
        for route in routes:
            route.continue_()
        expect(prompt_picker(page)).to_be_attached()
        page.reload()
        expect(box).to_have_value(TYPED)


def test_text_left_on_another_page_does_not_replace_a_remix(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url) as page:
        submit_prompt(page, "A red barn")
        expect_image(page, "A red barn")
        socket = reload_with_socket(page)
        expect_image(page, "A red barn")
        expect_idle(page)
        prompt_box(page).press_sequentially(" and a dog")
        # The text reaches the server, and its rerun ends, before the page changes.
        with socket.expect_event("framereceived"):
            prompt_box(page).blur()
        expect_idle(page)
        go_to(page, "Gallery")
        card_action(page, "Remix")
        expect(prompt_box(page)).to_have_value("A red barn")
        expect(prompt_picker(page)).to_be_attached()
        expect_idle(page)
        page.reload()  # shows what the server has
        expect(prompt_box(page)).to_have_value("A red barn")


def test_templates_hints_and_text_direction_follow_the_prompt(
    fast_app: AppServer, browser: Browser
) -> None:
    with open_page(browser, fast_app.url, "/edit") as page:
        box = prompt_box(page)
        click_button(page, "Templates")
        page.get_by_role("button", name="Replace text").click()
        page.keyboard.type("OPEN")
        page.keyboard.press("Tab")
        page.keyboard.type("SHUT")
        expect(box).to_have_value("Replace 'OPEN' with 'SHUT', keep the same font style and colour")
        page.keyboard.press("Tab")
        expect(box).not_to_be_focused()

        for text, direction in (
            ("قطة تجلس على النافذة", "rtl"),
            ("A cat at the window", "ltr"),
            ("חתול ליד החלון", "rtl"),
        ):
            box.fill(text)
            expect(box).to_have_css("direction", direction)

        model = page.get_by_text("Model", exact=True)
        before = model.bounding_box()
        box.fill("Add a red hat.")
        box.blur()
        click_button(page, "Keep the rest")
        expect(box).to_have_value("Add a red hat, keep everything else the same")
        expect(page.get_by_role("button", name="Keep the rest")).to_have_count(0)
        assert model.bounding_box() == before


def test_two_tabs_keep_their_own_text_over_reloads(fast_app: AppServer, browser: Browser) -> None:
    with open_page(browser, fast_app.url) as first:
        prompt_box(first).press_sequentially("A red barn")
        prompt_box(first).blur()
        second = first.context.new_page()
        second.goto("/")
        expect(prompt_picker(second)).to_be_attached()
        prompt_box(second).fill("A blue lake")
        prompt_box(second).blur()
        for _reload in range(2):
            for page, text in ((first, "A red barn"), (second, "A blue lake")):
                page.reload()
                expect(prompt_box(page)).to_have_value(text)
                expect(prompt_picker(page)).to_be_attached()
