"""Limits how much is open at once: for each person, for each address, and in all.

Every open tab costs a Streamlit session and a thread while it draws. Without a limit one visitor
could open them until nobody else is served. A person is a cookie, which is free: hence the limits
for an address.
"""

from __future__ import annotations

import asyncio
import html
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from components.server.identity import read_user_id
from components.server.requests import is_page_request
from components.server.responses import NO_STORE
from components.server.trusted_proxies import address_group

log = logging.getLogger("kontext.connections")

PER_PERSON: Final = 20
"""More tabs than anybody looks at, and room for those that a lost network left half open."""
PER_ADDRESS: Final = 250
"""An office of fifty people with five tabs each. Another address still finds room."""
IN_ALL: Final = 500
"""Fifty people with ten tabs each. A session takes some 0.3 MB."""
UPLOADS_PER_ADDRESS: Final = 20
"""Seven people with three at once. `uploads.py` limits those of a person and in all."""
REQUESTS_PER_ADDRESS: Final = 500
"""Eighty browsers that load the page at the same moment. A slow client keeps one for long."""

STREAM: Final = "/_stcore/stream"
"""Streamlit's socket: one for each tab."""
PUSH: Final = "/push"
UPLOAD: Final = "/uploads"
REQUEST: Final = "request"
RETRY_SECONDS: Final = 5

BURST: Final = 100
MESSAGES_PER_S: Final = 20.0
"""More than anybody presses; a slider that is dragged sends some ten a second."""
ADDRESS_BURST: Final = 500
ADDRESS_MESSAGES_PER_S: Final = 50.0
"""Fifty people who press every second. The process draws hardly more pages than that."""
MAX_ADDRESSES: Final = 10_000

_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{seconds}">
<title>Kontext Studio</title>
<style>
:root {{
  color-scheme: light dark;
  font: 1rem/1.5 system-ui, sans-serif;
  color: light-dark(#1c1b1a, #efeeec);
  background: light-dark(#fbfaf8, #141416);
}}
body {{ max-width: 30rem; margin: 20vh auto; padding: 0 1.5rem; }}
h1 {{ font-size: 1.25rem; font-weight: 600; }}
</style>
</head>
<body><h1>Kontext Studio</h1><p>{sentence}</p></body>
</html>
"""


class ConnectionLimits:
    """Middleware: refuses what is above the limits, and says so in place of a page.

    A page without its socket would stay empty.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        per_person: int = PER_PERSON,
        per_address: int = PER_ADDRESS,
        in_all: int = IN_ALL,
    ) -> None:
        self.app = app
        self._open = {
            STREAM: _OpenOnes("tabs", per_person, per_address, in_all),
            PUSH: _OpenOnes("tabs", per_person, per_address, in_all),
            UPLOAD: _OpenOnes("uploads", None, UPLOADS_PER_ADDRESS, None),
            REQUEST: _OpenOnes("requests", None, REQUESTS_PER_ADDRESS, None),
        }
        self._rates: dict[str, _Rate] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is below the limits."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = next((kind for kind in (STREAM, PUSH) if scope["path"].endswith(kind)), None)
        if kind is None:
            await self.app(scope, receive, send)
            return
        if refusal := self._refusal(kind, scope):
            status, sentence = refusal
            log.warning("socket refused", extra={"reason": sentence, "path": kind})
            response = PlainTextResponse(sentence, status, NO_STORE)
            await WebSocket(scope, receive, send).send_denial_response(response)
            return
        address = _address(scope)
        with self._open[kind].one_more(_person(scope), address):
            await self.app(scope, _slow_down(receive, self._rate(address)), send)

    def _rate(self, address: str) -> _Rate:
        """The rate of an address; forgotten when many others came after it."""
        rate = self._rates.pop(address, None) or _Rate(ADDRESS_MESSAGES_PER_S, ADDRESS_BURST)
        self._rates[address] = rate
        if len(self._rates) > MAX_ADDRESSES:
            del self._rates[next(iter(self._rates))]
        return rate

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = UPLOAD if scope["path"].endswith(UPLOAD) else REQUEST
        if refusal := self._refusal(kind, scope):
            status, sentence = refusal
            log.warning("request refused", extra={"reason": sentence, "path": scope["path"]})
            headers = {**NO_STORE, "retry-after": str(RETRY_SECONDS), "connection": "close"}
            await PlainTextResponse(sentence, status, headers)(scope, receive, send)
            return
        with self._open[kind].one_more(_person(scope), _address(scope)):
            if is_page_request(scope) and (refusal := self._refusal(STREAM, scope)):
                await self._page(refusal, scope, receive, send)
            else:
                await self.app(scope, receive, send)

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

    def _refusal(self, kind: str, scope: Scope) -> tuple[int, str] | None:
        """Status and sentence for one more of this kind; None below the limits."""
        return self._open[kind].refusal(_person(scope), _address(scope))


@dataclass
class _OpenOnes:
    """How many of a kind are open, and how many may be; None is any number."""

    name: str
    per_person: int | None
    per_address: int | None
    in_all: int | None
    by_person: Counter[str] = field(default_factory=Counter)
    by_address: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def one_more(self, person: str, address: str) -> Iterator[None]:
        """Count one while it is open."""
        counts = ((self.by_person, person), (self.by_address, address))
        for counter, key in counts:
            counter[key] += 1
        try:
            yield
        finally:
            for counter, key in counts:
                counter[key] -= 1
                if not counter[key]:
                    del counter[key]

    def refusal(self, person: str, address: str) -> tuple[int, str] | None:
        """Status and sentence for one more; None below the limits."""
        for whose, status, count, most in (
            ("You have", 429, self.by_person[person], self.per_person),
            ("Your network has", 429, self.by_address[address], self.per_address),
            (None, 503, self.by_address.total(), self.in_all),
        ):
            if most is not None and count >= most:
                return status, self._sentence(whose, most)
        return None

    def _sentence(self, whose: str | None, most: int) -> str:
        if self.name != "tabs":
            return f"These are too many {self.name} at once. Try again in a moment."
        if whose is None:
            return (
                f"The studio is full: {most} tabs are open. "
                "This page opens by itself when there is room."
            )
        return (
            f"{whose} {most} tabs of the studio open, the most it takes. "
            "Close some, and this page opens by itself."
        )


class _Rate:
    """Gives each message a time: at most so many a second after a burst."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._pause = 1 / per_s
        self._head_start = burst / per_s
        self._next_at = 0.0

    def next_at(self, now: float) -> float:
        """When the next message may pass; in the past while the burst lasts."""
        self._next_at = max(self._next_at, now - self._head_start) + self._pause
        return self._next_at


def _slow_down(receive: Receive, address_rate: _Rate) -> Receive:
    """Messages of a socket at the rate of a person and of the address; the rest wait unread.

    Streamlit draws the page for each: without this, one visitor could keep all others waiting.
    """
    loop = asyncio.get_running_loop()
    rate = _Rate(MESSAGES_PER_S, BURST)

    async def receive_slowly() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive":
            now = loop.time()
            await asyncio.sleep(max(0, rate.next_at(now) - now, address_rate.next_at(now) - now))
        return message

    return receive_slowly


def _person(scope: Scope) -> str:
    """The user id, or the address of somebody without a cookie."""
    return read_user_id(HTTPConnection(scope)) or _address(scope)


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return address_group(client[0]) if client else ""


def _is_html(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
