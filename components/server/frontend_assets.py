"""Scripts and styles of the pages. They are everybody's, and never change under their path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from components.server.cache_headers import KEPT_BY_ALL, NOT_KEPT

_TYPES = {".js": "text/javascript", ".css": "text/css"}


def browser_file_routes(address: str, files: Mapping[str, bytes]) -> list[Route]:
    """The route of these files, given by their paths under an address."""

    async def file(request: Request) -> Response:
        path = request.path_params["path"]
        if path not in files:  # of another version of the app: the page must be loaded anew
            return PlainTextResponse("No such file.", 404, NOT_KEPT)
        kind = _TYPES[PurePosixPath(path).suffix]
        return Response(files[path], media_type=kind, headers=KEPT_BY_ALL)

    return [Route(f"{address}/{{path:path}}", file)]
