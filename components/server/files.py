"""Picture files and thumbnails, for their owner only.

They lie under /app/static/ because `st.image` takes relative addresses under no other prefix
(Streamlit 1.67). Streamlit's own /media would serve them to anybody who knows the address.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from components.studio.identity import COOKIE, designer_of
from components.studio.ledger.ledger import LedgerUnavailable
from components.studio.ledger.records import PictureRecord
from components.studio.settings import SettingsError
from components.studio.studio import NotYours, Studio

# A picture never changes under its name, and no shared cache may keep it.
CACHE = "private, max-age=31536000, immutable"


def file_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The routes of pictures and their thumbnails."""

    async def answer(request: Request, kind: str) -> Response:
        try:
            found = await run_in_threadpool(_find, open_studio, request, kind)
        except (LedgerUnavailable, SettingsError) as error:
            return PlainTextResponse(str(error), 503, {"cache-control": "no-store"})
        if found is None:
            return PlainTextResponse("No such picture.", 404, {"cache-control": "no-store"})
        path, record = found
        return FileResponse(
            path,
            media_type="image/jpeg" if kind == "thumbnail" else f"image/{record.format}",
            headers={"cache-control": "no-store" if record.deleted_at else CACHE},
        )

    async def picture(request: Request) -> Response:
        return await answer(request, "picture")

    async def thumbnail(request: Request) -> Response:
        return await answer(request, "thumbnail")

    return [
        Route("/app/static/pictures/{picture_id}", picture),
        Route("/app/static/thumbnails/{picture_id}", thumbnail),
    ]


def _find(
    open_studio: Callable[[], Studio], request: Request, kind: str
) -> tuple[Path, PictureRecord] | None:
    """The file to send, or None: not there, or not theirs, which are not told apart."""
    designer = designer_of(request.cookies.get(COOKIE))
    if designer is None:
        return None
    studio = open_studio()
    record = _record(studio, designer, request)
    if record is None:
        return None
    is_thumbnail = kind == "thumbnail"
    path = studio.thumbnail_file(record) if is_thumbnail else studio.picture_file(record)
    return (path, record) if path.is_file() else None


def _record(studio: Studio, designer: str, request: Request) -> PictureRecord | None:
    """The designer's picture; one in the trash only for the trash view, which says so."""
    picture_id = request.path_params["picture_id"]
    if "trash" in request.query_params:
        return studio.archive.trashed(designer, picture_id)
    try:
        return studio.picture(designer, picture_id)
    except NotYours:
        return None
