"""Downloads for an image's owner: one as a file, many as a streamed ZIP.

Each file carries its metadata, unless `plain=1` is given. `format=jpeg` encodes one again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Final
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from components.server.identity import read_user_id
from components.server.requests import READ_SECONDS, read_body
from components.server.responses import NO_STORE, PRIVATE_IMMUTABLE, not_found, run_or_503
from components.studio.clock import time_zone
from components.studio.export import ExportItem, download_name, stream_zip
from components.studio.images.object_store import StoreUnavailable
from components.studio.studio import Studio

MAX_IMAGES: Final = 1000
MAX_FORM_BYTES: Final = 128 * 1024
_ID: Final = re.compile(r"[0-9a-f]{32}")


def download_routes(
    open_studio: Callable[[], Studio], *, read_seconds: float = READ_SECONDS
) -> list[Route]:
    """The routes of downloads: an image by its id, and a ZIP of those named in `ids`.

    `ids` are separated by commas or spaces, in the URL or in a form. An id that is not the user's
    or is in the trash is left out. `zone` in the URL names the time zone of the ZIP's times. A form
    that has not arrived after `read_seconds` is refused.
    """

    async def download(request: Request) -> Response:
        return await run_or_503(_single_image, open_studio, request)

    async def export(request: Request) -> Response:
        try:
            form = await _form(request, read_seconds) if request.method == "POST" else {}
        except TimeoutError:
            headers = {**NO_STORE, "connection": "close"}  # or the rest may trickle for ever
            return PlainTextResponse("This form took too long to arrive.", 408, headers)
        if form is None:
            return PlainTextResponse("This form is too long.", 413, NO_STORE)
        lists = [*request.query_params.getlist("ids"), *form.get("ids", [])]
        ids = list(dict.fromkeys(_parse_ids(lists)))
        if len(ids) > MAX_IMAGES:
            return PlainTextResponse(f"Take {MAX_IMAGES:,} pictures at most.", 400, NO_STORE)
        strip_metadata = _strips_metadata(request) or form.get("plain") == ["1"]
        return await run_or_503(_zip, open_studio, request, ids, strip_metadata)

    return [
        Route("/app/static/downloads/{picture_id}", download),
        Route("/app/static/exports", export, methods=["GET", "POST"]),
    ]


def _single_image(open_studio: Callable[[], Studio], request: Request) -> Response:
    missing = not_found("No such picture.")
    item = next(_export_items(open_studio, request, [request.path_params["picture_id"]]), None)
    if item is None:
        return missing
    image = item.image
    as_jpeg = request.query_params.get("format") == "jpeg" and image.own_format != "jpeg"
    try:
        contents = item.read_bytes(strip_metadata=_strips_metadata(request), as_jpeg=as_jpeg)
    except StoreUnavailable:
        raise
    except OSError:  # the file is gone; the card says so
        return missing
    headers = {
        "content-disposition": _attachment(download_name(image, as_jpeg=as_jpeg)),
        **PRIVATE_IMMUTABLE,
    }
    media_type = "image/jpeg" if as_jpeg else f"image/{image.own_format}"
    return Response(contents, media_type=media_type, headers=headers)


def _zip(
    open_studio: Callable[[], Studio], request: Request, ids: list[str], strip_metadata: bool
) -> Response:
    items = _export_items(open_studio, request, ids)
    first = next(items, None)
    if first is None:
        return not_found("No such pictures.")
    now = time.time()
    zone = time_zone(request.query_params.get("zone")) or UTC
    name = f"kontext-studio-{datetime.fromtimestamp(now, zone):%Y-%m-%d}.zip"
    headers = {"content-disposition": _attachment(name), **NO_STORE}
    if request.method == "HEAD":
        return Response(media_type="application/zip", headers=headers)
    pictures = chain([first], items)
    chunks = stream_zip(pictures, strip_metadata=strip_metadata, made_at=now, zone=zone)
    begun = next(chunks)  # a store that is away is said, later it can only be cut off
    return StreamingResponse(chain([begun], chunks), media_type="application/zip", headers=headers)


def _export_items(
    open_studio: Callable[[], Studio], request: Request, ids: Iterable[str]
) -> Iterator[ExportItem]:
    """Those of the images that belong to the user of this request."""
    user_id = read_user_id(request)
    return iter(()) if user_id is None else open_studio().export_items(user_id, ids)


def _parse_ids(lists: Iterable[str]) -> Iterator[str]:
    return (id_ for text in lists for id_ in re.split(r"[,\s]+", text) if _ID.fullmatch(id_))


async def _form(request: Request, read_seconds: float) -> dict[str, list[str]] | None:
    """The fields of a URL-encoded form, or None when it is too long. Raises TimeoutError."""
    body = await read_body(request, max_bytes=MAX_FORM_BYTES, seconds=read_seconds)
    return None if body is None else parse_qs(body.decode("utf-8", "replace"))


def _strips_metadata(request: Request) -> bool:
    return request.query_params.get("plain") == "1"


def _attachment(name: str) -> str:
    """The header that makes a browser save a response under a name (RFC 6266)."""
    quoted = quote(name, safe="")
    parameter = f'filename="{name}"' if quoted == name else f"filename*=utf-8''{quoted}"
    return f"attachment; {parameter}"
