"""Serves `widgets_app.py` with images, an update socket and a strict content policy."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path

import streamlit as st
from PIL import Image
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from components.server.frontend_assets import frontend_asset_routes
from components.server.page_middleware import CompletePages
from components.ui import frontend

POLICY = (
    "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:"
)
IMAGES = Path(os.environ["IMAGES"])
open_sockets: set[WebSocket] = set()


class ContentPolicy:
    """Adds the content policy to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["content-security-policy"] = POLICY
            await send(message)

        await self.app(scope, receive, send_with_policy if scope["type"] == "http" else send)


async def image(request: Request) -> Response:
    """A file of the test, 404 for "lost.png" and "late.png", or else a teal image."""
    name = request.path_params["name"]
    if (IMAGES / name).is_file():
        return Response((IMAGES / name).read_bytes())
    if name in ("lost.png", "late.png"):
        return Response(status_code=404)
    file = io.BytesIO()
    Image.new("RGB", (160, 90), "teal").save(file, "PNG")
    return Response(file.getvalue(), media_type="image/png")


async def push(socket: WebSocket) -> None:
    await socket.accept()
    open_sockets.add(socket)
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        open_sockets.discard(socket)


async def announce(_: Request) -> Response:
    """Announce three versions to every tab at once."""
    for version in (1, 2, 3):
        await asyncio.gather(*(socket.send_json({"version": version}) for socket in open_sockets))
    return Response(str(len(open_sockets)))


async def drop(_: Request) -> Response:
    """Close every socket, as a proxy does."""
    for socket in list(open_sockets):
        open_sockets.discard(socket)
        await socket.close(1012)
    return Response("dropped")


def link_styles(html: str, _path: str) -> str:
    """The page with our style sheet, without the shell of the app's pages."""
    return html.replace("</body>", f'<link rel="stylesheet" href="{frontend.styles_url()}"></body>')


app = st.App(
    Path(__file__).with_name("widgets_app.py"),
    routes=[
        Route("/pictures/{name}", image),
        Route("/announce", announce, methods=["POST"]),
        Route("/drop", drop, methods=["POST"]),
        WebSocketRoute("/push", push),
        *frontend_asset_routes(frontend.ASSETS_URL, frontend.asset_files()),
    ],
    middleware=[
        Middleware(ContentPolicy),
        Middleware(CompletePages, complete_page=link_styles),
    ],
)
