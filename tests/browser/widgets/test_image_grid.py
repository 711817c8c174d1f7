"""The contact sheet in a real Chromium, under the strict content policy: what is seen of it."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.widgets.grid_fixtures import Server, open_sheet, picture, running

pytestmark = pytest.mark.browser

TEAL = (0, 128, 128)
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script> & <b>bold</b>"
OPENED = "dialog => Promise.all(dialog.getAnimations().map((running) => running.finished))"


def middle_of(shown: Locator) -> tuple[int, ...]:
    """The colour in the middle of what is seen."""
    image = Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
    return image.getpixel((image.width // 2, image.height // 2))


def test_a_hostile_prompt_is_shown_as_typed_and_never_run(page: Page, server: Server) -> None:
    server.show(picture("a", HOSTILE), running("b", HOSTILE, headline=HOSTILE))
    open_sheet(page, server)
    expect(page.locator(".kx-grid-prompt").first).to_have_text(HOSTILE)
    expect(page.locator(".kx-grid-headline").first).to_have_text(HOSTILE)
    assert page.locator("[onerror], .kx-grid script, .kx-grid b").count() == 0
    assert page.get_by_role("img", name=HOSTILE).get_attribute("alt") == f"{HOSTILE} (made picture)"
    page.locator(".kx-grid-frame").first.click()
    expect(page.locator(".kx-lightbox-prompt")).to_have_text(HOSTILE)
    assert page.title() == "Sheet"


def test_a_push_turns_a_waiting_card_into_its_picture_in_place(page: Page, server: Server) -> None:
    server.show(running("b"), picture("a"))
    open_sheet(page, server)
    expect(page.locator("[data-id=b] .kx-grid-elapsed")).to_be_visible()
    expect(page.locator("[data-id=a].kx-grid-loaded")).to_be_visible()
    page.evaluate("""() => {
      const nodes = document.querySelectorAll('.kx-grid-card, .kx-grid-image');
      for (const node of nodes) node.known = true;
    }""")
    page.locator("[data-id=b]").focus()
    height = page.locator("[data-id=b]").bounding_box()["height"]

    server.show(picture("c", "Brand new"), picture("b"), picture("a"))
    assert server.tell() == 1
    expect(page.locator("[data-id=b].kx-grid-loaded")).to_be_visible()
    ids = page.locator(".kx-grid-card").evaluate_all(
        "cards => cards.map((card) => card.dataset.id)"
    )
    assert ids == ["c", "b", "a"]
    assert page.locator("[data-id=b]").evaluate("card => card.known")
    assert page.locator("[data-id=a] .kx-grid-image").evaluate("picture => picture.known")
    assert page.locator("[data-id=b]").bounding_box()["height"] == height
    expect(page.locator("[data-id=b]")).to_be_focused()
    expect(page.locator(".kx-grid-live-region")).to_have_text("Picture done: A harbour")


def test_a_picture_done_in_a_hidden_tab_is_counted_in_the_title(page: Page, server: Server) -> None:
    server.show(running("a"), running("b"))
    open_sheet(page, server)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    server.show(picture("a"), picture("b"))
    server.tell()
    expect(page).to_have_title("(2) Sheet")
    page.evaluate("""() => {
      delete document.hidden;
      window.dispatchEvent(new Event('focus'));
    }""")
    expect(page).to_have_title("Sheet")


def test_what_happened_while_the_push_was_away_is_fetched_when_it_is_back(
    page: Page, server: Server
) -> None:
    server.show(running("a"))
    open_sheet(page, server)
    expect(page.locator("[data-id=a] .kx-grid-elapsed")).to_be_visible()
    server.show(picture("a"))
    server.drop()
    expect(page.locator("[data-id=a].kx-grid-loaded")).to_be_visible()


def test_the_lightbox_never_shows_the_last_picture_in_place_of_the_next(
    page: Page, server: Server
) -> None:
    page.route("**/pictures/b.png", lambda _: None)  # it never comes
    server.show(picture("a", "First"), picture("b", "Second"))
    open_sheet(page, server)
    expect(page.locator("[data-id=a].kx-grid-loaded")).to_be_visible()
    page.locator("[data-id=a]").focus()
    page.keyboard.press("Enter")
    seen = page.locator(".kx-lightbox-image")
    page.wait_for_function("document.querySelector('.kx-lightbox-image').naturalWidth")
    page.get_by_role("dialog").evaluate(OPENED)
    assert middle_of(seen) == TEAL
    page.keyboard.press("ArrowRight")
    expect(page.locator(".kx-lightbox-prompt")).to_have_text("Second")
    assert middle_of(seen) != TEAL


def test_a_missing_file_leaves_a_whole_card_and_no_broken_picture(
    page: Page, server: Server
) -> None:
    server.show(picture("a", file="lost"))
    open_sheet(page, server)
    expect(page.get_by_text("The file is missing on this server")).to_be_visible()
    server.show(picture("a", file="lost", starred="yes"))
    server.tell()
    expect(page.locator("[data-id=a].kx-grid-starred")).to_be_attached()
    assert page.locator(".kx-grid-card img").count() == 0
    expect(page.locator("[data-id=a] [data-verb=delete]")).to_be_visible()
    page.locator("[data-id=a]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_thousand_pictures_stand_under_their_days_and_only_the_near_ones_load(
    page: Page, server: Server
) -> None:
    days = ("Today", "Yesterday")
    server.show(
        *(picture(f"p{number}", group=days[number // 500]) for number in range(1000)),
        layout="grid",
    )
    open_sheet(page, server)
    expect(page.locator(".kx-grid-card")).to_have_count(1000)
    expect(page.locator(".kx-grid-heading")).to_have_text(["Today500", "Yesterday500"])
    expect(page.locator(".kx-grid-loaded").first).to_be_visible()
    assert page.locator(".kx-grid-loaded").count() < 500
    assert page.locator(".kx-grid-action").count() < 1500
    page.locator("[data-id=p0]").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-id=p999]")).to_be_focused()
    expect(page.locator("[data-id=p999].kx-grid-loaded")).to_be_in_viewport()


def test_the_size_of_the_grid_is_remembered(page: Page, server: Server) -> None:
    server.show(*(picture(f"p{number}") for number in range(12)), layout="grid")
    open_sheet(page, server)
    slider = page.get_by_label("Picture size")
    first = page.locator(".kx-grid-card").first
    small = first.evaluate("card => getComputedStyle(card).height")
    slider.focus()
    page.keyboard.press("End")
    expect(first).not_to_have_css("height", small)
    page.reload()
    expect(slider).to_have_value("380")


def test_a_picture_that_is_lost_when_its_card_is_long_past_troubles_nobody(
    page: Page, server: Server
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/pictures/lost.png", hold)
    lost = picture("p0", file="lost")
    server.show(lost, *(picture(f"p{number}") for number in range(1, 400)), layout="grid")
    open_sheet(page, server)
    expect(page.locator("[data-id=p0] .kx-grid-image")).to_be_attached()
    page.wait_for_timeout(100)
    page.locator("[data-id=p1]").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-id=p0] .kx-grid-frame")).to_have_count(0)
    assert held
    for route in held:
        route.fulfill(status=404)
    page.wait_for_timeout(200)  # for the page to hear of it
    page.keyboard.press("Home")
    page.unroute("**/pictures/lost.png")
    expect(page.get_by_text("The file is missing on this server")).to_be_visible()


def test_a_card_of_which_only_the_place_is_known_says_nothing_untrue(
    page: Page, server: Server
) -> None:
    server.show(running("a"), picture("b"), layout="grid", bare=["a"])
    open_sheet(page, server)
    expect(page.locator("[data-id=a] .kx-grid-elapsed")).to_be_attached()
    expect(page.locator("[data-id=a] .kx-grid-elapsed")).to_have_text("")

    server.show(running("a", "A harbour"), picture("b"), layout="grid", bare=["c"])
    server.tell()
    expect(page.locator("[data-id=a] .kx-grid-elapsed")).to_be_visible()
    server.show(running("a") | {"state": "refused"}, picture("b"), layout="grid", bare=["a"])
    server.tell()
    expect(page.locator(".kx-grid-live-region")).to_have_text("Not done: A harbour")
