"""A gallery of a thousand pictures beside one of ten, its search, and the change of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, Page

from components.sandbox.prompts.parse_prompt import parse_prompt
from components.sandbox.renderer.render import render
from tests.bench.places import NOTHING_SENT, data_of, new_app, open_as
from tests.bench.rows import Row, amount, typical
from tests.browser.steps import expect_idle
from tests.support.app_server import AppServer
from tests.support.gallery_seed import SeedImage, seed_gallery
from tests.support.identity import new_token, user_id_of

FEW: Final = 10
MANY: Final = 1000
_REAL: Final = 60  # more than the first screen
_SHAPES: Final = ((1392, 752), (1184, 880), (1024, 1024), (880, 1184))
_SETTLE_MS: Final = 1500  # long enough for a star to go to the server and back
_KEY_MS: Final = 80
_PAGES: Final = {
    "Gallery": ".st-key-kx-gallery-filters input",
    "Edit": ".st-key-kx-source-area",
    "Generate": ".st-key-kx-feed-head",
}
# Milliseconds from a click on a link to the drawn page.
_CHANGE_PAGE: Final = """async ([name, drawn]) => {
  const links = [...document.querySelectorAll(".st-key-kx-bar a")];
  const link = links.find((each) => each.innerText.trim() === name);
  const began = performance.now();
  link.click();
  const isDrawn = () => document.querySelector(drawn)?.checkVisibility();
  while (!isDrawn()) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
# Begun before the keys; milliseconds from the last key to the only card that is left.
_WATCH_SEARCH: Final = """() => {
  let last = 0;
  addEventListener("keydown", () => (last = performance.now()), true);
  window.settled = new Promise((resolve) => {
    const look = () =>
      last && document.querySelectorAll("article").length === 1
        ? resolve(performance.now() - last) : requestAnimationFrame(look);
    look();
  });
}"""


def fill(app: AppServer, counts: Mapping[str, int]) -> None:
    """Give each token's user so many small pictures, before the app starts."""
    with data_of(app) as data:
        for token, count in counts.items():
            seeds = [
                SeedImage(f"{n:04}", hours=n / 4, user_id=user_id_of(token), size=_SHAPES[n % 4])
                for n in range(count)
            ]
            seed_gallery(app.folder, data.repository, seeds, data.store)


def rows(browser: Browser, rounds: int) -> Iterator[Row]:
    """All rows of this file."""
    tokens = {count: new_token() for count in (FEW, MANY)}
    painter = new_token()
    with new_app(NOTHING_SENT) as app:
        fill(app, {token: count for count, token in tokens.items()})
        with data_of(app) as data:
            scenes = [_scene(number) for number in range(6)]
            for number in range(_REAL):
                data.add_picture(painter, f"A scene {number}", picture=scenes[number % 6])
        with app:
            for token in tokens.values():  # leave the first visit out of the measurement
                _visit(browser, app, token)
            visits = [{n: _visit(browser, app, tokens[n]) for n in tokens} for _ in range(rounds)]
            for what, goal in (("first pictures", 1.1), ("browser's CPU for a star", None)):
                many, note = typical(visit[MANY][what] for visit in visits)
                few = median(visit[FEW][what] for visit in visits)
                name = f"gallery of {MANY:,}: {what}"
                yield Row(name, many, "s", few, f"of {FEW}", goal, of_ratio=True, note=note)
            size, note = typical(_bytes_of_first_screen(browser, app, painter) for _ in range(2))
            yield Row("gallery: pictures of the first screen", size, "KB", goal=600, note=note)
            yield from _tab_rows(browser, app, tokens[MANY], rounds)


def _scene(number: int) -> Image.Image:
    size = _SHAPES[number % 4]
    return render(parse_prompt(f"a fox by a lake at dawn {number}", number, size), size)


def _visit(browser: Browser, app: AppServer, token: str) -> dict[str, float]:
    with open_as(browser, app, token) as page:
        page.goto("/healthz")
        began = page.evaluate("Date.now()")
        page.goto("/gallery")
        page.locator(".kx-grid-loaded").first.wait_for()
        first = (page.evaluate("Date.now()") - began) / 1000
        page.wait_for_timeout(_SETTLE_MS)
        return {
            "first pictures": first,
            "browser's CPU for a star": _main_thread_seconds(page, _star),
        }


def _star(page: Page) -> None:
    page.locator("article").first.focus()
    page.keyboard.press("s")


def _main_thread_seconds(page: Page, action: Callable[[Page], None]) -> float:
    """Busy seconds of the page's main thread until the action has settled."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    before = busy()
    action(page)
    page.wait_for_timeout(_SETTLE_MS)
    return busy() - before


def _bytes_of_first_screen(browser: Browser, app: AppServer, token: str) -> float:
    """KB of all images that the gallery loads before anybody scrolls."""
    sizes: list[float] = []
    wanted: set[str] = set()
    with open_as(browser, app, token) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")

        def begin(event: Any) -> None:
            if event["type"] == "Image":
                wanted.add(event["requestId"])

        def end(event: Any) -> None:
            if event["requestId"] in wanted:
                sizes.append(event["encodedDataLength"] / 1000)

        session.on("Network.responseReceived", begin)
        session.on("Network.loadingFinished", end)
        page.goto("/gallery")
        page.locator(".kx-grid-loaded").first.wait_for()
        page.wait_for_timeout(_SETTLE_MS)
    return sum(sizes)


def _tab_rows(browser: Browser, app: AppServer, token: str, rounds: int) -> Iterator[Row]:
    """What a tab does that is open for a while."""
    changes: list[float] = []
    searches: list[float] = []
    with open_as(browser, app, token) as page:
        page.goto("/")
        page.locator(".kx-grid-loaded").first.wait_for()
        for turn in range(rounds + 1):
            for name, drawn in _PAGES.items():
                page.wait_for_timeout(300)
                expect_idle(page)
                milliseconds = page.evaluate(_CHANGE_PAGE, [name, drawn])
                if turn:  # the first turn loads scripts
                    changes.append(milliseconds / 1000)
        page.goto("/gallery")
        box = page.get_by_role("searchbox", name="Search")
        for number in range(rounds):
            page.locator("article").nth(5).wait_for()
            expect_idle(page)
            box.focus()
            page.evaluate(_WATCH_SEARCH)
            page.keyboard.type(f"{120 + number:04}", delay=_KEY_MS)
            searches.append(page.evaluate("window.settled") / 1000)
            expect_idle(page)
            box.fill("")
    seconds, note = typical(changes)
    yield Row("page change, warm", seconds, "s", goal=0.15, note=note)
    seconds, note = typical(searches)
    what = f"search among {MANY:,}, last key → settled"
    yield Row(what, seconds, "s", goal=0.3, note=f"{note}, a key each {amount(_KEY_MS)} ms")
