"""Live updates: a WebSocket that tells a browser that something of its user has changed.

It carries a counter and no content. Server-sent events would block a browser's seventh tab. What
a hidden tab tells its user it reads from a route: no page is drawn there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from components.server.identity import read_user_id
from components.server.responses import NO_STORE, run_or_503
from components.studio.db.database import DatabaseError
from components.studio.settings import SettingsError
from components.studio.studio import Studio
from components.studio.tasks.models import IN_PROGRESS, STOPPED_BY_USER, Task, TaskState

PATH = "/push"
ENDINGS_PATH = "/endings"
MAX_LISTED = 60  # more than one person has under way
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


def ending_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The route that says how a person's newest tasks have ended, by the id of each."""

    def read(user_id: str) -> Response:
        entries = open_studio().tasks.recent(user_id, limit=MAX_LISTED)
        endings = {entry.task.id: _ending(entry.task) for entry in entries}
        return JSONResponse(endings, headers=NO_STORE)

    async def endings(request: Request) -> Response:
        user_id = read_user_id(request)
        if user_id is None:
            return JSONResponse({}, headers=NO_STORE)
        return await run_or_503(read, user_id)

    return [Route(ENDINGS_PATH, endings)]


def _ending(task: Task) -> str:
    """How a task has ended, as the script of the bar knows it; "" while it goes on."""
    if task.state in IN_PROGRESS:
        return ""
    if task.state is TaskState.DONE:
        return "done"
    if task.state in {TaskState.UNCONFIRMED, TaskState.STILL_RUNNING}:
        return "asks"
    is_stopped = task.failure is not None and task.failure.reason in STOPPED_BY_USER
    return "stopped" if is_stopped else "failed"


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
