"""A TCP proxy that a test can cut off from its server, and that can fail as S3 stores do."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STALL_TIMEOUT_S = 60.0
AWAY, SILENT = "away", "silent"


class BreakableProxy:
    """Passes connections to a server of this machine, or fails as it is told. Thread-safe.

    The client must speak first. Each connection of HTTP has one request: the next one may fail.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._answer: str | tuple[int, str] | None = None
        self._methods: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.stall_after: int | None = None
        """So many bytes of an answer are passed on, and no more until `let_go` is set."""
        self.let_go = threading.Event()
        self.requests: list[str] = []
        """The first lines of what came in, one for each connection."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def fail(self, how: str | tuple[int, str], *methods: str) -> None:
        """End all connections. From now on: AWAY, SILENT, or an HTTP status and an S3 code.

        With methods of HTTP, only these fail.
        """
        with self._lock:
            self._answer, self._methods = how, methods
            self._end_all()

    def work(self) -> None:
        """Pass everything on again."""
        with self._lock:
            self._answer = None
            self._end_all()
        self.let_go.set()

    def close(self) -> None:
        """Stop for good."""
        self.fail(AWAY)
        self.let_go.set()
        # Closing alone would not wake the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _end_all(self) -> None:
        for end in self._open:
            _end(end)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
        with client, suppress(OSError):
            head = client.recv(65_536)
            self.requests.append(head.split(b"\r\n", 1)[0].decode("latin-1"))
            # What is passed on is open before the next `fail`, which ends it then.
            with self._lock:
                answer = self._answer_to(head)
                server = self._connect() if answer is None else None
            if server is not None:
                self._pass_on(client, server, head)
            elif answer == SILENT:
                while client.recv(65_536):
                    pass
            elif isinstance(answer, tuple):
                _refuse(client, head, *answer)
        with self._lock:
            self._open.discard(client)

    def _answer_to(self, head: bytes) -> str | tuple[int, str] | None:
        is_failing = not self._methods or head.split(b" ", 1)[0].decode("latin-1") in self._methods
        return self._answer if is_failing else None

    def _connect(self) -> socket.socket:
        server = socket.create_connection(("127.0.0.1", self._server_port))
        self._open.add(server)
        return server

    def _pass_on(self, client: socket.socket, server: socket.socket, head: bytes) -> None:
        with server, suppress(OSError):
            server.sendall(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            threading.Thread(target=_pump, args=(client, server), daemon=True).start()
            sent = 0
            while data := server.recv(16_384):
                client.sendall(data)
                sent += len(data)
                if self.stall_after is not None and sent > self.stall_after:
                    self.let_go.wait(STALL_TIMEOUT_S)
        _end(client)  # closing alone would not tell it while `_pump` waits for it
        with self._lock:
            self._open.discard(server)


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Pass bytes on until one end is gone; then the other one is told."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    _end(target)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        connection.shutdown(socket.SHUT_RDWR)


def _refuse(client: socket.socket, head: bytes, status: int, code: str) -> None:
    """Read the whole request, as a store does, and refuse it."""
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    wanted = int(length[1]) if length else 0
    got = len(head.partition(b"\r\n\r\n")[2])
    while got < wanted and (data := client.recv(65_536)):
        got += len(data)
    code, _, message = code.partition(": ")
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    client.sendall(
        f"HTTP/1.1 {status} No\r\ncontent-type: application/xml\r\nconnection: close\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}".encode()
    )


@contextmanager
def breakable_proxy(server_port: int) -> Iterator[BreakableProxy]:
    """Run a proxy before the server at this port of 127.0.0.1."""
    proxy = BreakableProxy(server_port)
    try:
        yield proxy
    finally:
        proxy.close()
