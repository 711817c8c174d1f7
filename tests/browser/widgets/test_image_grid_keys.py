"""The contact sheet in a real Chromium: what hands and keys do with it, where the focus goes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.widgets.grid_fixtures import Server, open_sheet, picture, running

pytestmark = pytest.mark.browser


def test_every_click_arrives_once_however_fast(page: Page, server: Server) -> None:
    server.show(*(picture(name) for name in "abc"))
    open_sheet(page, server)
    expect(page.locator("[data-id=c] .kx-grid-action")).to_have_count(3)
    page.evaluate("""() => {
      for (const id of ['a', 'b', 'c']) {
        document.querySelector(`[data-id=${id}] [data-verb=delete]`).click();
      }
    }""")
    expect(page.get_by_text("Events: delete a, delete b, delete c", exact=True)).to_be_visible()
    expect(page.get_by_text("Calls: a, b, c", exact=True)).to_be_visible()


def test_cards_and_their_actions_work_by_keyboard_alone(page: Page, server: Server) -> None:
    server.show(*(picture(name) for name in "abcdef"))
    open_sheet(page, server)
    page.locator("[data-id=a]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-id=b]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[data-id=b] [data-verb=edit]")).to_be_focused()
    expect(page.locator("[data-id=b] .kx-grid-actions")).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Events: edit b", exact=True)).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_text("Events: edit b, star b", exact=True)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    expect(page.get_by_text("delete f")).to_be_visible()


def test_a_deleted_card_hands_its_focus_to_its_neighbour(page: Page, server: Server) -> None:
    server.show(*(picture(name) for name in "abc"))
    open_sheet(page, server)
    page.locator("[data-id=b]").focus()
    server.show(picture("a"), picture("c"))
    server.tell()
    expect(page.locator("[data-id=c]")).to_be_focused()


def test_the_lightbox_is_walked_and_left_by_keyboard(page: Page, server: Server) -> None:
    server.show(picture("a", "First"), running("b"), picture("c", "Third"))
    open_sheet(page, server)
    expect(page.locator("[data-id=a].kx-grid-loaded")).to_be_visible()
    page.locator("[data-id=a]").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".kx-lightbox-prompt")).to_have_text("First")
    page.keyboard.press("ArrowRight")
    expect(dialog.locator(".kx-lightbox-prompt")).to_have_text("Third")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Third (made picture)")
    page.keyboard.press("+")
    expect(dialog.locator(".kx-lightbox-zoomed")).to_be_attached()
    for _ in range(9):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("s")
    expect(page.get_by_text("Events: star c", exact=True)).to_be_attached()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-id=c]")).to_be_focused()


def test_a_card_that_offers_the_pressed_button_no_more_keeps_the_keys(
    page: Page, server: Server
) -> None:
    server.show(picture("a"), picture("b"))
    open_sheet(page, server)
    page.locator("[data-id=b] [data-verb=edit]").focus()
    server.show(picture("a"), running("b", verbs="delete"))
    server.tell()
    expect(page.locator("[data-id=b] [data-verb=edit]")).to_have_count(0)
    expect(page.locator("[data-id=b]")).to_be_focused()


def test_the_bar_of_the_selected_never_drops_the_keys(page: Page, server: Server) -> None:
    server.show(*(picture(name) for name in "abc"), layout="grid")
    open_sheet(page, server)
    page.locator("[data-id=b]").focus()
    page.keyboard.press("x")
    page.get_by_role("button", name="All 3 shown").press("Enter")
    expect(page.get_by_text("3 selected")).to_be_visible()
    expect(page.get_by_role("button", name="Done", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("toolbar", name="Selected pictures")).to_be_hidden()
    expect(page.locator("[data-id=b]")).to_be_focused()


def test_a_variant_without_a_place_of_its_own_leaves_the_keys_where_it_was_met(
    page: Page, server: Server
) -> None:
    cards = [running("x"), picture("a", "First"), picture("b", "Second")]
    server.show(*cards, variants=[picture("v", "Hidden")])
    open_sheet(page, server)
    expect(page.locator("[data-id=b].kx-grid-loaded")).to_be_visible()
    page.locator("[data-id=b]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".kx-lightbox-prompt")).to_have_text("Hidden")
    page.keyboard.press("Escape")
    expect(page.locator("[data-id=b]")).to_be_focused()


def test_a_prompt_is_copied_also_where_the_browser_has_no_clipboard_for_scripts(
    page: Page, server: Server
) -> None:
    server.show(picture("a", verbs="copy_prompt"))
    open_sheet(page, server)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.locator("[data-id=a]").focus()
    page.keyboard.press("c")
    expect(page.get_by_text("Prompt copied")).to_be_visible()
    expect(page.locator("[data-id=a]")).to_be_focused()
    page.evaluate("document.execCommand = () => false")
    page.keyboard.press("c")
    expect(page.get_by_text("The browser did not allow the copy")).to_be_visible()


def test_a_press_that_never_arrives_is_said_and_taken_back(page: Page, server: Server) -> None:
    server.show(picture("a"))
    page.clock.install()
    is_cut = False

    def pass_on(wire: WebSocketRoute) -> None:
        server_side = wire.connect_to_server()
        wire.on_message(lambda message: None if is_cut else server_side.send(message))

    page.route_web_socket("**/_stcore/stream", pass_on)
    open_sheet(page, server)
    expect(page.locator("[data-id=a].kx-grid-loaded")).to_be_visible()
    is_cut = True
    page.locator("[data-id=a]").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".kx-grid-leaving")).to_be_attached()
    for _ in range(3):
        page.clock.run_for(5_100)
    expect(page.get_by_text("That did not reach the studio")).to_be_visible()
    expect(page.locator(".kx-grid-leaving")).to_have_count(0)
