"""How a fault spoils an answer on the wire: one table from a fault's name to what it sends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from components.sandbox.disconnect import disconnect
from components.sandbox.envelope import (
    CONTENT_POLICY,
    NO_CREDIT,
    TOO_OFTEN,
    ApiError,
    ApiResponse,
    json_response,
    success,
)

_DRIP_BYTES = 512
_DRIP_SECONDS = 0.25
_FLOOD_BYTES = 65_536
_FLOOD_SECONDS = 0.01


class Sleeper:
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


class _DroppedResponse(Response):
    """Ends the connection: at once with a reset, or gently after a part of the body."""

    def __init__(self, part: ApiResponse | None = None) -> None:
        super().__init__()
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._part is not None:
            whole = self._part.to_http()
            await send(
                {
                    "type": "http.response.start",
                    "status": whole.status_code,
                    "headers": whole.raw_headers,
                }
            )
            half = self._part.body[: len(self._part.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
        await disconnect(scope, receive, reset=self._part is None)


class _HangingResponse(Response):
    """Keeps the true answer back until patience, caller or sandbox ends."""

    def __init__(self, response: ApiResponse, sleeper: Sleeper) -> None:
        super().__init__()
        self._response = response
        self._sleeper = sleeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hold = asyncio.create_task(self._sleeper.wait(self._sleeper.hold_seconds))
        gone = asyncio.create_task(_disconnected(receive))
        await asyncio.wait({hold, gone}, return_when=asyncio.FIRST_COMPLETED)
        for waiting in (hold, gone):
            waiting.cancel()
        await self._response.to_http()(scope, receive, send)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _html_page(status: int, title: str) -> Response:
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(text, status, media_type="text/html")


def _cut_body(response: ApiResponse) -> Response:
    return ApiResponse(response.body[: len(response.body) // 2], response.media_type).to_http()


def _mislabelled(response: ApiResponse) -> Response:
    other = "image/jpeg" if response.media_type == "image/png" else "image/png"
    return ApiResponse(response.body, other).to_http()


def _slow_body(response: ApiResponse, sleeper: Sleeper) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        for start in range(0, len(response.body), _DRIP_BYTES):
            yield response.body[start : start + _DRIP_BYTES]
            if not await sleeper.wait(_DRIP_SECONDS):
                return

    return StreamingResponse(drops(), media_type=response.media_type)


def _endless_body(response: ApiResponse, sleeper: Sleeper) -> Response:
    async def flood() -> AsyncIterator[bytes]:
        yield response.body
        while await sleeper.wait(_FLOOD_SECONDS):
            yield bytes(_FLOOD_BYTES)

    return StreamingResponse(flood(), media_type=response.media_type)


def _limited_http() -> Response:
    envelope = ApiError(429, TOO_OFTEN).response()
    return ApiResponse(envelope.body, status=429, headers=(("Retry-After", "2"),)).to_http()


_UPLOAD_UNAUTHORIZED = {"success": False, "code": 401, "msg": "Unauthorized"}

_FAULTS: Mapping[str, Callable[[ApiResponse, Sleeper], Response]] = {
    "refused-at-once": lambda _a, _p: ApiError(400, CONTENT_POLICY).response().to_http(),
    "create-dropped": lambda _a, _p: _DroppedResponse(),
    "rate-limited": lambda _a, _p: ApiError(429, TOO_OFTEN).response().to_http(),
    "rate-limited-http": lambda _a, _p: _limited_http(),
    "no-credit-500": lambda _a, _p: ApiError(500, NO_CREDIT).response().to_http(),
    "maintenance": lambda _a, _p: (
        ApiError(455, "The service is under maintenance").response().to_http()
    ),
    "create-lost": lambda _a, _p: _DroppedResponse(),
    "create-timeout": _HangingResponse,
    "create-html": lambda _a, _p: _html_page(502, "502 Bad Gateway"),
    "create-cut": lambda response, _p: _cut_body(response),
    "create-no-id": lambda _a, _p: success({}).to_http(),
    "query-html": lambda _a, _p: _html_page(502, "502 Bad Gateway"),
    "query-cut": lambda response, _p: _cut_body(response),
    "query-500": lambda _a, _p: ApiError(500, "Server exception").response().to_http(),
    "result-html": lambda _a, _p: _html_page(200, "One moment please"),
    "result-403": lambda _a, _p: _html_page(403, "403 Forbidden"),
    "result-404": lambda _a, _p: _html_page(404, "404 Not Found"),
    "result-cut": lambda response, _p: _DroppedResponse(response),
    "result-slow": _slow_body,
    "result-endless": _endless_body,
    "result-mislabelled": lambda response, _p: _mislabelled(response),
    "upload-down": lambda _a, _p: _html_page(503, "503 Service Unavailable"),
    "upload-401": lambda _a, _p: json_response(_UPLOAD_UNAUTHORIZED, 401).to_http(),
}


def apply_fault(fault: str | None, response: ApiResponse, sleeper: Sleeper) -> Response:
    """The answer as this fault leaves it; unspoilt when there is none."""
    return response.to_http() if fault is None else _FAULTS[fault](response, sleeper)
