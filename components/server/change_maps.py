"""The change map of an edit, for its owner: what is taken from the edit, with a person's settings.

POST with the settings answers the map as a PNG, whose header `x-change-map` says where it lies. GET
answers the edit as it lies on its source. While the two pictures are still being compared, the
answer is 202: ask again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.server.identity import read_user_id
from components.server.requests import READ_SECONDS, read_body
from components.server.responses import NO_STORE, PRIVATE_IMMUTABLE
from components.studio.db.database import DatabaseError
from components.studio.images.object_store import StoreUnavailable
from components.studio.keep_process import KeepError, KeepProblem, problem_sentence
from components.studio.settings import SettingsError
from components.studio.studio import NotFoundError, Studio

PATH: Final = "/app/static/changes/{picture_id}"
MAP_HEADER: Final = "x-change-map"
MAX_SETTINGS_BYTES: Final = 1_000_000  # the viewer thins strokes to a tenth of it
_DRAWN_AT_ONCE: Final = 2  # each takes a core; the others wait without a thread
_RETRY_SECONDS: Final = 1
_MISSING: Final = "This picture, or the answer that it was made from, is no longer here."
_Draw = Callable[[Studio, str, str], Response]


def change_map_routes(
    open_studio: Callable[[], Studio], *, read_seconds: float = READ_SECONDS
) -> list[Route]:
    """The routes of change maps. Settings that have not come after `read_seconds` are refused."""
    drawing = asyncio.Semaphore(_DRAWN_AT_ONCE)

    async def respond(request: Request, draw: _Draw) -> Response:
        user_id = read_user_id(request)
        if user_id is None:
            return _refusal(404, _MISSING)
        async with drawing:
            if await request.is_disconnected():  # newer settings were sent meanwhile
                return Response(status_code=204)
            return await run_in_threadpool(
                _draw_or_refuse, open_studio, draw, user_id, request.path_params["picture_id"]
            )

    async def aligned_edit(request: Request) -> Response:
        return await respond(request, _draw_aligned_edit)

    async def change_map(request: Request) -> Response:
        try:
            body = await read_body(request, max_bytes=MAX_SETTINGS_BYTES, seconds=read_seconds)
        except TimeoutError:
            return _refusal(408, "These settings took too long to arrive.")
        if body is None:
            return _refusal(413, "These settings are too long. Undo some strokes.")
        settings = body.decode("utf-8", "replace")
        return await respond(
            request,
            lambda studio, user_id, image_id: _draw_map(studio, user_id, image_id, settings),
        )

    return [
        Route(PATH, aligned_edit, methods=["GET"]),
        Route(PATH, change_map, methods=["POST"]),
    ]


def _draw_or_refuse(
    open_studio: Callable[[], Studio], draw: _Draw, user_id: str, image_id: str
) -> Response:
    try:
        return draw(open_studio(), user_id, image_id)
    except NotFoundError:
        return _refusal(404, _MISSING)
    except KeepError as error:
        is_gone = error.problem in {KeepProblem.SOURCE_GONE, KeepProblem.RESULT_GONE}
        return _refusal(410 if is_gone else 422, problem_sentence(error.problem))
    except ValueError as error:
        return _refusal(400, str(error))
    except (DatabaseError, SettingsError, StoreUnavailable) as error:
        return _refusal(503, str(error))


def _draw_map(studio: Studio, user_id: str, image_id: str, settings: str) -> Response:
    drawn = studio.keeping.change_map(user_id, image_id, settings)
    if drawn is None:
        return _working()
    where = {
        "changed": drawn.changed_fraction,
        "size": drawn.size,
        "area": drawn.area,
        "source": drawn.source_size,
    }
    headers = {MAP_HEADER: json.dumps(where), **NO_STORE}
    return Response(drawn.png, media_type="image/png", headers=headers)


def _draw_aligned_edit(studio: Studio, user_id: str, image_id: str) -> Response:
    data = studio.keeping.aligned_edit(user_id, image_id)
    if data is None:
        return _working()
    return Response(data, media_type="image/jpeg", headers=PRIVATE_IMMUTABLE)


def _working() -> Response:
    headers = {"retry-after": str(_RETRY_SECONDS), **NO_STORE}
    return JSONResponse({"message": "The two pictures are being compared."}, 202, headers)


def _refusal(status: int, message: str) -> Response:
    """The sentence as JSON."""
    headers = dict(NO_STORE)
    if status in {408, 413}:
        headers["connection"] = "close"  # or the rest may trickle for ever
    return JSONResponse({"message": message}, status, headers)
