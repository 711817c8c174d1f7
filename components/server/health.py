"""Health check: whether the app works."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.server.metrics_access import may_read_metrics
from components.server.responses import NO_STORE
from components.studio.db.database import DatabaseError
from components.studio.settings import LOOPBACK, Networks, SettingsError
from components.studio.studio import Studio
from components.version import VERSION


def health_routes(
    open_studio: Callable[[], Studio], *, details_for: Networks = LOOPBACK
) -> list[Route]:
    """The route of the health check. Others than `details_for` learn the status alone."""

    async def health(request: Request) -> Response:
        has_details = may_read_metrics(request.scope, details_for)
        response = await run_in_threadpool(_health, open_studio, has_details)
        if has_details:
            return response
        status = "ok" if response.status_code == 200 else "error"
        return JSONResponse({"status": status}, response.status_code, NO_STORE)

    return [Route("/healthz", health)]


def _health(open_studio: Callable[[], Studio], has_details: bool) -> Response:
    try:
        studio = open_studio()
        if (problem := studio.storage_problem) is not None:
            return _unavailable(str(problem))
        status = studio.status()
        disk = asdict(studio.storage.usage()) if has_details else None
    except (DatabaseError, SettingsError) as error:
        return _unavailable(str(error))
    if not status.is_running:
        return _unavailable("The worker has stopped. Restart the studio.")
    oldest_at = min((task.created_at for task in status.queue), default=None)
    waiting_seconds = None if oldest_at is None else round(max(0.0, time.time() - oldest_at), 1)
    return JSONResponse(
        {
            "status": "ok",
            "ready": True,
            "version": VERSION,
            "leads": status.leads,
            "queued": len(status.queue),
            "oldest_waiting_seconds": waiting_seconds,
            "held_by": status.pause_reason,
            "disk_bytes": disk,
        },
        headers=NO_STORE,
    )


def _unavailable(reason: str) -> Response:
    body = {"status": "error", "ready": False, "version": VERSION, "why": reason}
    return JSONResponse(body, 503, NO_STORE)
