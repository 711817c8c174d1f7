"""Scripts and styles of the pages. They are public, and never change under their path."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.server.responses import PUBLIC_IMMUTABLE, not_found

_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}


def frontend_asset_routes(base_url: str, files: Mapping[str, bytes]) -> list[Route]:
    """The route of these files, given by their paths below a URL, which is relative."""

    @cache
    def compressed(path: str) -> bytes:
        return gzip.compress(files[path], mtime=0)

    async def file(request: Request) -> Response:
        path = request.path_params["path"]
        if path not in files:  # of another version of the app: the page must be reloaded
            return not_found("No such file.")
        media_type = _MEDIA_TYPES[PurePosixPath(path).suffix]
        headers = {**PUBLIC_IMMUTABLE, "vary": "accept-encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(files[path], media_type=media_type, headers=headers)
        headers["content-encoding"] = "gzip"
        return Response(compressed(path), media_type=media_type, headers=headers)

    return [Route(f"/{base_url}/{{path:path}}", file)]
