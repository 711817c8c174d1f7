"""Clients that do not finish their requests, or do not take the responses."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.exceptions import ConnectionClosed

from components.server import raise_file_limit
from components.server.slow_clients import impatient
from tests.integration.server.conftest import SeededApp
from tests.integration.server.test_live_updates import connect_socket
from tests.support.app_server import AppServer
from tests.support.http_server import serve_routes
from tests.support.identity import new_token

TIMEOUT_S = 30
UNFINISHED = b"GET / HTTP/1.1\r\nHost: x\r\nX-More: "
WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@contextmanager
def connect(port: int, sent: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client:
        client.sendall(sent)
        yield client


def is_closed_by_server(client: socket.socket) -> bool:
    """Wait until the server closes the connection; it must send nothing before."""
    with suppress(ConnectionResetError):
        return client.recv(1) == b""
    return True


class Server:
    """Routes whose connections have short limits, and what they saw."""

    def __init__(self) -> None:
        self.left = threading.Event()

    async def answer(self, _request: Request) -> Response:
        return PlainTextResponse("whole")

    async def take_long(self, _request: Request) -> Response:
        await asyncio.sleep(1)  # longer than the limits
        return PlainTextResponse("whole")

    async def read(self, request: Request) -> Response:
        try:
            return PlainTextResponse(str(len(await request.body())))
        except ClientDisconnect:
            self.left.set()
            raise

    async def send_much(self, _request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield bytes(100_000)
                    await asyncio.sleep(0)
            finally:
                self.left.set()

        return StreamingResponse(chunks())

    @contextmanager
    def serve(self, **limits: float) -> Iterator[int]:
        """Serve the routes; yields the port."""
        routes = [
            Route("/", self.answer),
            Route("/long", self.take_long),
            Route("/read", self.read, methods=["POST"]),
            Route("/much", self.send_much),
        ]
        protocol = impatient(H11Protocol, **limits)
        with serve_routes(routes, protocol=protocol) as url:
            yield int(url.rpartition(":")[2])


@pytest.mark.parametrize("sent", [b"", b"GET", UNFINISHED])
def test_headers_that_take_too_long_end_the_connection(sent: bytes) -> None:
    with Server().serve(header_seconds=0.3) as port, connect(port, sent) as client:
        assert is_closed_by_server(client)


@pytest.mark.parametrize("sent", [b"", WHOLE])
def test_trickling_headers_have_no_longer_than_others(sent: bytes) -> None:
    """Also those of a later request on the same connection."""
    with Server().serve(header_seconds=0.3) as port, connect(port, sent) as client:
        answer = b""
        while sent and not answer.endswith(b"whole"):
            part = client.recv(10_000)
            assert part
            answer += part
        client.sendall(UNFINISHED)
        client.settimeout(0.05)
        is_closed = False
        while not is_closed:
            try:
                client.sendall(b"a")
                is_closed = client.recv(1) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                is_closed = True


def test_request_at_work_has_no_limit() -> None:
    request = WHOLE.replace(b"/ ", b"/long ", 1)
    with (
        Server().serve(header_seconds=0.2, pause_seconds=0.2) as port,
        connect(port, request) as client,
    ):
        assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_body_that_pauses_too_long_ends_the_connection() -> None:
    server = Server()
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    with server.serve(pause_seconds=0.3) as port:
        with connect(port, head + b"1234") as client:
            assert is_closed_by_server(client)
            assert server.left.wait(TIMEOUT_S)
        with connect(port, head + b"123456789") as client:
            assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_client_that_takes_nothing_of_a_response_loses_it() -> None:
    server = Server()
    with (
        server.serve(pause_seconds=0.3) as port,
        connect(port, WHOLE.replace(b"/ ", b"/much ", 1)),
    ):
        assert server.left.wait(TIMEOUT_S)


@pytest.mark.parametrize("limits", [{"per_address": 5}, {"in_all": 5}])
def test_oldest_unfinished_request_makes_room(limits: dict[str, Any]) -> None:
    with Server().serve(**limits) as port, ExitStack() as stack:
        clients = [stack.enter_context(connect(port, UNFINISHED)) for _ in range(12)]
        for client in clients[:7]:
            assert is_closed_by_server(client)
        for client in clients[7:]:
            client.sendall(b"a\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_addresses_do_not_take_each_others_room() -> None:
    with Server().serve(per_address=2) as port, ExitStack() as stack:
        other = stack.enter_context(socket.socket())
        other.settimeout(TIMEOUT_S)
        other.bind(("127.0.0.2", 0))
        other.connect(("127.0.0.1", port))
        other.sendall(UNFINISHED)
        first, *_ = [stack.enter_context(connect(port, UNFINISHED)) for _ in range(3)]
        assert is_closed_by_server(first)
        other.sendall(b"a\r\n\r\n")
        assert other.recv(100).startswith(b"HTTP/1.1 200")


def test_flood_of_unfinished_requests_leaves_the_studio_answering(seeded_app: SeededApp) -> None:
    app, before = seeded_app.app, len(seeded_app.app.log)
    with ExitStack() as stack:
        flood = [stack.enter_context(connect(app.port, UNFINISHED)) for _ in range(300)]
        assert app.client().get("/healthz").status_code == 200
        for client in flood[:200]:
            assert is_closed_by_server(client)
    for line in app.log[before:].splitlines():
        assert json.loads(line)["level"] != "error"


def test_uvicorn_alone_has_the_limits_too(uvicorn_app: AppServer) -> None:
    with ExitStack() as stack:
        flood = [stack.enter_context(connect(uvicorn_app.port, UNFINISHED)) for _ in range(101)]
        assert is_closed_by_server(flood[0])
    with connect_socket(uvicorn_app.client(new_token())) as pushes:
        assert not pushes.protocol.extensions  # compressed messages may be small and huge


def test_file_limit_is_raised_to_what_the_system_allows() -> None:
    before = soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(200, soft // 2), hard))
        raise_file_limit()
        expected = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (expected, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_socket_message_above_4_mb_closes_the_socket(seeded_app: SeededApp) -> None:
    with connect_socket(seeded_app.anna) as pushes:
        with suppress(ConnectionClosed):  # while it is sent
            pushes.send(bytes(4_000_001))
        with pytest.raises(ConnectionClosed) as closed:
            deque(iter(pushes.recv, None), maxlen=0)
    # The close frame is lost where the connection ends while the rest is still being sent.
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
