"""Image files and thumbnails, for their owner only.

They lie under /app/static/ because `st.image` takes relative URLs under no other prefix
(Streamlit 1.67). Streamlit's own /media would serve them to anybody who knows the URL.
`?size=768` asks for the larger thumbnail.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from components.server.identity import read_user_id
from components.server.responses import (
    NO_STORE,
    PRIVATE_IMMUTABLE,
    not_found,
    run_or_503,
    store_unavailable,
)
from components.studio.db.tables import ImageRecord
from components.studio.images.file_type import InvalidImageError
from components.studio.images.object_store import StoredFile, StoreUnavailable
from components.studio.images.store import LARGE_PX, SMALL_PX
from components.studio.studio import NotFoundError, Studio

log = logging.getLogger("kontext.images")

_MISSING = "No such picture."
_MADE_AT_ONCE = 2  # thumbnails of older images; the others wait without a thread


@dataclass(frozen=True)
class _Found:
    """An image's file in an S3-compatible store, which its visitor may have."""

    file: StoredFile
    media_type: str
    headers: Mapping[str, str]


_Find = Callable[[Studio, Request], Response | _Found]


def image_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The routes of images and thumbnails."""
    making = asyncio.Semaphore(_MADE_AT_ONCE)

    async def image(request: Request) -> Response:
        return await _respond(open_studio, request, _find_picture)

    async def thumbnail(request: Request) -> Response:
        side_px = {"384": SMALL_PX, "768": LARGE_PX}.get(request.query_params.get("size", "384"))
        if side_px is None:
            return not_found(_MISSING)
        find = partial(_find_thumbnail, side_px=side_px)
        response = await _respond(open_studio, request, find)
        if response.status_code == 404 and side_px != SMALL_PX:
            async with making:
                make = partial(_make_thumbnail, side_px=side_px)
                response = await _respond(open_studio, request, make)
        return response

    return [
        Route("/app/static/pictures/{picture_id}", image),
        Route("/app/static/thumbnails/{picture_id}", thumbnail),
    ]


async def _respond(open_studio: Callable[[], Studio], request: Request, find: _Find) -> Response:
    """Send the file that is found; what lies in a store goes through here in small pieces."""
    found: list[_Found] = []

    def find_or_respond() -> Response:
        result = find(open_studio(), request)
        if isinstance(result, Response):
            return result
        found.append(result)
        return not_found(_MISSING)

    response = await run_or_503(find_or_respond)
    if not found:
        return response
    try:
        opened = await found[0].file.open()
    except FileNotFoundError:
        return response
    except StoreUnavailable as error:
        return store_unavailable(error)
    headers = {"content-length": str(opened.size_bytes), **found[0].headers}
    if opened.etag is not None:
        headers["etag"] = opened.etag
    if request.method == "HEAD":
        return Response(media_type=found[0].media_type, headers=headers)
    return StreamingResponse(opened.pieces, media_type=found[0].media_type, headers=headers)


def _find_picture(studio: Studio, request: Request) -> Response | _Found:
    record = _find_image(studio, request)
    if record is None:
        return not_found(_MISSING)
    return _send(record, studio.image_file(record), f"image/{record.format}")


def _find_thumbnail(studio: Studio, request: Request, side_px: int) -> Response | _Found:
    record = _find_image(studio, request)
    if record is None:
        return not_found(_MISSING)
    return _send(record, studio.thumbnail_file(record, side_px), "image/jpeg")


def _make_thumbnail(studio: Studio, request: Request, side_px: int) -> Response | _Found:
    """Make the thumbnail of an image that is older than this size; if that fails, the small one."""
    record = _find_image(studio, request)
    if record is None:
        return not_found(_MISSING)
    if not studio.thumbnail_file(record, side_px).exists():
        try:
            studio.make_missing_thumbnail(record, side_px)
        except StoreUnavailable:
            raise  # the browser asks again
        except (OSError, InvalidImageError) as error:
            log.warning("thumbnail not made", extra={"image": record.id, "reason": str(error)})
            return _send(record, studio.thumbnail_file(record), "image/jpeg", NO_STORE)
    return _find_thumbnail(studio, request, side_px)


def _send(
    record: ImageRecord,
    file: StoredFile,
    media_type: str,
    cache_headers: Mapping[str, str] | None = None,
) -> Response | _Found:
    headers = _cache_headers(record) if cache_headers is None else cache_headers
    if file.path is None:
        return _Found(file, media_type, headers)
    if not file.path.is_file():
        return not_found(_MISSING)
    return FileResponse(file.path, media_type=media_type, headers=headers)


def _cache_headers(record: ImageRecord) -> Mapping[str, str]:
    return NO_STORE if record.deleted_at else PRIVATE_IMMUTABLE


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
