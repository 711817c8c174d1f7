"""A real Chromium that fails the test on a console error or on a request that leaves loopback."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    WebSocketRoute,
    expect,
    sync_playwright,
)

PATIENCE_MS = 20_000
_NEAR = {"127.0.0.1", "localhost", None}  # a blob: or data: address has no host
# Opened at /gallery, Streamlit 1.67 first asks whether the app lies under /gallery; the browser
# calls the answer an error.
_PROBE = re.compile(r"/(edit|gallery)/_stcore/(health|host-config)$")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium where there is one, Playwright's own elsewhere."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """Notes all that must not happen in a page."""

    wrong: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        """Begin to watch a page."""
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        page.on("request", self._asked)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _PROBE.search(message.location["url"]):
            self.wrong.append(f"console: {message.text} @ {message.location}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in _NEAR:
            self.wrong.append(f"left loopback: {request.url}")


@contextmanager
def visiting(browser: Browser, url: str, path: str = "/", **options: Any) -> Iterator[Page]:
    """A fresh visitor's page; the test fails at the end if anything went wrong in it."""
    watch = Watch()
    settings = {"viewport": {"width": 1360, "height": 900}, "color_scheme": "light", **options}
    context = browser.new_context(base_url=url, **settings)
    try:
        page = watch.over(context.new_page())
        page.goto(path)
        yield page
        assert not watch.wrong, "\n".join(watch.wrong)
    finally:
        context.close()


class SlowLine:
    """The line between a page and Streamlit, on which the words of one side may be kept back.

    It holds from the next load of the page on.
    """

    def __init__(self, page: Page, speaker: Literal["page", "server"]) -> None:
        self.kept: list[str | bytes] | None = None
        self._speaker = speaker
        page.route_web_socket(re.compile("/_stcore/stream"), self._stand_between)

    def _stand_between(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        speaker, self._hearer = (page, server) if self._speaker == "page" else (server, page)
        speaker.on_message(self._pass_on)

    def _pass_on(self, message: str | bytes) -> None:
        if self.kept is None:
            self._hearer.send(message)
        else:
            self.kept.append(message)

    def let_go(self) -> None:
        """Pass on what was kept back, and all that comes."""
        kept, self.kept = self.kept or [], None
        for message in kept:
            self._hearer.send(message)
