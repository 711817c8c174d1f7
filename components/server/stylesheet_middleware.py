"""Adds our style sheet to Streamlit's page, so that nothing is shown or measured without it."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Headers that would make the response differ from the plain page: 304, compression.
_CONDITIONS = {b"if-none-match", b"if-modified-since", b"range", b"accept-encoding"}


class InjectStylesheet:
    """Adds a style sheet at the end of every page: later rules win over Streamlit's own."""

    def __init__(self, app: ASGIApp, *, styles_url: str) -> None:
        self.app = app
        self.link = f'<link rel="stylesheet" href="{styles_url}"></body>'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the response if it is a page."""
        if not is_page(scope):
            await self.app(scope, receive, send)
            return
        headers = [header for header in scope["headers"] if header[0].lower() not in _CONDITIONS]
        start: Message = {}
        body = bytearray()

        async def dress(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_whole_page(message):
                start.update(message)
            elif start and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._send_with_stylesheet(start, bytes(body), send)
            else:
                await send(message)

        # Without extensions: a response that is sent by file path cannot be changed.
        await self.app({**scope, "headers": headers, "extensions": {}}, receive, dress)

    async def _send_with_stylesheet(self, start: Message, body: bytes, send: Send) -> None:
        dressed = body.replace(b"</body>", self.link, 1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(dressed))
        headers["cache-control"] = "no-store"  # the next version has another style sheet
        for name in ("etag", "last-modified", "accept-ranges"):
            del headers[name]
        await send(start)
        await send({"type": "http.response.body", "body": dressed})


def is_page(scope: Scope) -> bool:
    """Whether a page is requested, as an address bar does."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")


def _is_whole_page(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")
