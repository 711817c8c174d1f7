"""An HTTP server on loopback that misbehaves as the name of the route says.

The first segment of the path is the route: `server.url_of("reset_after_request")` is a base URL.
"""

import json
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

TASK_ID = "e730dcfe4e5d59332daf52c08a960085"


@dataclass(frozen=True)
class ReceivedRequest:
    """A request that was received completely."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> dict[str, object]:
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


Route = Callable[[socket.socket, threading.Event], None]


def http_response(
    body: bytes,
    *,
    status: int = 200,
    kind: str = "application/json",
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """The bytes of an HTTP response; `length` may give a wrong Content-Length."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}"]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def envelope(data: object, *, code: object = 200, msg: object = "success") -> bytes:
    return json.dumps({"code": code, "msg": msg, "data": data}).encode()


ACCEPTED = envelope({"taskId": TASK_ID})


class HostileServer:
    """Runs in a thread until closed; `received` are the complete requests, in order."""

    def __init__(self) -> None:
        self.received: list[ReceivedRequest] = []
        self.connections = 0
        self.tls_hello_route = "not_tls"
        self.closing = threading.Event()
        self.body_read_delay_s = 0.0
        self._answers: dict[str, bytes] = {}
        self._later_routes: dict[str, str | None] = {}
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer._handle(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,))
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url_of(self, route: str) -> str:
        """The base URL of this route."""
        assert route in ROUTES, route
        return f"http://127.0.0.1:{self.port}/{route}"

    def url_answering(self, raw: bytes, *, then: str | None = None) -> str:
        """A base URL that answers every request with these bytes.

        `then`: the route for later requests on the same connection.
        """
        name = f"answer-{len(self._answers)}"
        self._answers[name] = raw
        self._later_routes[name] = then
        return f"http://127.0.0.1:{self.port}/{name}"

    def _handle(self, connection: socket.socket) -> None:
        self.connections += 1
        number = self.connections
        answered = False
        connection.settimeout(10)
        try:
            while (seen := self._read(connection, number)) is not None:
                self.received.append(seen)
                route = seen.path.split("/")[1] if seen.path.startswith("/") else "proxied"
                if seen.method == "HELLO":
                    route = self.tls_hello_route
                if answered:
                    route = self._later_routes[route] or route
                if route in self._answers:
                    answered = True
                    connection.sendall(self._answers[route])
                    if seen.headers.get("connection") == "close":
                        return
                else:
                    ROUTES[route](connection, self.closing)
                    return
        except OSError:
            return  # the client closed the connection, as in many tests

    def _read(self, connection: socket.socket, number: int) -> ReceivedRequest | None:
        head = b""
        while b"\r\n\r\n" not in head:
            block = connection.recv(65536)
            if not block:
                return None
            head += block
            if head[:1] == b"\x16":  # a TLS ClientHello instead of HTTP
                return ReceivedRequest("HELLO", "/hello", {}, b"", number)
        head, _, body = head.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, value in (line.split(":", 1) for line in rest)
        }
        time.sleep(self.body_read_delay_s)
        while len(body) < int(headers.get("content-length", 0)):
            block = connection.recv(1 << 20)
            if not block:
                return None
            body += block
        method, path, _ = first.split(" ")
        return ReceivedRequest(method, path, headers, body, number)


def _reset(connection: socket.socket, _: threading.Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _hang_up(_: socket.socket, __: threading.Event) -> None:
    return


def _never_answer(_: socket.socket, closing: threading.Event) -> None:
    closing.wait(30)


def _sends(raw: bytes) -> Route:
    def route(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(raw)

    return route


def _drip(raw: bytes) -> Route:
    """Send one byte every 50 ms: each read succeeds, and the response never ends."""

    def route(connection: socket.socket, closing: threading.Event) -> None:
        for byte in raw:
            if closing.is_set():
                return
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    return route


def _endless(connection: socket.socket, closing: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not closing.is_set():
        connection.sendall(b" " * 65536)


def _endless_redirect(connection: socket.socket, closing: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n")
    while not closing.is_set():
        connection.sendall(b" " * 65536)


def _tunnel_refused(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")


def _continue_forever(connection: socket.socket, closing: threading.Event) -> None:
    while not closing.is_set():
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def _kept_open(connection: socket.socket, closing: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + ACCEPTED)
    _never_answer(connection, closing)


PAGE = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"

ROUTES: dict[str, Route] = {
    "reset_after_request": _reset,
    "hang_up_after_request": _hang_up,
    "never_answer": _never_answer,
    "not_tls": _sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "reset_tls": _reset,
    "never_answer_tls": _never_answer,
    "not_http": _sends(b"\x00\xff garbage\r\n\r\n"),
    "cut_json": _sends(http_response(ACCEPTED[:20], length=len(ACCEPTED))),
    "cut_json_of_right_length": _sends(http_response(ACCEPTED[:20])),
    "cut_after_last_bracket": _sends(http_response(ACCEPTED, length=len(ACCEPTED) + 2)),
    "cut_chunk": _sends(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + ACCEPTED[:20]
    ),
    "kept_open_after_whole_json": _kept_open,
    "broken_gzip": _sends(http_response(ACCEPTED, headers={"Content-Encoding": "gzip"})),
    "drip_headers": _drip(b"HTTP/1.1 200 OK\r\n" + b"X-Drip: drip\r\n" * 200),
    "drip_body": _drip(http_response(b" " * 5000)),
    "drip_last_body": _drip(http_response(b" " * 5000, headers={"Connection": "close"})),
    "continue_for_ever": _continue_forever,
    "endless_body": _endless,
    "endless_redirect": _endless_redirect,
    "tunnel_refused": _tunnel_refused,
    "proxied": _reset,
}
