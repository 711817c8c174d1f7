"""Refuses Streamlit's own upload route, which nothing here uses.

It takes files from anybody who has a session, and keeps them in memory until the session ends
(Streamlit 1.67).
"""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from components.server.responses import NO_STORE

_PATH = "/_stcore/upload_file"


class RefuseStreamlitUploads:
    """Middleware: 403 for every request to that route, before its body is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what goes elsewhere."""
        if scope["type"] == "http" and _PATH in scope["path"]:
            headers = {**NO_STORE, "connection": "close"}
            refusal = PlainTextResponse("Pictures come in by another way.", 403, headers)
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)
