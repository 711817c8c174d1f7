"""The scripts of the pages. They are the same for everybody, and never change under their path."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


def script_routes(address: str, scripts: Mapping[str, bytes]) -> list[Route]:
    """The route of the scripts, given by their paths under an address."""

    async def script(request: Request) -> Response:
        text = scripts.get(request.path_params["path"])
        if text is None:  # of another version of the app: the page must be loaded anew
            return PlainTextResponse("No such script.", 404, {"cache-control": "no-store"})
        return Response(text, media_type="text/javascript", headers=_FOR_EVER)

    return [Route(f"{address}/{{path:path}}", script)]
