"""What only a browser shows of the image grid: text, focus, loading, and clicks that arrive."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import expect_idle
from tests.browser.widgets.conftest import OpenWidget
from tests.browser.widgets.widget_server import WidgetServer
from tests.support.chromium import HeldWebSocket

pytestmark = pytest.mark.browser

TEAL = (0, 128, 128)
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script> & <b>bold</b>"
ANIMATED = "dialog => Promise.all(dialog.getAnimations().map((running) => running.finished))"


def done(card_id: str, prompt: str = "A harbour", **more: str) -> dict[str, str]:
    return {"id": card_id, "state": "done", "prompt": prompt, **more}


def running(card_id: str, prompt: str = "A harbour", **more: str) -> dict[str, str]:
    return done(card_id, prompt, **more) | {"state": "generating"}


def card(page: Page, card_id: str) -> Locator:
    return page.locator(f".kx-grid-card[data-id={card_id}]")


def loaded(page: Page, card_id: str) -> Locator:
    return page.locator(f".kx-grid-card[data-id={card_id}].kx-grid-loaded")


def middle_colour(shown: Locator) -> object:
    image = Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
    return image.getpixel((image.width // 2, image.height // 2))


def expect_prompts_as_typed(page: Page) -> None:
    """A hostile prompt is text and never runs."""
    expect(card(page, "a").locator(".kx-grid-prompt")).to_have_text(HOSTILE)
    expect(card(page, "b").locator(".kx-grid-headline")).to_have_text(HOSTILE)
    assert page.locator("[onerror], .kx-grid script, .kx-grid b").count() == 0
    assert page.get_by_role("img", name=HOSTILE).get_attribute("alt") == f"{HOSTILE} (made picture)"
    card(page, "a").locator(".kx-grid-frame").click()
    expect(page.locator(".kx-lightbox-prompt")).to_have_text(HOSTILE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.title() == "Widgets"


def turn_a_waiting_card_into_its_image(widgets: WidgetServer, page: Page) -> None:
    """In place: nodes, height and focus stay."""
    expect(card(page, "b").locator(".kx-grid-elapsed")).to_be_visible()
    expect(loaded(page, "a")).to_be_visible()
    expect(page.get_by_text("The file is missing on this server")).to_be_visible()
    page.evaluate("""() => {
      const nodes = document.querySelectorAll('.kx-grid-card, .kx-grid-image');
      for (const node of nodes) node.known = true;
    }""")
    expect_idle(page)
    card(page, "b").focus()
    expect(card(page, "b")).to_be_focused()
    height = (card(page, "b").bounding_box() or {})["height"]

    widgets.show(done("c", "Brand new"), done("b", headline=HOSTILE), done("a"), running("x"))
    assert widgets.announce() == 1
    expect(loaded(page, "b")).to_be_visible()
    ids = page.locator(".kx-grid-card").evaluate_all("all => all.map((one) => one.dataset.id)")
    assert ids == ["c", "b", "a", "x"]
    assert card(page, "b").evaluate("node => node.known")
    assert card(page, "a").locator(".kx-grid-image").evaluate("node => node.known")
    assert (card(page, "b").bounding_box() or {})["height"] == height
    expect(card(page, "b")).to_be_focused()
    expect(page.locator(".kx-grid-live-region")).to_have_text("Picture done: A harbour")


def update_a_hidden_tab_after_a_lost_socket(widgets: WidgetServer, page: Page) -> None:
    """What arrives unseen is counted in the title; after a lost socket it is fetched."""
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    widgets.show(*(done(name) for name in "abx"))
    widgets.drop_sockets()
    expect(page).to_have_title("(1) Widgets")
    page.evaluate("() => { delete document.hidden; window.dispatchEvent(new Event('focus')); }")
    expect(page).to_have_title("Widgets")


def click_three_times_at_once(page: Page) -> None:
    """Every click arrives, once."""
    expect(card(page, "x").locator("[data-verb=delete]")).to_be_attached()
    page.evaluate("""() => {
      for (const id of ['a', 'b', 'x']) {
        document.querySelector(`[data-id=${id}] [data-verb=delete]`).click();
      }
    }""")
    expect(page.get_by_text("Events: delete a, delete b, delete x", exact=True)).to_be_visible()
    expect(page.get_by_text("Callbacks: a, b, x", exact=True)).to_be_visible()


def take_back_a_click_that_never_arrives(page: Page, connection: HeldWebSocket) -> None:
    connection.held = []
    card(page, "a").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".kx-grid-leaving")).to_be_attached()
    for _ in range(3):
        page.clock.run_for(5_100)
    expect(page.get_by_text("That did not reach the studio")).to_be_visible()
    expect(page.locator(".kx-grid-leaving")).to_have_count(0)


def test_update_draws_in_place_and_every_click_arrives_or_is_taken_back(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    lost = done("l", file="lost")
    widgets.show(running("b", headline=HOSTILE), done("a", HOSTILE), running("x"), lost)
    page = open_widget("about:blank", color_scheme="light")
    page.clock.install()
    connection = HeldWebSocket(page, "page")
    page.goto(f"{widgets.url}/grid")
    expect_prompts_as_typed(page)
    turn_a_waiting_card_into_its_image(widgets, page)
    update_a_hidden_tab_after_a_lost_socket(widgets, page)
    click_three_times_at_once(page)
    take_back_a_click_that_never_arrives(page, connection)


def reach_the_actions_of_a_card(widgets: WidgetServer, page: Page) -> None:
    card(page, "a").focus()
    page.keyboard.press("ArrowRight")
    expect(card(page, "b")).to_be_focused()
    page.keyboard.press("Tab")
    expect(card(page, "b").locator("[data-verb=edit]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Events: edit b", exact=True)).to_be_visible()

    # A card keeps the focus when its focused button is no longer offered.
    cards = (done("a", "First"), running("b", verbs="delete"), done("c", "Third", file="never"))
    widgets.show(*cards, done("d"), layout="grid")
    widgets.announce()
    expect(card(page, "b").locator("[data-verb=edit]")).to_have_count(0)
    expect(card(page, "b")).to_be_focused()


def walk_in_the_lightbox(page: Page) -> None:
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".kx-lightbox-prompt")).to_have_text("First")
    image = page.locator(".kx-lightbox-image")
    expect(image).to_have_js_property("naturalWidth", 160)
    dialog.evaluate(ANIMATED)
    assert middle_colour(image) == TEAL
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Third (made picture)")
    assert middle_colour(image) != TEAL  # the next image never comes: the last one is not shown
    page.keyboard.press("+")
    expect(dialog.locator(".kx-lightbox-zoomed")).to_be_attached()
    for _ in range(10):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(card(page, "c")).to_be_focused()


def hand_the_focus_on(widgets: WidgetServer, page: Page) -> None:
    """From a deleted card to its neighbour, and from the closed selection bar to its card."""
    widgets.show(done("a", "First"), done("d"), layout="grid")
    widgets.announce()
    expect(card(page, "d")).to_be_focused()

    page.keyboard.press("x")
    page.get_by_role("button", name="All 2 shown").press("Enter")
    expect(page.get_by_text("2 selected")).to_be_visible()
    expect(page.get_by_role("button", name="Done", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("toolbar", name="Selected pictures")).to_be_hidden()
    expect(card(page, "d")).to_be_focused()


def copy_without_the_clipboard_api(page: Page) -> None:
    """The prompt is copied by a selection, and the focus stays."""
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.keyboard.press("c")
    expect(page.get_by_text("Prompt copied")).to_be_visible()
    expect(card(page, "d")).to_be_focused()


def test_cards_and_lightbox_work_by_keyboard_and_never_drop_the_focus(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    third = done("c", "Third", file="never")
    widgets.show(done("a", "First"), running("b"), third, done("d"), layout="grid")
    page = open_widget("about:blank", color_scheme="light")
    page.route("**/pictures/never.png", lambda _: None)
    page.goto(f"{widgets.url}/grid")
    expect(loaded(page, "a")).to_be_visible()
    reach_the_actions_of_a_card(widgets, page)
    walk_in_the_lightbox(page)
    hand_the_focus_on(widgets, page)
    copy_without_the_clipboard_api(page)
