"""Compresses whole JSON responses, as the service does (docs/kie-api.md, Ground rules)."""

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class GzipJson:
    """Middleware; leaves pictures, and bodies that are sent in parts, as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, compressed if its client takes gzip."""
        started: list[Message] = []

        async def compress(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
                return
            start = started.pop() if started else None
            if start is not None:
                headers = MutableHeaders(raw=start["headers"])
                is_json = headers.get("content-type", "").startswith("application/json")
                if is_json and not message.get("more_body"):
                    message = {**message, "body": gzip.compress(message["body"], 6)}
                    headers["content-encoding"] = "gzip"
                    headers["content-length"] = str(len(message["body"]))
                await send({**start, "headers": headers.raw})
            await send(message)

        takes_gzip = scope["type"] == "http" and "gzip" in Headers(scope=scope).get(
            "accept-encoding", ""
        )
        await self._app(scope, receive, compress if takes_gzip else send)
