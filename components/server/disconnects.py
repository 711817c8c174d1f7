"""A client that goes away is no error: it leaves no traceback in the log."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

ABNORMAL_CLOSURE = 1006  # RFC 6455


class QuietDisconnects:
    """Middleware: ends a request or a socket whose client has gone, and says nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on everything but the exception that a gone client causes."""

        async def receive_bytes() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("bytes") is None:
                # Streamlit (1.67) raises at text: its own script sends none.
                return {"type": "websocket.disconnect", "code": 1003}  # RFC 6455
            return message

        async def send_if_open(message: Message) -> None:
            try:
                await send(message)
            except OSError as error:  # uvicorn's; Starlette expects it of open sockets alone
                raise WebSocketDisconnect(ABNORMAL_CLOSURE) from error

        is_socket = scope["type"] == "websocket"
        streamlit = is_socket and "/_stcore/" in scope["path"]
        try:
            await self.app(
                scope,
                receive_bytes if streamlit else receive,
                send_if_open if is_socket else send,
            )
        except (ClientDisconnect, WebSocketDisconnect):
            return
