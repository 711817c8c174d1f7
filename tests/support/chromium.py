"""Chromium for tests; a page fails its test on a console error or a request beyond loopback."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    StorageState,
    WebSocketRoute,
    expect,
    sync_playwright,
)

TIMEOUT_MS = 60_000  # for a machine whose cores have other work
_LOCAL_HOSTS = {"127.0.0.1", "localhost", None}  # a blob: or data: address has no host
# Opened at /gallery, Streamlit 1.67 first probes for an app under /gallery; the browser logs the
# 404 as an error.
_PROBE = re.compile(r"/(edit|gallery)/_stcore/(health|host-config)$")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Launch Debian's Chromium if it is installed, else Playwright's own.

    The headless shell is the same browser without the windows around the page, which cost a
    quarter of the time.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, names)), None),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        expect.set_options(timeout=TIMEOUT_MS)
        yield browser
        browser.close()
        _free_contexts.clear()


@dataclass
class PageErrors:
    """Collects console errors, uncaught exceptions and requests beyond loopback."""

    expected: tuple[str, ...] = ()
    """Parts of messages that are no error here."""
    messages: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Start collecting from a page."""
        page.set_default_timeout(TIMEOUT_MS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.messages.append(f"page error: {error}"))
        page.on("request", self._on_request)
        return page

    def expect_none(self) -> None:
        """Fail the test if there was an error."""
        assert not self.messages, "\n".join(self.messages)

    def _on_console(self, message: ConsoleMessage) -> None:
        is_expected = any(part in message.text for part in self.expected)
        if (
            message.type == "error"
            and not is_expected
            and not _PROBE.search(message.location["url"])
        ):
            self.messages.append(f"console: {message.text} @ {message.location}")

    def _on_request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in _LOCAL_HOSTS:
            self.messages.append(f"left loopback: {request.url}")


_free_contexts: dict[tuple[Browser, str], BrowserContext] = {}
"""By browser and options; nobody's tabs, cookies or stored values are in them."""


@contextmanager
def open_page(
    browser: Browser,
    url: str,
    path: str = "/",
    *,
    expected_errors: tuple[str, ...] = (),
    storage_state: StorageState | None = None,
    **options: Any,
) -> Iterator[Page]:
    """A page of a new user; fails at the end if a page of this user had errors.

    Nothing that waits is animated, as its drawing costs a tenth of the time.
    Open "about:blank" to set up what must stand before the app is loaded.
    """
    errors = PageErrors(expected_errors)
    settings = {
        "base_url": url,
        "viewport": {"width": 1360, "height": 900},
        "color_scheme": "light",
        "reduced_motion": "reduce",
        **options,
    }
    with _new_user(browser, settings) as context:
        context.on("page", errors.watch)
        if storage_state is not None:
            context.add_cookies(storage_state["cookies"])
        page = context.new_page()
        page.goto(path)
        yield page
        errors.expect_none()
        context.remove_listener("page", errors.watch)


@contextmanager
def _new_user(browser: Browser, settings: dict[str, Any]) -> Iterator[BrowserContext]:
    """A context of a user without cookies and stored values.

    It is used again after a success: Streamlit's scripts stay loaded and compiled in it.
    """
    key = browser, json.dumps(settings, sort_keys=True)
    context = _free_contexts.pop(key, None) or browser.new_context(**settings)
    try:
        yield context
        for page in context.pages:
            page.close()
        context.clear_cookies()
        blank = context.new_page()
        storage = {"origin": settings["base_url"], "storageTypes": "local_storage"}
        context.new_cdp_session(blank).send("Storage.clearDataForOrigin", storage)
        blank.close()
    except BaseException:  # a test that is interrupted, too: the next one gets a clean context
        context.close()
        raise
    if _free_contexts.setdefault(key, context) is not context:
        context.close()


class HeldWebSocket:
    """Streamlit's WebSocket with the messages of one side held back while `held` is a list.

    Takes effect at the next load of the page.
    """

    def __init__(self, page: Page, sender: Literal["page", "server"]) -> None:
        self.held: list[bytes] | None = None
        self._page = page
        self._sender = sender
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        sender, self._receiver = (page, server) if self._sender == "page" else (server, page)
        sender.on_message(self._forward)

    def _forward(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)  # Streamlit (1.67) sends nothing else
        if self.held is None:
            self._receiver.send(message)
        else:
            self.held.append(message)

    def wait_for_held(self, count: int = 1, *, text: str = "") -> None:
        """Wait until so many messages with this text are held back."""
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while sum(text.encode() in message for message in self.held or ()) < count:
            assert time.monotonic() < deadline, "no message was sent"
            self._page.wait_for_timeout(20)  # Playwright delivers messages while it waits

    def release(self, *, lost: int = 0) -> None:
        """Send the held messages but the first `lost`, and hold no more."""
        held, self.held = self.held or [], None
        for message in held[lost:]:
            self._receiver.send(message)
