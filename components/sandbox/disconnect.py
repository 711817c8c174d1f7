"""Drops a connection from inside an ASGI app; ASGI itself has no message for that."""

import asyncio
import socket
import struct

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_TRANSPORT = "sandbox.transport"
# Linger on, for no time: close() then sends a reset instead of a polite end.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class DisconnectableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, whose requests know the transport they came by."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        inner = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope[_TRANSPORT] = transport
            await inner(scope, receive, send)

        self.app = with_transport


async def disconnect(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """End the request's connection, by a reset or after what was already sent has left."""
    transport: asyncio.Transport = scope[_TRANSPORT]
    if reset:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    else:
        transport.close()
    # uvicorn answers 500 for an application that returns before the loss was noticed.
    await until_disconnected(receive)


async def until_disconnected(receive: Receive) -> None:
    """Wait until the connection is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
