"""Image files and thumbnails, for their owner only.

They lie under /app/static/ because `st.image` takes relative URLs under no other prefix
(Streamlit 1.67). Streamlit's own /media would serve them to anybody who knows the URL.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from components.server.cache_headers import NO_STORE, PRIVATE_IMMUTABLE
from components.server.responses import run_or_503
from components.studio.db.models import ImageRecord
from components.studio.identity import COOKIE, user_id_from_token
from components.studio.studio import NotFoundError, Studio

PathOf = Callable[[Studio, ImageRecord], tuple[Path, str]]
"""From an image record to a file and its media type."""


def image_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The routes of images and thumbnails."""

    def route(folder: str, place: PathOf) -> Route:
        async def file(request: Request) -> Response:
            return await run_or_503(_serve_file, open_studio, request, place)

        return Route(f"/app/static/{folder}/{{picture_id}}", file)

    return [route("pictures", _image_path), route("thumbnails", _thumbnail_path)]


def _image_path(studio: Studio, record: ImageRecord) -> tuple[Path, str]:
    return studio.image_path(record), f"image/{record.format}"


def _thumbnail_path(studio: Studio, record: ImageRecord) -> tuple[Path, str]:
    return studio.thumbnail_path(record), "image/jpeg"


def _serve_file(open_studio: Callable[[], Studio], request: Request, path_of: PathOf) -> Response:
    """The file, or the same 404 for a missing image and for one of another user."""
    missing = PlainTextResponse("No such picture.", 404, NO_STORE)
    user_id = user_id_from_token(request.cookies.get(COOKIE))
    if user_id is None:
        return missing
    studio = open_studio()
    record = _find_image(studio, user_id, request)
    if record is None:
        return missing
    path, media_type = path_of(studio, record)
    if not path.is_file():
        return missing
    kept = NO_STORE if record.deleted_at else PRIVATE_IMMUTABLE
    return FileResponse(path, media_type=media_type, headers=kept)


def _find_image(studio: Studio, user_id: str, request: Request) -> ImageRecord | None:
    """The user's image; one in the trash only where the trash view asks for it."""
    image_id = request.path_params["picture_id"]
    if "trash" in request.query_params:
        return studio.trashed_image(user_id, image_id)
    try:
        return studio.image(user_id, image_id)
    except NotFoundError:
        return None
