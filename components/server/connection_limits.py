"""Limits how many sockets are open at once, for each person and in all.

Every open tab costs a Streamlit session and a thread while it draws. Without a limit one visitor
could open them until nobody else is served.
"""

from __future__ import annotations

import asyncio
import html
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from components.server.identity import read_user_id
from components.server.requests import is_page_request
from components.server.responses import NO_STORE

log = logging.getLogger("kontext.connections")

PER_PERSON: Final = 20
"""More tabs than anybody looks at, and room for those that a lost network left half open."""
IN_ALL: Final = 500
"""Fifty people with ten tabs each. A session takes some 0.3 MB."""

STREAM: Final = "/_stcore/stream"
"""Streamlit's socket: one for each tab."""
PUSH: Final = "/push"
RETRY_SECONDS: Final = 5

BURST: Final = 100
MESSAGES_PER_S: Final = 20.0
"""More than anybody presses; a slider that is dragged sends some ten a second."""

_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{seconds}">
<title>Kontext Studio</title>
<style>
:root {{ color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif; }}
body {{ max-width: 34rem; margin: 20vh auto; padding: 0 1.5rem; }}
</style>
</head>
<body><h1>Kontext Studio</h1><p>{sentence}</p></body>
</html>
"""


class ConnectionLimits:
    """Middleware: refuses a socket above the limits, and says so in place of a page.

    A page without its socket would stay empty.
    """

    def __init__(self, app: ASGIApp, *, per_person: int = PER_PERSON, in_all: int = IN_ALL) -> None:
        self.app = app
        self._per_person = per_person
        self._in_all = in_all
        self._open: Mapping[str, Counter[str]] = {STREAM: Counter(), PUSH: Counter()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is below the limits."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif is_page_request(scope) and (refusal := self._refusal(STREAM, _person(scope))):
            await self._page(refusal, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = next((kind for kind in self._open if scope["path"].endswith(kind)), None)
        if kind is None:
            await self.app(scope, receive, send)
            return
        person, open_sockets = _person(scope), self._open[kind]
        if refusal := self._refusal(kind, person):
            log.warning("socket refused", extra={"reason": refusal[1], "path": kind})
            status, sentence = refusal
            response = PlainTextResponse(sentence, status, NO_STORE)
            await WebSocket(scope, receive, send).send_denial_response(response)
            return
        open_sockets[person] += 1
        try:
            await self.app(scope, _slow_down(receive), send)
        finally:
            open_sockets[person] -= 1
            if not open_sockets[person]:
                del open_sockets[person]

    async def _page(
        self, refusal: tuple[int, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer with the sentence what would be a page; files and health stay as they are."""
        status, sentence = refusal
        text = _PAGE.format(seconds=RETRY_SECONDS, sentence=html.escape(sentence))
        refused = False

        async def send_unless_page(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_html(message):
                refused = True
                await HTMLResponse(text, status, NO_STORE)(scope, receive, send)
            elif not refused:
                await send(message)

        # Without extensions: a response that is sent by file path cannot be replaced.
        await self.app({**scope, "extensions": {}}, receive, send_unless_page)

    def _refusal(self, kind: str, person: str) -> tuple[int, str] | None:
        """Status and sentence for one more socket of this person; None below the limits."""
        open_sockets = self._open[kind]
        if open_sockets[person] >= self._per_person:
            return 429, (
                f"You have {self._per_person} tabs of the studio open, the most it takes. "
                "Close some, and this page opens by itself."
            )
        if open_sockets.total() >= self._in_all:
            return 503, (
                f"The studio is full: {self._in_all} tabs are open. "
                "This page opens by itself when there is room."
            )
        return None


def _slow_down(receive: Receive) -> Receive:
    """Messages of a socket, at most MESSAGES_PER_S after a burst; the rest wait in its buffers.

    Streamlit draws the page for each: without this, one tab could keep all others waiting.
    """
    loop = asyncio.get_running_loop()
    next_at = loop.time() - BURST / MESSAGES_PER_S

    async def receive_slowly() -> Message:
        nonlocal next_at
        message = await receive()
        if message["type"] == "websocket.receive":
            now = loop.time()
            next_at = max(next_at, now - BURST / MESSAGES_PER_S) + 1 / MESSAGES_PER_S
            if next_at > now:
                await asyncio.sleep(next_at - now)
        return message

    return receive_slowly


def _person(scope: Scope) -> str:
    """The user id, or the address of somebody without a cookie."""
    connection = HTTPConnection(scope)
    return read_user_id(connection) or (connection.client.host if connection.client else "")


def _is_html(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
