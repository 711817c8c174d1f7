"""Cost of a gallery of a thousand images relative to one of ten, in Chromium."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Final

from playwright.sync_api import Browser, Page

from components.studio.db.tasks import TaskRepository
from tests.support.app_server import COOKIE, AppServer
from tests.support.chromium import chromium, open_page
from tests.support.gallery_seed import SeedImage, seed_gallery
from tests.support.identity import new_token, user_id_of

FEW: Final = 10
MANY: Final = 1000
_SHAPES = ((1392, 752), (1184, 880), (1024, 1024), (880, 1184))
_ROUNDS = 5
_SETTLE_MS = 1500  # long enough for a star to go to the server and back


def gallery_costs(folder: Path) -> dict[str, tuple[float, float]]:
    """Seconds with many images and with few, by operation."""
    tokens = {count: new_token() for count in (FEW, MANY)}
    with closing(TaskRepository.in_folder(folder)) as repository:
        for count, token in tokens.items():
            seeds = [
                SeedImage(f"{n:04}", hours=n / 4, user_id=user_id_of(token), size=_SHAPES[n % 4])
                for n in range(count)
            ]
            seed_gallery(folder, repository, seeds)
    with AppServer(folder) as app, chromium() as browser:
        for token in tokens.values():  # leave the first start out of the measurement
            _visit(browser, app, token)
        seconds = {count: _rounds(browser, app, token) for count, token in tokens.items()}
    return {what: (seconds[MANY][what], seconds[FEW][what]) for what in seconds[MANY]}


def _rounds(browser: Browser, app: AppServer, token: str) -> dict[str, float]:
    visits = [_visit(browser, app, token) for _ in range(_ROUNDS)]
    return {what: median(visit[what] for visit in visits) for what in visits[0]}


def _visit(browser: Browser, app: AppServer, token: str) -> dict[str, float]:
    cookie = {"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}
    state = {"cookies": [{**cookie, "expires": -1, "httpOnly": True, "sameSite": "Lax"}]}
    with open_page(browser, app.url, "/healthz", storage_state=state) as page:
        began = time.perf_counter()
        page.goto("/gallery")
        page.locator(".kx-grid-loaded").first.wait_for()
        first_image = time.perf_counter() - began
        page.wait_for_timeout(_SETTLE_MS)
        return {
            "first image": first_image,
            "browser CPU for a star": _main_thread_seconds(page, _star),
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
