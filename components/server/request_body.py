"""Reads a request's body up to a limit."""

from __future__ import annotations

from starlette.requests import Request


async def read_body(request: Request, *, max_bytes: int) -> bytes | None:
    """The body, or None as soon as it is too long. Raises ClientDisconnect."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            return None
    return bytes(body)
