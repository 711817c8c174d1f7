"""Middleware: answers an error that no route expected with a number that the log has too."""

from __future__ import annotations

import errno
from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from components.error_report import report_unknown_error
from components.server.responses import NO_STORE, not_found

INTERNAL_ERROR = 1011  # RFC 6455
_JSON_PATHS = ("/healthz", "/callbacks/", "/uploads", "/app/static/changes/")


class ReportUnknownErrors:
    """Middleware: 500 with a sentence, as text or as the JSON that the caller expects.

    A response that has begun is cut off: the server then closes the connection. The error is
    logged here, once, and not by the server.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except (ClientDisconnect, WebSocketDisconnect):
            raise
        except Exception as error:
            if scope["type"] == "lifespan":
                raise
            if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG and not has_begun:
                # Streamlit asks the file system for any name.
                await not_found("No such file.\n")(scope, receive, send)
                return
            number = report_unknown_error(error)
            if scope["type"] == "websocket":
                with suppress(RuntimeError, OSError):  # closed already
                    await send({"type": "websocket.close", "code": INTERNAL_ERROR})
            elif not has_begun:
                await _response(scope["path"], number)(scope, receive, send)


def _response(path: str, number: str) -> Response:
    message = f"Something went wrong here. The log has it as number {number}."
    if any(part in path for part in _JSON_PATHS):
        # Monitors and kie.ai read `msg`, pages read `message`.
        content = {"code": 500, "status": "error", "msg": message, "message": message}
        return JSONResponse(content, 500, NO_STORE)
    return PlainTextResponse(f"{message}\n", 500, NO_STORE)
