"""What only a browser shows of the image grid: text, focus, loading, and clicks that arrive."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect

from tests.browser.widgets.conftest import OpenWidget
from tests.browser.widgets.widget_server import WidgetServer

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


def test_hostile_prompt_is_shown_as_typed_and_never_run(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    widgets.show(done("a", HOSTILE), running("b", HOSTILE, headline=HOSTILE))
    page = open_widget("/grid")
    expect(card(page, "a").locator(".kx-grid-prompt")).to_have_text(HOSTILE)
    expect(card(page, "b").locator(".kx-grid-headline")).to_have_text(HOSTILE)
    assert page.locator("[onerror], .kx-grid script, .kx-grid b").count() == 0
    assert page.get_by_role("img", name=HOSTILE).get_attribute("alt") == f"{HOSTILE} (made picture)"
    card(page, "a").locator(".kx-grid-frame").click()
    expect(page.locator(".kx-lightbox-prompt")).to_have_text(HOSTILE)
    assert page.title() == "Widgets"


def test_update_turns_a_waiting_card_into_its_image_in_place(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    widgets.show(running("b"), done("a"), running("x"))
    page = open_widget("/grid")
    expect(card(page, "b").locator(".kx-grid-elapsed")).to_be_visible()
    expect(loaded(page, "a")).to_be_visible()
    page.evaluate("""() => {
      const nodes = document.querySelectorAll('.kx-grid-card, .kx-grid-image');
      for (const node of nodes) node.known = true;
    }""")
    card(page, "b").focus()
    height = (card(page, "b").bounding_box() or {})["height"]

    widgets.show(done("c", "Brand new"), done("b"), done("a"), running("x"))
    assert widgets.announce() == 1
    expect(loaded(page, "b")).to_be_visible()
    ids = page.locator(".kx-grid-card").evaluate_all("all => all.map((one) => one.dataset.id)")
    assert ids == ["c", "b", "a", "x"]
    assert card(page, "b").evaluate("node => node.known")
    assert card(page, "a").locator(".kx-grid-image").evaluate("node => node.known")
    assert (card(page, "b").bounding_box() or {})["height"] == height
    expect(card(page, "b")).to_be_focused()
    expect(page.locator(".kx-grid-live-region")).to_have_text("Picture done: A harbour")

    # In a hidden tab it is counted in the title; after a lost socket it is fetched.
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    widgets.show(done("x"))
    widgets.drop_sockets()
    expect(page).to_have_title("(1) Widgets")
    page.evaluate("() => { delete document.hidden; window.dispatchEvent(new Event('focus')); }")
    expect(page).to_have_title("Widgets")


def test_every_click_arrives_once_however_fast(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    widgets.show(*(done(name) for name in "abc"))
    page = open_widget("/grid")
    expect(card(page, "c").locator("[data-verb=delete]")).to_be_attached()
    page.evaluate("""() => {
      for (const id of ['a', 'b', 'c']) {
        document.querySelector(`[data-id=${id}] [data-verb=delete]`).click();
      }
    }""")
    expect(page.get_by_text("Events: delete a, delete b, delete c", exact=True)).to_be_visible()
    expect(page.get_by_text("Callbacks: a, b, c", exact=True)).to_be_visible()


def test_click_that_never_arrives_is_reported_and_taken_back(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    widgets.show(done("a"))
    page = open_widget("/grid", color_scheme="light")
    page.clock.install()
    is_cut = False

    def forward(wire: WebSocketRoute) -> None:
        server = wire.connect_to_server()
        wire.on_message(lambda message: None if is_cut else server.send(message))

    page.route_web_socket("**/_stcore/stream", forward)
    page.reload()
    expect(loaded(page, "a")).to_be_visible()
    is_cut = True
    card(page, "a").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".kx-grid-leaving")).to_be_attached()
    for _ in range(3):
        page.clock.run_for(5_100)
    expect(page.get_by_text("That did not reach the studio")).to_be_visible()
    expect(page.locator(".kx-grid-leaving")).to_have_count(0)


def test_cards_and_lightbox_work_by_keyboard_and_never_drop_the_focus(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    widgets.show(done("a", "First"), running("b"), done("c", "Third"), done("d"), layout="grid")
    page = open_widget("/grid")
    expect(loaded(page, "a")).to_be_visible()
    card(page, "a").focus()
    page.keyboard.press("ArrowRight")
    expect(card(page, "b")).to_be_focused()
    page.keyboard.press("Tab")
    expect(card(page, "b").locator("[data-verb=edit]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Events: edit b", exact=True)).to_be_visible()

    # A card keeps the focus when its focused button is no longer offered.
    widgets.show(done("a", "First"), running("b", verbs="delete"), done("c", "Third"), done("d"))
    widgets.announce()
    expect(card(page, "b").locator("[data-verb=edit]")).to_have_count(0)
    expect(card(page, "b")).to_be_focused()

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".kx-lightbox-prompt")).to_have_text("First")
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Third (made picture)")
    page.keyboard.press("+")
    expect(dialog.locator(".kx-lightbox-zoomed")).to_be_attached()
    for _ in range(10):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(card(page, "c")).to_be_focused()

    # A deleted card hands the focus to its neighbour.
    widgets.show(done("a", "First"), done("d"), layout="grid")
    widgets.announce()
    expect(card(page, "d")).to_be_focused()

    # The selection bar gives the focus back when it closes.
    page.keyboard.press("x")
    page.get_by_role("button", name="All 2 shown").press("Enter")
    expect(page.get_by_text("2 selected")).to_be_visible()
    expect(page.get_by_role("button", name="Done", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("toolbar", name="Selected pictures")).to_be_hidden()
    expect(card(page, "d")).to_be_focused()

    # Without the clipboard API the prompt is copied by a selection.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.keyboard.press("c")
    expect(page.get_by_text("Prompt copied")).to_be_visible()
    expect(card(page, "d")).to_be_focused()


def test_only_near_images_of_a_thousand_load_and_the_size_is_remembered(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    days = ("Today", "Yesterday")
    cards = [done(f"p{n}", group=days[n // 500]) for n in range(1000)]
    widgets.show(done("p0", file="lost", group="Today"), *cards[1:], layout="grid")
    page = open_widget("/second", color_scheme="light")
    page.route("**/pictures/lost.png", hold)
    page.goto(f"{widgets.url}/grid")
    expect(page.locator(".kx-grid-card")).to_have_count(1000)
    expect(page.locator(".kx-grid-heading")).to_have_text(["Today500", "Yesterday500"])
    expect(loaded(page, "p1")).to_be_visible()
    assert page.locator(".kx-grid-loaded").count() < 500
    assert page.locator(".kx-grid-action").count() < 1500
    card(page, "p1").focus()
    page.keyboard.press("End")
    expect(loaded(page, "p999")).to_be_in_viewport()
    expect(card(page, "p0").locator(".kx-grid-frame")).to_have_count(0)

    # An image that fails after its card was emptied does not disturb; drawn again it is missing.
    for route in held:
        route.fulfill(status=404)
    page.unroute("**/pictures/lost.png")
    page.keyboard.press("Home")
    expect(page.get_by_text("The file is missing on this server")).to_be_visible()
    assert card(page, "p0").locator("img").count() == 0

    slider = page.get_by_label("Picture size")
    slider.focus()
    page.keyboard.press("End")
    page.reload()
    expect(slider).to_have_value("380")


def test_lightbox_never_shows_the_last_image_in_place_of_the_next(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    widgets.show(done("a", "First"), done("b", "Second", file="never"))
    page = open_widget("/second", color_scheme="light")
    page.route("**/pictures/never.png", lambda _: None)
    page.goto(f"{widgets.url}/grid")
    expect(loaded(page, "a")).to_be_visible()
    card(page, "a").focus()
    page.keyboard.press("Enter")
    image = page.locator(".kx-lightbox-image")
    page.wait_for_function("document.querySelector('.kx-lightbox-image').naturalWidth")
    page.get_by_role("dialog").evaluate(ANIMATED)
    assert middle_colour(image) == TEAL
    page.keyboard.press("ArrowRight")
    expect(page.locator(".kx-lightbox-prompt")).to_have_text("Second")
    assert middle_colour(image) != TEAL
