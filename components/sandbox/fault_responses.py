"""What each fault sends instead of the response: one table by the fault's name."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from components.sandbox import envelope
from components.sandbox.envelope import ApiError, ApiResponse, json_response, success

_DRIP_BYTES = 512
_DRIP_SECONDS = 0.25
_FLOOD_BYTES = 65_536
_FLOOD_SECONDS = 0.01
_TRANSPORT = "sandbox.transport"
# Linger on, for no time: close() then sends a reset instead of a polite end.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


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


class DisconnectableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, whose requests know the transport they came by."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        inner = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope[_TRANSPORT] = transport
            await inner(scope, receive, send)

        self.app = with_transport


async def _disconnect(scope: Scope, receive: Receive, *, reset: bool) -> None:
    transport: asyncio.Transport = scope[_TRANSPORT]
    if reset:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    else:
        transport.close()
    # uvicorn answers 500 for an application that returns before the loss was noticed.
    while (await receive())["type"] != "http.disconnect":
        pass


class _DroppedResponse(Response):
    """Drops the connection: at once with a reset, or after half of the body."""

    def __init__(self, part: ApiResponse | None = None) -> None:
        super().__init__()
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._part is not None:
            whole = self._part.to_http()
            start = {"type": "http.response.start", "status": whole.status_code}
            await send({**start, "headers": whole.raw_headers})
            half = self._part.body[: len(self._part.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
        await _disconnect(scope, receive, reset=self._part is None)


class _HangingResponse(Response):
    """Holds the response back until time is up or the sandbox closes."""

    def __init__(self, response: ApiResponse, sleeper: Sleeper) -> None:
        super().__init__()
        self._response = response
        self._sleeper = sleeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._sleeper.wait(self._sleeper.hold_seconds)
        await self._response.to_http()(scope, receive, send)


def _cut_body(response: ApiResponse, _sleeper: Sleeper) -> Response:
    return ApiResponse(response.body[: len(response.body) // 2], response.media_type).to_http()


def _mislabelled(response: ApiResponse, _sleeper: Sleeper) -> Response:
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


def _error(code: int, msg: str) -> Callable[[ApiResponse, Sleeper], Response]:
    return lambda _response, _sleeper: ApiError(code, msg).response().to_http()


def _page(status: int, title: str) -> Callable[[ApiResponse, Sleeper], Response]:
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return lambda _response, _sleeper: Response(text, status, media_type="text/html")


def _limited_http(_response: ApiResponse, _sleeper: Sleeper) -> Response:
    body = ApiError(429, envelope.TOO_OFTEN).response().body
    return ApiResponse(body, status=429, headers=(("Retry-After", "2"),)).to_http()


_UNAUTHORIZED = {"success": False, "code": 401, "msg": "Unauthorized"}
_FAULTS: Mapping[str, Callable[[ApiResponse, Sleeper], Response]] = {
    "refused-at-once": _error(400, envelope.CONTENT_POLICY),
    "create-dropped": lambda _r, _s: _DroppedResponse(),
    "rate-limited": _error(429, envelope.TOO_OFTEN), "rate-limited-http": _limited_http,
    "no-credit-500": _error(500, envelope.NO_CREDIT),
    "maintenance": _error(455, "The service is under maintenance"),
    "create-lost": lambda _r, _s: _DroppedResponse(), "create-timeout": _HangingResponse,
    "create-html": _page(502, "502 Bad Gateway"), "create-cut": _cut_body,
    "create-no-id": lambda _r, _s: success({}).to_http(),
    "query-html": _page(502, "502 Bad Gateway"), "query-cut": _cut_body,
    "query-500": _error(500, "Server exception"), "result-html": _page(200, "One moment please"),
    "result-403": _page(403, "403 Forbidden"), "result-404": _page(404, "404 Not Found"),
    "result-cut": lambda response, _s: _DroppedResponse(response), "result-slow": _slow_body,
    "result-endless": _endless_body, "result-mislabelled": _mislabelled,
    "upload-down": _page(503, "503 Service Unavailable"),
    "upload-401": lambda _r, _s: json_response(_UNAUTHORIZED, 401).to_http(),
}  # fmt: skip


def apply_fault(fault: str | None, response: ApiResponse, sleeper: Sleeper) -> Response:
    """Return the HTTP response with this fault applied; unchanged when there is none."""
    return response.to_http() if fault is None else _FAULTS[fault](response, sleeper)
