"""Reads requests: a body up to a limit, cookies, and whether a page is requested."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

READ_SECONDS: Final = 10.0  # docs/kie-api.md, Callbacks: the response is awaited for 15 s

SHARED_PREFIX: Final = "/shared/"


async def read_body(
    request: Request, *, max_bytes: int, seconds: float = READ_SECONDS
) -> bytes | None:
    """The body, or None as soon as it is too long.

    Raises TimeoutError if it has not arrived after `seconds` in all, and ClientDisconnect.
    """
    body = bytearray()
    async with asyncio.timeout(seconds):
        async for chunk in request.stream():
            body += chunk
            if len(body) > max_bytes:
                return None
    return bytes(body)


def read_cookies(scope: Scope, name: str) -> list[str]:
    """All values that the request has for this cookie; Starlette would give the last alone."""
    pairs = (
        pair.partition("=")
        for header in Headers(scope=scope).getlist("cookie")
        for pair in header.split(";")
    )
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def is_https(scope: Scope) -> bool:
    """Whether the browser used TLS."""
    return scope["scheme"] in {"https", "wss"}


def is_page_request(scope: Scope) -> bool:
    """Whether a browser navigates to a page, and no script, image or socket is requested."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")


def is_shared_page(scope: Scope, base_path: str) -> bool:
    """Whether a link is opened that somebody shares: for that nobody need be known."""
    path: str = scope["path"]
    for prefix in (scope.get("root_path", ""), base_path):
        path = path.removeprefix(prefix)
    return path.startswith(SHARED_PREFIX)
