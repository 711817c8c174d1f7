"""Webhooks: kie.ai reports the end of a task; the task is then polled.

Forged, unknown and late webhooks get the same response as good ones (docs/kie-api.md, Callbacks).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.kie import MAX_WEBHOOK_BYTES, InvalidWebhookError, verify_webhook
from components.server.requests import READ_SECONDS, read_body
from components.studio.db.database import DatabaseError
from components.studio.settings import SettingsError
from components.studio.studio import Studio

log = logging.getLogger("kontext.webhooks")


def webhook_routes(
    open_studio: Callable[[], Studio], *, read_seconds: float = READ_SECONDS
) -> list[Route]:
    """The route of webhooks; its path ends in the task's token.

    A body that has not arrived after `read_seconds` is not awaited.
    """

    async def webhook(request: Request) -> Response:
        try:
            body = await read_body(request, max_bytes=MAX_WEBHOOK_BYTES, seconds=read_seconds)
        except (TimeoutError, ClientDisconnect):
            log.warning("webhook rejected", extra={"reason": "body not received"})
            return _retry_later(408)
        if body is None:
            return _accepted()
        try:
            await run_in_threadpool(_handle, open_studio, request, body)
        except (DatabaseError, SettingsError) as error:
            log.error("webhook not processed", extra={"reason": str(error)})
            return _retry_later(503)
        return _accepted()

    return [Route("/callbacks/kontext/{token}", webhook, methods=["POST"])]


def _accepted() -> Response:
    return JSONResponse({"code": 200, "msg": "received"})


def _retry_later(code: int) -> Response:
    """Any status but 200 makes kie.ai call again (docs/kie-api.md, Callbacks)."""
    # What is left of a slow body is not awaited.
    headers = {"connection": "close"} if code == 408 else None
    return JSONResponse({"code": code, "msg": "try again"}, code, headers)


def _handle(open_studio: Callable[[], Studio], request: Request, body: bytes) -> None:
    studio = open_studio()
    try:
        event = verify_webhook(
            body,
            request.headers,
            webhook_key=studio.settings.webhook_key,
            now=time.time(),
        )
    except InvalidWebhookError as error:
        log.warning("webhook rejected", extra={"reason": error.message})
        return
    studio.tasks.handle_webhook(request.path_params["token"], event)
