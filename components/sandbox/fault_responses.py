"""What a fault sends instead of the response, by the last column of `faults.txt`."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from itertools import chain, repeat

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from components.sandbox.envelope import ApiResponse
from components.sandbox.faults import FAULTS

_DRIP_BYTES = 512
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


class _DroppedResponse(Response):
    """Drops the connection: at once with a reset, or after half of the body."""

    def __init__(self, part: ApiResponse | None = None) -> None:
        super().__init__()
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport: asyncio.Transport = scope[_TRANSPORT]
        if self._part is None:
            connection: socket.socket = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            transport.abort()
        else:
            whole = self._part.to_http()
            start = {"type": "http.response.start", "status": whole.status_code}
            await send({**start, "headers": whole.raw_headers})
            half = self._part.body[: len(self._part.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            transport.close()
        # uvicorn answers 500 for an application that returns before the loss was noticed.
        while (await receive())["type"] != "http.disconnect":
            pass


def _stream(
    response: ApiResponse, sleeper: Sleeper, parts: Iterable[bytes], seconds: float
) -> Response:
    async def sent() -> AsyncIterator[bytes]:
        for part in parts:
            yield part
            if not await sleeper.wait(seconds):
                return

    return StreamingResponse(sent(), media_type=response.media_type)


def _drip(response: ApiResponse, sleeper: Sleeper) -> Response:
    starts = range(0, len(response.body), _DRIP_BYTES)
    drops = (response.body[start : start + _DRIP_BYTES] for start in starts)
    return _stream(response, sleeper, drops, 0.25)


def _flood(response: ApiResponse, sleeper: Sleeper) -> Response:
    return _stream(response, sleeper, chain([response.body], repeat(bytes(65_536))), 0.01)


def _cut(response: ApiResponse, _sleeper: Sleeper) -> Response:
    return ApiResponse(response.body[: len(response.body) // 2], response.media_type).to_http()


def _mislabel(response: ApiResponse, _sleeper: Sleeper) -> Response:
    other = "image/jpeg" if response.media_type == "image/png" else "image/png"
    return ApiResponse(response.body, other).to_http()


def _page(status: int, title: str) -> Response:
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(text, status, media_type="text/html")


def _json(status: int, text: str) -> Response:
    headers = (("Retry-After", "2"),) if status == 429 else ()
    return ApiResponse(text.encode(), status=status, headers=headers).to_http()


_WRITTEN = {"page": _page, "json": _json}
_MADE: Mapping[str, Callable[[ApiResponse, Sleeper], Response]] = {
    "reset": lambda _response, _sleeper: _DroppedResponse(),
    "drop": lambda response, _sleeper: _DroppedResponse(response),
    "cut": _cut,
    "drip": _drip,
    "flood": _flood,
    "mislabel": _mislabel,
}


async def apply_fault(fault: str | None, response: ApiResponse, sleeper: Sleeper) -> Response:
    """Return what `faults.txt` says to send instead of the response; without a fault itself."""
    verb, *said = FAULTS[fault].sends.split(" ", 2) if fault else ("",)
    if verb == "hold":
        await sleeper.wait(sleeper.hold_seconds)
    if verb in ("", "hold"):
        return response.to_http()
    if verb in _WRITTEN:
        status, text = said
        return _WRITTEN[verb](int(status), text)
    return _MADE[verb](response, sleeper)
