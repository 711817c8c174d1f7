"""Picture files and thumbnails, for their owner only.

They lie under /app/static/ because `st.image` takes relative addresses under no other prefix
(Streamlit 1.67). Streamlit's own /media would serve them to anybody who knows the address.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from components.server.cache_headers import KEPT_BY_ITS_OWNER, NOT_KEPT
from components.server.responses import answer_of
from components.studio.db.models import PictureRecord
from components.studio.identity import COOKIE, designer_of
from components.studio.studio import NotYours, Studio

Place = Callable[[Studio, PictureRecord], tuple[Path, str]]
"""From a picture to a file of it and that file's media type."""


def file_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The routes of pictures and their thumbnails."""

    def route(folder: str, place: Place) -> Route:
        async def file(request: Request) -> Response:
            return await answer_of(_file, open_studio, request, place)

        return Route(f"/app/static/{folder}/{{picture_id}}", file)

    return [route("pictures", _picture), route("thumbnails", _thumbnail)]


def _picture(studio: Studio, record: PictureRecord) -> tuple[Path, str]:
    return studio.picture_file(record), f"image/{record.format}"


def _thumbnail(studio: Studio, record: PictureRecord) -> tuple[Path, str]:
    return studio.thumbnail_file(record), "image/jpeg"


def _file(open_studio: Callable[[], Studio], request: Request, place: Place) -> Response:
    """The file, or the one answer for what is not there and what is not theirs."""
    missing = PlainTextResponse("No such picture.", 404, NOT_KEPT)
    designer = designer_of(request.cookies.get(COOKIE))
    if designer is None:
        return missing
    studio = open_studio()
    record = _record(studio, designer, request)
    if record is None:
        return missing
    path, media_type = place(studio, record)
    if not path.is_file():
        return missing
    kept = NOT_KEPT if record.deleted_at else KEPT_BY_ITS_OWNER
    return FileResponse(path, media_type=media_type, headers=kept)


def _record(studio: Studio, designer: str, request: Request) -> PictureRecord | None:
    """The designer's picture; one in the trash only for the trash view, which says so."""
    picture_id = request.path_params["picture_id"]
    if "trash" in request.query_params:
        return studio.archive.trashed(designer, picture_id)
    try:
        return studio.picture(designer, picture_id)
    except NotYours:
        return None
