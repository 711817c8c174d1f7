"""Image files and thumbnails, for their owner only.

They lie under /app/static/ because `st.image` takes relative URLs under no other prefix
(Streamlit 1.67). Streamlit's own /media would serve them to anybody who knows the URL.
`?size=768` asks for the larger thumbnail.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from components.server.identity import read_user_id
from components.server.responses import NO_STORE, PRIVATE_IMMUTABLE, not_found, run_or_503
from components.studio.db.tables import ImageRecord
from components.studio.images.file_type import InvalidImageError
from components.studio.images.store import LARGE_PX, SMALL_PX
from components.studio.studio import NotFoundError, Studio

log = logging.getLogger("kontext.images")

_MISSING = "No such picture."
_MADE_AT_ONCE = 2  # thumbnails of older images; the others wait without a thread


def image_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The routes of images and thumbnails."""
    making = asyncio.Semaphore(_MADE_AT_ONCE)

    async def image(request: Request) -> Response:
        return await run_or_503(_serve_image, open_studio, request)

    async def thumbnail(request: Request) -> Response:
        side_px = {"384": SMALL_PX, "768": LARGE_PX}.get(request.query_params.get("size", "384"))
        if side_px is None:
            return not_found(_MISSING)
        response = await run_or_503(_serve_thumbnail, open_studio, request, side_px)
        if response.status_code == 404 and side_px != SMALL_PX:
            async with making:
                response = await run_or_503(_make_thumbnail, open_studio, request, side_px)
        return response

    return [
        Route("/app/static/pictures/{picture_id}", image),
        Route("/app/static/thumbnails/{picture_id}", thumbnail),
    ]


def _serve_image(open_studio: Callable[[], Studio], request: Request) -> Response:
    studio = open_studio()
    record = _find_image(studio, request)
    if record is None:
        return not_found(_MISSING)
    return _file_response(record, studio.image_path(record), f"image/{record.format}")


def _serve_thumbnail(open_studio: Callable[[], Studio], request: Request, side_px: int) -> Response:
    studio = open_studio()
    record = _find_image(studio, request)
    if record is None:
        return not_found(_MISSING)
    return _file_response(record, studio.thumbnail_path(record, side_px), "image/jpeg")


def _make_thumbnail(open_studio: Callable[[], Studio], request: Request, side_px: int) -> Response:
    """Make the thumbnail of an image that is older than this size; if that fails, the small one."""
    studio = open_studio()
    record = _find_image(studio, request)
    if record is None:
        return not_found(_MISSING)
    if not studio.thumbnail_path(record, side_px).is_file():
        try:
            studio.make_missing_thumbnail(record, side_px)
        except (OSError, InvalidImageError) as error:
            log.warning("thumbnail not made", extra={"image": record.id, "reason": str(error)})
            small = _file_response(record, studio.thumbnail_path(record), "image/jpeg")
            small.headers.update(NO_STORE)
            return small
    return _serve_thumbnail(open_studio, request, side_px)


def _file_response(record: ImageRecord, path: Path, media_type: str) -> Response:
    if not path.is_file():
        return not_found(_MISSING)
    cache_headers = NO_STORE if record.deleted_at else PRIVATE_IMMUTABLE
    return FileResponse(path, media_type=media_type, headers=cache_headers)


def _find_image(studio: Studio, request: Request) -> ImageRecord | None:
    """The visitor's image; one in the trash only where the trash view asks for it.

    A missing image and one of another user cannot be told apart.
    """
    user_id = read_user_id(request)
    if user_id is None:
        return None
    image_id = request.path_params["picture_id"]
    if "trash" in request.query_params:
        return studio.trashed_image(user_id, image_id)
    try:
        return studio.image(user_id, image_id)
    except NotFoundError:
        return None
