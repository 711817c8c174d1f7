"""From the command to a page that can be used: time, memory, and what the browser loads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from tests.bench.gallery import MANY, fill
from tests.bench.places import NOTHING_SENT, memory_mb, new_app, open_as, run_streamlit
from tests.bench.rows import Row, amount, typical
from tests.browser import steps
from tests.support.chromium import open_page
from tests.support.identity import new_token

SETTLE_SECONDS = 2.0
OURS = "app/static/browser/"
WELCOME = "Welcome to Streamlit"


@dataclass
class Loading:
    """Our scripts and styles that a tab has loaded: begin and end of each, and bytes."""

    began: dict[str, float] = field(default_factory=dict)
    spans: list[tuple[float, float]] = field(default_factory=list)
    size_bytes: float = 0.0

    def watch(self, page: Page) -> None:
        """Begin, with a page that has loaded nothing."""
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._begin)
        session.on("Network.loadingFinished", self._end)

    def _begin(self, event: Any) -> None:
        if OURS in event["request"]["url"]:
            self.began[event["requestId"]] = event["timestamp"]

    def _end(self, event: Any) -> None:
        if event["requestId"] in self.began:
            self.spans.append((self.began[event["requestId"]], event["timestamp"]))
            self.size_bytes += event["encodedDataLength"]

    def steps(self) -> int:
        """How many were loaded one after the other: each begun when the one before had ended."""
        count, ended = 0, 0.0
        for began, end in sorted(self.spans, key=lambda span: span[1]):
            if began >= ended:
                count, ended = count + 1, end
        return count


def rows(browser: Browser, rounds: int) -> Iterator[Row]:
    """All rows of this file."""
    ours: list[float] = []
    hello: list[float] = []
    memory: list[float] = []
    hello_memory: list[float] = []
    galleries: list[float] = []
    loadings: list[Loading] = []
    token = new_token()
    with new_app(NOTHING_SENT) as app:
        fill(app, {token: MANY})
        for _ in range(rounds):
            began = time.perf_counter()
            with app, open_as(browser, app, new_token()) as page:
                loadings.append(Loading())
                loadings[-1].watch(page)
                page.goto("/")
                steps.prompt_box(page).fill("A harbour")
                ours.append(time.perf_counter() - began)
                page.wait_for_load_state("networkidle")
                time.sleep(SETTLE_SECONDS)
                memory.append(memory_mb(app.pid))
            began = time.perf_counter()
            with run_streamlit("hello") as (url, pid), open_page(browser, url) as page:
                page.get_by_text(WELCOME).first.wait_for()
                hello.append(time.perf_counter() - began)
                time.sleep(SETTLE_SECONDS)
                hello_memory.append(memory_mb(pid))
            with app, open_as(browser, app, token) as page:
                began = time.perf_counter()
                page.goto("/gallery")
                page.locator(".kx-grid-loaded").first.wait_for()
                galleries.append(time.perf_counter() - began)
    seconds, note = typical(ours)
    theirs, _ = typical(hello)
    what = "start → prompt can be written in"
    yield Row(what, seconds, "s", theirs, "streamlit hello", 1.3, of_ratio=True, note=note)
    used, note = typical(memory)
    theirs, _ = typical(hello_memory)
    yield Row("memory after the first page", used, "MB", theirs, "streamlit hello", 90, note=note)
    seconds, note = typical(galleries)
    yield Row("first gallery load after a start, cold", seconds, "s", goal=1.0, note=note)
    size, _ = typical(loading.size_bytes / 1000 for loading in loadings)
    requests, _ = typical(len(loading.spans) for loading in loadings)
    note = f"{amount(requests)} requests"
    yield Row("our scripts and styles on the first load", size, "KB", goal=80, note=note)
    count, note = typical(loading.steps() for loading in loadings)
    yield Row("the same, one after the other", count, "round trips", goal=2, note=note)
