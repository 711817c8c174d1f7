"""The contact sheet in a real Chromium, under the strict content policy."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from PIL import Image
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Route,
    WebSocketRoute,
    expect,
    sync_playwright,
)

from tests.ui.pages import serving

pytestmark = pytest.mark.browser

PATIENCE_MS = 10_000
TEAL = (0, 128, 128)
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script> & <b>bold</b>"
NOT_OURS = (
    "status of 404",  # a picture that is not there, on purpose
    "Executing inline script",  # Streamlit's own first page, under the strict policy
)


@dataclass(frozen=True)
class Server:
    """A running page, and the file from which it reads its cards."""

    url: str
    state: Path

    def show(
        self,
        *entries: dict[str, str],
        layout: str = "feed",
        bare: Sequence[str] = (),
        variants: Sequence[dict[str, str]] = (),
    ) -> None:
        """Show these cards; of those whose ids are `bare` only the place is told."""
        state = {"layout": layout, "cards": entries, "bare": bare, "variants": variants}
        self.state.write_text(json.dumps(state), "utf-8")

    def tell(self) -> int:
        """Push a burst to all open tabs; return how many there are."""
        return int(requests.post(f"{self.url}/tell", timeout=5).text)

    def drop(self) -> None:
        requests.post(f"{self.url}/drop", timeout=5).raise_for_status()


def picture(card_id: str, prompt: str = "A harbour", **more: str) -> dict[str, str]:
    return {"id": card_id, "state": "done", "prompt": prompt, **more}


def running(card_id: str, prompt: str = "A harbour", **more: str) -> dict[str, str]:
    return picture(card_id, prompt, **more) | {"state": "generating"}


OPENED = "dialog => Promise.all(dialog.getAnimations().map((running) => running.finished))"


def middle_of(shown: Locator) -> tuple[int, ...]:
    """The colour in the middle of what is seen."""
    image = Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
    return image.getpixel((image.width // 2, image.height // 2))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("sheet")
    state = folder / "cards.json"
    Server("", state).show()
    with serving("sheet_server", folder, SHEET_STATE=str(state)) as url:
        yield Server(url, state)


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    """One context for all tests: Streamlit's own files are then loaded once."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        opened = chromium.new_context(viewport={"width": 1360, "height": 860})
        opened.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield opened
        chromium.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab that fails its test when the console shows an error."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(said in message.text for said in NOT_OURS):
            errors.append(message.text)

    tab = context.new_page()
    tab.on("console", note)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    tab.close()
    assert not errors, "\n".join(errors)


def open_sheet(page: Page, server: Server) -> None:
    page.goto(server.url)
    expect(page.locator(".kx-sheet")).to_be_attached()


def test_a_hostile_prompt_is_shown_as_typed_and_never_run(page: Page, server: Server) -> None:
    server.show(picture("a", HOSTILE), running("b", HOSTILE, headline=HOSTILE))
    open_sheet(page, server)
    expect(page.locator(".kx-sheet-prompt").first).to_have_text(HOSTILE)
    expect(page.locator(".kx-sheet-headline").first).to_have_text(HOSTILE)
    assert page.locator("[onerror], .kx-sheet script, .kx-sheet b").count() == 0
    assert page.get_by_role("img", name=HOSTILE).get_attribute("alt") == f"{HOSTILE} (made picture)"
    page.locator(".kx-sheet-frame").first.click()
    expect(page.locator(".kx-sheet-view-prompt")).to_have_text(HOSTILE)
    assert page.title() == "Sheet"


def test_a_push_turns_a_waiting_card_into_its_picture_in_place(page: Page, server: Server) -> None:
    server.show(running("b"), picture("a"))
    open_sheet(page, server)
    expect(page.locator("[data-id=b] .kx-sheet-elapsed")).to_be_visible()
    expect(page.locator("[data-id=a].kx-sheet-loaded")).to_be_visible()
    page.evaluate("""() => {
      const nodes = document.querySelectorAll('.kx-sheet-card, .kx-sheet-picture');
      for (const node of nodes) node.known = true;
    }""")
    page.locator("[data-id=b]").focus()
    height = page.locator("[data-id=b]").bounding_box()["height"]

    server.show(picture("c", "Brand new"), picture("b"), picture("a"))
    assert server.tell() == 1
    expect(page.locator("[data-id=b].kx-sheet-loaded")).to_be_visible()
    ids = page.locator(".kx-sheet-card").evaluate_all(
        "cards => cards.map((card) => card.dataset.id)"
    )
    assert ids == ["c", "b", "a"]
    assert page.locator("[data-id=b]").evaluate("card => card.known")
    assert page.locator("[data-id=a] .kx-sheet-picture").evaluate("picture => picture.known")
    assert page.locator("[data-id=b]").bounding_box()["height"] == height
    expect(page.locator("[data-id=b]")).to_be_focused()
    expect(page.locator(".kx-sheet-live")).to_have_text("Picture done: A harbour")


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
    expect(page.locator("[data-id=a] .kx-sheet-elapsed")).to_be_visible()
    server.show(picture("a"))
    server.drop()
    expect(page.locator("[data-id=a].kx-sheet-loaded")).to_be_visible()


def test_every_click_arrives_once_however_fast(page: Page, server: Server) -> None:
    server.show(*(picture(name) for name in "abc"))
    open_sheet(page, server)
    expect(page.locator("[data-id=c] .kx-sheet-action")).to_have_count(3)
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
    expect(page.locator("[data-id=b] .kx-sheet-bar")).to_have_css("opacity", "1")
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
    expect(page.locator("[data-id=a].kx-sheet-loaded")).to_be_visible()
    page.locator("[data-id=a]").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".kx-sheet-view-prompt")).to_have_text("First")
    page.keyboard.press("ArrowRight")
    expect(dialog.locator(".kx-sheet-view-prompt")).to_have_text("Third")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Third (made picture)")
    page.keyboard.press("+")
    expect(dialog.locator(".kx-sheet-zoomed")).to_be_attached()
    for _ in range(9):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("s")
    expect(page.get_by_text("Events: star c", exact=True)).to_be_attached()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-id=c]")).to_be_focused()


def test_the_lightbox_never_shows_the_last_picture_in_place_of_the_next(
    page: Page, server: Server
) -> None:
    page.route("**/pictures/b.png", lambda _: None)  # it never comes
    server.show(picture("a", "First"), picture("b", "Second"))
    open_sheet(page, server)
    expect(page.locator("[data-id=a].kx-sheet-loaded")).to_be_visible()
    page.locator("[data-id=a]").focus()
    page.keyboard.press("Enter")
    seen = page.locator(".kx-sheet-view-picture")
    page.wait_for_function("document.querySelector('.kx-sheet-view-picture').naturalWidth")
    page.get_by_role("dialog").evaluate(OPENED)
    assert middle_of(seen) == TEAL
    page.keyboard.press("ArrowRight")
    expect(page.locator(".kx-sheet-view-prompt")).to_have_text("Second")
    assert middle_of(seen) != TEAL


def test_a_missing_file_leaves_a_whole_card_and_no_broken_picture(
    page: Page, server: Server
) -> None:
    server.show(picture("a", file="lost"))
    open_sheet(page, server)
    expect(page.get_by_text("The file is missing on this server")).to_be_visible()
    server.show(picture("a", file="lost", starred="yes"))
    server.tell()
    expect(page.locator("[data-id=a].kx-sheet-starred")).to_be_attached()
    assert page.locator(".kx-sheet-card img").count() == 0
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
    expect(page.locator(".kx-sheet-card")).to_have_count(1000)
    expect(page.locator(".kx-sheet-heading")).to_have_text(["Today500", "Yesterday500"])
    expect(page.locator(".kx-sheet-loaded").first).to_be_visible()
    assert page.locator(".kx-sheet-loaded").count() < 500
    assert page.locator(".kx-sheet-action").count() < 1500
    page.locator("[data-id=p0]").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-id=p999]")).to_be_focused()
    expect(page.locator("[data-id=p999].kx-sheet-loaded")).to_be_in_viewport()


def test_the_size_of_the_grid_is_remembered(page: Page, server: Server) -> None:
    server.show(*(picture(f"p{number}") for number in range(12)), layout="grid")
    open_sheet(page, server)
    slider = page.get_by_label("Picture size")
    first = page.locator(".kx-sheet-card").first
    small = first.evaluate("card => getComputedStyle(card).height")
    slider.focus()
    page.keyboard.press("End")
    expect(first).not_to_have_css("height", small)
    page.reload()
    expect(slider).to_have_value("380")


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
    expect(page.locator("[data-id=p0] .kx-sheet-picture")).to_be_attached()
    page.wait_for_timeout(100)
    page.locator("[data-id=p1]").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-id=p0] .kx-sheet-frame")).to_have_count(0)
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
    expect(page.locator("[data-id=a] .kx-sheet-elapsed")).to_be_attached()
    expect(page.locator("[data-id=a] .kx-sheet-elapsed")).to_have_text("")

    server.show(running("a", "A harbour"), picture("b"), layout="grid", bare=["c"])
    server.tell()
    expect(page.locator("[data-id=a] .kx-sheet-elapsed")).to_be_visible()
    server.show(running("a") | {"state": "refused"}, picture("b"), layout="grid", bare=["a"])
    server.tell()
    expect(page.locator(".kx-sheet-live")).to_have_text("Not done: A harbour")


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
    expect(page.locator("[data-id=b].kx-sheet-loaded")).to_be_visible()
    page.locator("[data-id=b]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".kx-sheet-view-prompt")).to_have_text("Hidden")
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
    expect(page.locator("[data-id=a].kx-sheet-loaded")).to_be_visible()
    is_cut = True
    page.locator("[data-id=a]").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".kx-sheet-going")).to_be_attached()
    for _ in range(3):
        page.clock.run_for(5_100)
    expect(page.get_by_text("That did not reach the studio")).to_be_visible()
    expect(page.locator(".kx-sheet-going")).to_have_count(0)
