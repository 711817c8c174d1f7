"""Runs blocking work off the event loop, and answers 503 where the app cannot serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVarTuple

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from components.server.cache_headers import NO_STORE
from components.studio.db.database import DatabaseError
from components.studio.settings import SettingsError

Given = TypeVarTuple("Given")


async def run_or_503(work: Callable[[*Given], Response], *given: *Given) -> Response:
    """The response of the work, or 503 with the reason."""
    try:
        return await run_in_threadpool(work, *given)
    except (DatabaseError, SettingsError) as error:
        return PlainTextResponse(f"{error}\n", 503, NO_STORE)
