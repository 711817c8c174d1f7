"""Whether the studio is at work, for whoever watches it."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.studio.ledger import LedgerUnavailable
from components.studio.settings import SettingsError
from components.studio.studio import Studio
from components.studio.version import VERSION


def health_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The one route of health."""

    async def health(_request: Request) -> Response:
        return await run_in_threadpool(_health, open_studio)

    return [Route("/healthz", health)]


def _health(open_studio: Callable[[], Studio]) -> Response:
    try:
        queue = open_studio().engine.queue()
    except (LedgerUnavailable, SettingsError) as error:
        body = {"status": "unavailable", "ready": False, "version": VERSION, "why": str(error)}
        return JSONResponse(body, 503)
    oldest = min((task.created_at for task in queue), default=None)
    return JSONResponse(
        {
            "status": "ok",
            "ready": True,
            "version": VERSION,
            "queued": len(queue),
            "oldest_waiting_seconds": None if oldest is None else round(time.time() - oldest, 1),
        }
    )
