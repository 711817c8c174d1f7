"""Where the service reports the end of a task: checked, then taken as a hint to look.

Forged, unknown and late ones get the same answer as good ones (contract.md §5).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.kontext import CallbackRejected, verify_callback
from components.studio.studio import Studio

log = logging.getLogger("kontext.callbacks")

MOST_BYTES = 64 * 1024


def callback_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The one route of callbacks; its path ends in the task's token."""

    async def callback(request: Request) -> Response:
        body = await _read(request)
        if body is not None:
            await run_in_threadpool(_heed, open_studio(), request, body)
        return JSONResponse({"code": 200, "msg": "received"})

    return [Route("/callbacks/kontext/{token}", callback, methods=["POST"])]


async def _read(request: Request) -> bytes | None:
    """The body, or None when it is larger than any callback is."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _heed(studio: Studio, request: Request, body: bytes) -> None:
    try:
        hint = verify_callback(
            body,
            request.headers,
            webhook_key=studio.settings.webhook_key,
            now=time.time(),
        )
    except CallbackRejected as error:
        log.warning("callback rejected", extra={"why": error.message})
        return
    studio.heed_callback(request.path_params["token"], hint)
