"""How a fault spoils an answer on the wire: one table from a fault's name to what it sends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from components.sandbox.envelope import (
    CONTENT_REFUSED,
    NO_CREDIT,
    TOO_OFTEN,
    Answer,
    Refused,
    json_answer,
    success,
)
from components.sandbox.severing import sever

_DRIP_BYTES = 512
_DRIP_SECONDS = 0.25
_FLOOD_BYTES = 65_536
_FLOOD_SECONDS = 0.01


class Patience:
    """Waiting that ends early when the sandbox closes."""

    def __init__(self, hold_seconds: float) -> None:
        self.hold_seconds = hold_seconds
        self.closing = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Wait so many seconds; False when the sandbox closes meanwhile."""
        try:
            await asyncio.wait_for(self.closing.wait(), seconds)
        except TimeoutError:
            return True
        return False


class _Severed(Response):
    """Ends the connection: at once with a reset, or gently after a part of the body."""

    def __init__(self, part: Answer | None = None) -> None:
        super().__init__()
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._part is not None:
            whole = self._part.response()
            await send(
                {
                    "type": "http.response.start",
                    "status": whole.status_code,
                    "headers": whole.raw_headers,
                }
            )
            half = self._part.body[: len(self._part.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
        await sever(scope, receive, reset=self._part is None)


class _Held(Response):
    """Keeps the true answer back until patience, caller or sandbox ends."""

    def __init__(self, answer: Answer, patience: Patience) -> None:
        super().__init__()
        self._answer = answer
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hold = asyncio.create_task(self._patience.wait(self._patience.hold_seconds))
        gone = asyncio.create_task(_disconnected(receive))
        await asyncio.wait({hold, gone}, return_when=asyncio.FIRST_COMPLETED)
        for waiting in (hold, gone):
            waiting.cancel()
        await self._answer.response()(scope, receive, send)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _page(status: int, title: str) -> Response:
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(text, status, media_type="text/html")


def _cut(answer: Answer) -> Response:
    return Answer(answer.body[: len(answer.body) // 2], answer.media_type).response()


def _relabelled(answer: Answer) -> Response:
    other = "image/jpeg" if answer.media_type == "image/png" else "image/png"
    return Answer(answer.body, other).response()


def _drip(answer: Answer, patience: Patience) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        for start in range(0, len(answer.body), _DRIP_BYTES):
            yield answer.body[start : start + _DRIP_BYTES]
            if not await patience.wait(_DRIP_SECONDS):
                return

    return StreamingResponse(drops(), media_type=answer.media_type)


def _flood(answer: Answer, patience: Patience) -> Response:
    async def flood() -> AsyncIterator[bytes]:
        yield answer.body
        while await patience.wait(_FLOOD_SECONDS):
            yield bytes(_FLOOD_BYTES)

    return StreamingResponse(flood(), media_type=answer.media_type)


def _limited_http() -> Response:
    envelope = Refused(429, TOO_OFTEN).answer()
    return Answer(envelope.body, status=429, headers=(("Retry-After", "2"),)).response()


_UPLOAD_REFUSED = {"success": False, "code": 401, "msg": "Unauthorized"}

_BREAKS: Mapping[str, Callable[[Answer, Patience], Response]] = {
    "refused-at-once": lambda _a, _p: Refused(400, CONTENT_REFUSED).answer().response(),
    "create-dropped": lambda _a, _p: _Severed(),
    "rate-limited": lambda _a, _p: Refused(429, TOO_OFTEN).answer().response(),
    "rate-limited-http": lambda _a, _p: _limited_http(),
    "no-credit-500": lambda _a, _p: Refused(500, NO_CREDIT).answer().response(),
    "maintenance": lambda _a, _p: (
        Refused(455, "The service is under maintenance").answer().response()
    ),
    "create-lost": lambda _a, _p: _Severed(),
    "create-timeout": _Held,
    "create-html": lambda _a, _p: _page(502, "502 Bad Gateway"),
    "create-cut": lambda answer, _p: _cut(answer),
    "create-no-id": lambda _a, _p: success({}).response(),
    "query-html": lambda _a, _p: _page(502, "502 Bad Gateway"),
    "query-cut": lambda answer, _p: _cut(answer),
    "query-500": lambda _a, _p: Refused(500, "Server exception").answer().response(),
    "result-html": lambda _a, _p: _page(200, "One moment please"),
    "result-403": lambda _a, _p: _page(403, "403 Forbidden"),
    "result-404": lambda _a, _p: _page(404, "404 Not Found"),
    "result-cut": lambda answer, _p: _Severed(answer),
    "result-slow": _drip,
    "result-endless": _flood,
    "result-mislabelled": lambda answer, _p: _relabelled(answer),
    "upload-down": lambda _a, _p: _page(503, "503 Service Unavailable"),
    "upload-401": lambda _a, _p: json_answer(_UPLOAD_REFUSED, 401).response(),
}


def spoil(fault: str | None, answer: Answer, patience: Patience) -> Response:
    """The answer as this fault leaves it; unspoilt when there is none."""
    return answer.response() if fault is None else _BREAKS[fault](answer, patience)
