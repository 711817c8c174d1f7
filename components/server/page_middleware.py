"""Completes Streamlit's page, so that nothing is shown or measured without our styles."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.server.requests import is_page_request, is_shared_page

# Request headers that would make the response differ from the whole page: 304, 206, compression.
_DROPPED_HEADERS = {b"if-none-match", b"if-modified-since", b"range", b"accept-encoding"}


class CompletePages:
    """Middleware: passes the HTML of every page through a function.

    It is called with the HTML and the URL path. What a shared link opens is none of Streamlit's.
    """

    def __init__(
        self, app: ASGIApp, *, complete_page: Callable[[str, str], str], base_path: str = ""
    ) -> None:
        self.app = app
        self._complete_page = complete_page
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the response if it is a page."""
        if not is_page_request(scope) or is_shared_page(scope, self._base_path):
            await self.app(scope, receive, send)
            return
        headers = [
            header for header in scope["headers"] if header[0].lower() not in _DROPPED_HEADERS
        ]
        start: Message = {}
        body = bytearray()

        async def send_page(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_whole_page(message):
                start.update(message)
            elif start and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await _send_page(start, self._complete_page(body.decode(), scope["path"]), send)
            else:
                await send(message)

        # Without extensions: a response that is sent by file path cannot be changed.
        await self.app({**scope, "headers": headers, "extensions": {}}, receive, send_page)


async def _send_page(start: Message, page: str, send: Send) -> None:
    body = page.encode()
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(body))
    headers["cache-control"] = "no-store"  # the next version has another style sheet
    for name in ("etag", "last-modified", "accept-ranges"):
        del headers[name]
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _is_whole_page(start: Message) -> bool:
    content_type = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and content_type.startswith("text/html")
