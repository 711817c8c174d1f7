"""Image files and thumbnails, for their owner only.

They lie under /app/static/ because `st.image` takes relative URLs under no other prefix
(Streamlit 1.67). Streamlit's own /media would serve them to anybody who knows the URL.
`?size=768` asks for the larger thumbnail.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from components.server.identity import read_user_id
from components.server.responses import (
    NO_STORE,
    PRIVATE_IMMUTABLE,
    PRIVATE_SHORT,
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


FindImage = Callable[[Studio, Request], ImageRecord | None]
"""The image that a request may have; None where it may not, or there is none."""
_Find = Callable[[Studio, Request], Response | _Found]


def image_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The routes of images and thumbnails."""
    return [
        Route(f"/app/static/{name}/{{picture_id}}", endpoint)
        for name, endpoint in image_endpoints(open_studio, _find_image).items()
    ]


def image_endpoints(
    open_studio: Callable[[], Studio],
    find_image: FindImage,
    *,
    cache_headers: Mapping[str, str] | None = None,
) -> dict[str, Callable[[Request], Awaitable[Response]]]:
    """What answers for "pictures" and for "thumbnails", of the image that each request may have."""
    making = asyncio.Semaphore(_MADE_AT_ONCE)

    def find_picture(studio: Studio, request: Request) -> Response | _Found:
        record = find_image(studio, request)
        if record is None:
            return not_found(_MISSING)
        file = studio.image_file(record)
        headers = cache_headers or _cache_headers(request, record)
        return _send(file, f"image/{record.format}", headers)

    def find_thumbnail(studio: Studio, request: Request, side_px: int) -> Response | _Found:
        record = find_image(studio, request)
        if record is None:
            return not_found(_MISSING)
        headers = cache_headers or _cache_headers(request, record)
        return _send(studio.thumbnail_file(record, side_px), "image/jpeg", headers)

    def make_thumbnail(studio: Studio, request: Request, side_px: int) -> Response | _Found:
        """Make it for an image that is older than this size; if that fails, the small one."""
        record = find_image(studio, request)
        if record is None:
            return not_found(_MISSING)
        if not studio.thumbnail_file(record, side_px).exists():
            try:
                studio.make_missing_thumbnail(record, side_px)
            except StoreUnavailable:
                raise  # the browser asks again
            except (OSError, InvalidImageError) as error:
                log.warning("thumbnail not made", extra={"image": record.id, "reason": str(error)})
                return _send(studio.thumbnail_file(record), "image/jpeg", NO_STORE)
        return find_thumbnail(studio, request, side_px)

    async def image(request: Request) -> Response:
        return await _respond(open_studio, request, find_picture)

    async def thumbnail(request: Request) -> Response:
        side_px = {"384": SMALL_PX, "768": LARGE_PX}.get(request.query_params.get("size", "384"))
        if side_px is None:
            return not_found(_MISSING)
        response = await _respond(open_studio, request, partial(find_thumbnail, side_px=side_px))
        if response.status_code == 404 and side_px != SMALL_PX:
            async with making:
                make = partial(make_thumbnail, side_px=side_px)
                response = await _respond(open_studio, request, make)
        return response

    return {"pictures": image, "thumbnails": thumbnail}


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


def _send(file: StoredFile, media_type: str, headers: Mapping[str, str]) -> Response | _Found:
    if file.path is None:
        return _Found(file, media_type, headers)
    if not file.path.is_file():
        return not_found(_MISSING)
    return FileResponse(file.path, media_type=media_type, headers=headers)


def _cache_headers(request: Request, record: ImageRecord) -> Mapping[str, str]:
    if record.deleted_at:
        return NO_STORE
    # What another person shares may be taken back.
    return PRIVATE_SHORT if "collection" in request.query_params else PRIVATE_IMMUTABLE


def _find_image(studio: Studio, request: Request) -> ImageRecord | None:
    """The visitor's image; one in the trash only where the trash view asks for it.

    Of a collection that its owner shares, others may have it: the URL names the collection. A
    missing image and one of another user cannot be told apart.
    """
    user_id = read_user_id(request)
    if user_id is None:
        return None
    image_id = request.path_params["picture_id"]
    if "trash" in request.query_params:
        return studio.gallery.trashed_image(user_id, image_id)
    try:
        if collection_id := request.query_params.get("collection"):
            return studio.sharing.picture(user_id, collection_id, image_id)
        return studio.image(user_id, image_id)
    except NotFoundError:
        return None
