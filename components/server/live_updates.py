"""Live updates: a WebSocket that tells a browser that something of its user has changed.

It carries a counter and no content. Server-sent events would block a browser's seventh tab.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from components.server.identity import read_user_id
from components.studio.db.database import DatabaseError
from components.studio.settings import SettingsError
from components.studio.studio import Studio

PATH = "/push"
KEEP_ALIVE_SECONDS = 25.0  # below the minute after which proxies close a silent connection
POLICY_VIOLATION = 1008  # RFC 6455
SERVICE_RESTART = 1012  # IANA's registry of close codes
TRY_AGAIN_LATER = 1013


def websocket_routes(open_studio: Callable[[], Studio]) -> list[WebSocketRoute]:
    """The route of live updates."""

    async def live_updates(socket: WebSocket) -> None:
        user_id = read_user_id(socket)
        if user_id is None:
            await socket.close(POLICY_VIOLATION)
            return
        try:
            studio = await run_in_threadpool(open_studio)
        except (DatabaseError, SettingsError):
            await socket.close(TRY_AGAIN_LATER)  # the page says why, and the script tries again
            return
        await socket.accept()
        changed = asyncio.Event()
        changed.set()  # something may have changed since the page was rendered
        loop = asyncio.get_running_loop()

        def on_event() -> None:
            loop.call_soon_threadsafe(changed.set)

        unsubscribe = studio.subscribe(user_id, on_event)
        notifier = asyncio.create_task(_notify_loop(socket, changed, studio))
        try:
            while (await socket.receive())["type"] != "websocket.disconnect":
                pass  # ignore client messages
        finally:
            unsubscribe()
            notifier.cancel()

    return [WebSocketRoute(PATH, live_updates)]


async def _notify_loop(socket: WebSocket, changed: asyncio.Event, studio: Studio) -> None:
    version = 0
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), KEEP_ALIVE_SECONDS)
        has_changed = changed.is_set()  # also when it was set just as the wait timed out
        version += has_changed
        changed.clear()
        try:
            if studio.is_closed:  # an open socket would say nothing for ever
                await socket.close(SERVICE_RESTART)
                return
            await socket.send_json({"version": version} if has_changed else {"alive": True})
        except (WebSocketDisconnect, RuntimeError):
            return  # the tab was closed; the reader above ends the rest
