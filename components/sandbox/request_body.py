"""Reads request bodies up to a size limit."""

import json
from typing import Any

from starlette.requests import Request
from starlette.types import Message

from components.sandbox.envelope import ApiError


def limit_body(request: Request, most_bytes: int) -> Request:
    """The same request, whose body raises ApiError once more than `most_bytes` have come."""
    come = 0

    async def receive() -> Message:
        nonlocal come
        message = await request.receive()
        come += len(message.get("body", b""))
        if come > most_bytes:
            raise ApiError(422, f"the body is larger than {most_bytes} bytes")
        return message

    return Request(request.scope, receive)


async def read_json(request: Request, most_bytes: int) -> Any:
    """The decoded JSON body. Raises ApiError (422)."""
    text = await limit_body(request, most_bytes).body()
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ApiError(422, "the body is no JSON text") from problem
