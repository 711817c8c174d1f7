"""Web servers on the loopback that behave as badly as a socket lets them."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from components.studio.safe_fetch.client import FetchError, SafeHttpClient
from tests.support.image_corpus import encoded, quarters

PICTURE = encoded(quarters(), "PNG")
PUBLIC_ADDRESS = "93.184.215.14"
URL = "http://pictures.example/cat.png"

TLS_GREETING = b"\x16"

Behaviour = Callable[[socket.socket], None]


class HostileServer:
    """Serves each connection by one function, and remembers what it was sent."""

    def __init__(self, behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.sent_bytes = 0
        self.closing = threading.Event()
        self._behaviour = behaviour
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> HostileServer:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if self._tls is not None:
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._answer(secured)
            else:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request and not request.startswith(TLS_GREETING):
            part = connection.recv(4096)
            if not part:
                return
            request += part
        self.requests.append(request)
        self._behaviour(connection)

    def connect(self, _address: str, _port: int, timeout_seconds: float) -> socket.socket:
        """Stands in for the way to a public address."""
        return socket.create_connection(("127.0.0.1", self.port), timeout_seconds)


def says(*parts: bytes) -> Behaviour:
    """Send the parts as they are, then close."""

    def behave(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return behave


def answers(
    body: bytes = PICTURE, *headers: str, status: str = "200 OK", length: int | None = None
) -> Behaviour:
    """An answer with a Content-Length, a true one unless told otherwise."""
    told = len(body) if length is None else length
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {told}", *headers))
    return says(head.encode() + b"\r\n\r\n", body)


def redirects(location: str, *, status: str = "302 Found") -> Behaviour:
    """An answer that leads elsewhere, and has no body."""
    return says(f"HTTP/1.1 {status}\r\nLocation: {location}\r\n\r\n".encode("latin-1"))


def drips(head: bytes, drop: bytes, pause_seconds: float = 0.02) -> Behaviour:
    """Send the head, then one drop after another for as long as anybody listens."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        quiet = threading.Event()
        while not quiet.wait(pause_seconds):
            connection.sendall(drop)

    return behave


def floods(head: bytes, wave: bytes) -> Behaviour:
    """Send the head, then waves without end and without pause."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(wave)

    return behave


def waits(head: bytes = b"") -> Behaviour:
    """Send the head and then nothing more, until the other side goes away."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.recv(1)

    return behave


def in_turn(steps: list[Behaviour]) -> Behaviour:
    """Serve each connection by the next of the steps, which are used up."""

    def behave(connection: socket.socket) -> None:
        steps.pop(0)(connection)

    return behave


def public(_host: str, _port: int) -> list[str]:
    """A name service for which every name is one public address."""
    return [PUBLIC_ADDRESS]


@contextmanager
def website(
    behaviour: Behaviour, *, budget_seconds: float = 10.0, max_bytes: int = 1_000_000
) -> Iterator[tuple[SafeHttpClient, HostileServer]]:
    """A hostile server that a guarded fetch takes for any public website."""
    with HostileServer(behaviour) as server:
        fetch = SafeHttpClient(
            resolve=public,
            connect=server.connect,
            budget_seconds=budget_seconds,
            max_bytes=max_bytes,
        )
        yield fetch, server


def refusal(behaviour: Behaviour, *, budget_seconds: float = 10.0) -> FetchError:
    """How a guarded fetch refuses what such a website sends."""
    with (
        website(behaviour, budget_seconds=budget_seconds, max_bytes=100_000) as (fetch, _),
        pytest.raises(FetchError) as caught,
    ):
        fetch.get(URL)
    assert caught.value.message.endswith(".")
    return caught.value
