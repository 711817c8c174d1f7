"""Image files and thumbnails, for their owner only.

They lie under /app/static/ because `st.image` takes relative URLs under no other prefix
(Streamlit 1.67). Streamlit's own /media would serve them to anybody who knows the URL.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from components.server.identity import read_user_id
from components.server.responses import NO_STORE, PRIVATE_IMMUTABLE, not_found, run_or_503
from components.studio.db.models import ImageRecord
from components.studio.studio import NotFoundError, Studio

PathOf = Callable[[Studio, ImageRecord], tuple[Path, str]]
"""From an image record to a file and its media type."""


def image_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The routes of images and thumbnails."""

    def route(folder: str, path_of: PathOf) -> Route:
        async def file(request: Request) -> Response:
            return await run_or_503(_serve_file, open_studio, request, path_of)

        return Route(f"/app/static/{folder}/{{picture_id}}", file)

    return [route("pictures", _image_path), route("thumbnails", _thumbnail_path)]


def _image_path(studio: Studio, record: ImageRecord) -> tuple[Path, str]:
    return studio.image_path(record), f"image/{record.format}"


def _thumbnail_path(studio: Studio, record: ImageRecord) -> tuple[Path, str]:
    return studio.thumbnail_path(record), "image/jpeg"


def _serve_file(open_studio: Callable[[], Studio], request: Request, path_of: PathOf) -> Response:
    """The file, or the same 404 for a missing image and for one of another user."""
    missing = not_found("No such picture.")
    user_id = read_user_id(request)
    if user_id is None:
        return missing
    studio = open_studio()
    record = _find_image(studio, user_id, request)
    if record is None:
        return missing
    path, media_type = path_of(studio, record)
    if not path.is_file():
        return missing
    cache_headers = NO_STORE if record.deleted_at else PRIVATE_IMMUTABLE
    return FileResponse(path, media_type=media_type, headers=cache_headers)


def _find_image(studio: Studio, user_id: str, request: Request) -> ImageRecord | None:
    """The user's image; one in the trash only where the trash view asks for it."""
    image_id = request.path_params["picture_id"]
    if "trash" in request.query_params:
        return studio.trashed_image(user_id, image_id)
    try:
        return studio.image(user_id, image_id)
    except NotFoundError:
        return None
