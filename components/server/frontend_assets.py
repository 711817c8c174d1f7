"""Scripts and styles of the pages. They are public, and never change under their path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from components.server.cache_headers import NO_STORE, PUBLIC_IMMUTABLE

_TYPES = {".js": "text/javascript", ".css": "text/css"}


def frontend_asset_routes(address: str, files: Mapping[str, bytes]) -> list[Route]:
    """The route of these files, given by their paths below a URL."""

    async def file(request: Request) -> Response:
        path = request.path_params["path"]
        if path not in files:  # of another version of the app: the page must be reloaded
            return PlainTextResponse("No such file.", 404, NO_STORE)
        kind = _TYPES[PurePosixPath(path).suffix]
        return Response(files[path], media_type=kind, headers=PUBLIC_IMMUTABLE)

    return [Route(f"{address}/{{path:path}}", file)]
