"""A hostile website on loopback: a raw socket server with one behavior per test."""

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

Behavior = Callable[[socket.socket], None]


class HostileServer:
    """Serves each connection with one function and records the requests."""

    def __init__(self, behavior: Behavior, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.sent_bytes = 0
        self.closing = threading.Event()
        self._behavior = behavior
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
            thread.join(60)

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
        self._behavior(connection)

    def connect(self, _address: str, _port: int, timeout_seconds: float) -> socket.socket:
        """A Connector that reaches this server instead of the resolve_to_public address."""
        return socket.create_connection(("127.0.0.1", self.port), timeout_seconds)


def sends(*parts: bytes) -> Behavior:
    """Send the parts unchanged, then close."""

    def behave(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return behave


def responds(
    body: bytes = PICTURE, *headers: str, status: str = "200 OK", length: int | None = None
) -> Behavior:
    """A response with a Content-Length, correct unless `length` is given."""
    content_length = len(body) if length is None else length
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {content_length}", *headers))
    return sends(head.encode() + b"\r\n\r\n", body)


def redirects(location: str, *, status: str = "302 Found") -> Behavior:
    """A redirect without a body."""
    return sends(f"HTTP/1.1 {status}\r\nLocation: {location}\r\n\r\n".encode("latin-1"))


def drips(head: bytes, piece: bytes, pause_seconds: float = 0.02) -> Behavior:
    """Send the head, then small pieces without end, with pauses."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        never = threading.Event()
        while not never.wait(pause_seconds):
            connection.sendall(piece)

    return behave


def floods(head: bytes, piece: bytes) -> Behavior:
    """Send the head, then pieces without end and without pause."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return behave


def stalls(head: bytes = b"") -> Behavior:
    """Send the head, then nothing until the client disconnects."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.recv(1)

    return behave


def in_sequence(steps: list[Behavior]) -> Behavior:
    """Serve each connection with the next of the steps and remove it."""

    def behave(connection: socket.socket) -> None:
        steps.pop(0)(connection)

    return behave


def resolve_to_public(_host: str, _port: int) -> list[str]:
    """A Resolver for which every host has one resolve_to_public address."""
    return [PUBLIC_ADDRESS]


@contextmanager
def website(
    behavior: Behavior, *, budget_seconds: float = 60.0, max_bytes: int = 1_000_000
) -> Iterator[tuple[SafeHttpClient, HostileServer]]:
    """A client for which the hostile server is every resolve_to_public website."""
    with HostileServer(behavior) as server:
        client = SafeHttpClient(
            resolver=resolve_to_public,
            connect=server.connect,
            budget_seconds=budget_seconds,
            max_bytes=max_bytes,
        )
        yield client, server


def fetch_error(behavior: Behavior, *, budget_seconds: float = 60.0) -> FetchError:
    """The error that a client raises for such a website."""
    with (
        website(behavior, budget_seconds=budget_seconds, max_bytes=100_000) as (client, _),
        pytest.raises(FetchError) as caught,
    ):
        client.get_image(URL)
    assert caught.value.message.endswith(".")
    return caught.value
