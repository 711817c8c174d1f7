"""The envelope of every task API response (docs/kie-api.md, Ground rules)."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

NO_CREDIT = "Credits insufficient : the balance does not cover this picture. Please top up."
TOO_OFTEN = "Your call frequency is too high. Please try again later."
NO_RECORD = "The record does not exist"


@dataclass(frozen=True)
class ApiResponse:
    """A response before a fault is applied to it."""

    body: bytes
    media_type: str = "application/json;charset=UTF-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def to_http(self) -> Response:
        """Return the HTTP response without any fault."""
        return Response(self.body, self.status, dict(self.headers), self.media_type)


class ApiError(Exception):
    """An error; each host says it in its own way (docs/kie-api.md, Codes, Uploads)."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg

    def response(self, status: int = 200) -> ApiResponse:
        """Return the envelope of this error; that of a 401 has no `data`."""
        data = {} if self.code == 401 else {"data": None}
        return json_response({"code": self.code, "msg": self.msg, **data}, status)


def success(data: Any) -> ApiResponse:
    """Return the envelope of a success."""
    return json_response({"code": 200, "msg": "success", "data": data})


def json_response(document: Any, status: int = 200) -> ApiResponse:
    """Return JSON in ASCII: half a surrogate pair in a prompt cannot be encoded otherwise."""
    return ApiResponse(json.dumps(document, separators=(",", ":")).encode(), status=status)
