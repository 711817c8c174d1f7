"""The envelope that every answer of the task API is wrapped in (contract.md §1)."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

CONTENT_REFUSED = "Your prompt was flagged by Website as violating content policies."
NO_CREDIT = "Credits insufficient : the balance does not cover this picture. Please top up."
TOO_OFTEN = "Your call frequency is too high. Please try again later."
NO_RECORD = "The record does not exist"


@dataclass(frozen=True)
class Answer:
    """What the service means to say, before a fault spoils it."""

    body: bytes
    media_type: str = "application/json"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def response(self) -> Response:
        """This answer, unspoilt."""
        return Response(self.body, self.status, dict(self.headers), self.media_type)


class Refused(Exception):
    """The service says no with this code and text, under HTTP 200 (contract.md §1, §4)."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(f"{code} {msg}")
        self.code = code
        self.msg = msg

    def answer(self) -> Answer:
        """The envelope of this refusal; that of a 401 has no `data` at all."""
        if self.code == 401:
            return json_answer({"code": 401, "msg": self.msg})
        return json_answer({"code": self.code, "msg": self.msg, "data": None})


def success(data: Any) -> Answer:
    """The envelope of a success."""
    return json_answer({"code": 200, "msg": "success", "data": data})


def json_answer(document: Any, status: int = 200) -> Answer:
    """A JSON text in ASCII, so that half a surrogate pair in a prompt cannot break it."""
    return Answer(json.dumps(document, separators=(",", ":")).encode(), status=status)
