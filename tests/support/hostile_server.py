"""A loopback server whose routes fail as their names say.

The first path segment names the route, so `server.url_of("reset_after_request")` is a base URL.
A route that never ends by itself ends with the server, so only the client can end the call.
"""

import json
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

TASK_ID = "e730dcfe4e5d59332daf52c08a960085"


@dataclass(frozen=True)
class ReceivedRequest:
    """A request that arrived completely."""

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
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """Return the bytes of a response; `length` overrides the true Content-Length."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {content_type}"]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def envelope(data: object, *, code: object = 200, msg: object = "success") -> bytes:
    return json.dumps({"code": code, "msg": msg, "data": data}).encode()


ACCEPTED = envelope({"taskId": TASK_ID})


class HostileServer:
    """Runs in a thread until closed. `received`: the complete requests, in order.

    `tls_hello_route`: the route for a TLS handshake.
    `body_read_delay_s`: seconds between reading a request's headers and its body.
    """

    def __init__(self) -> None:
        self.received: list[ReceivedRequest] = []
        self.connections = 0
        self.tls_hello_route = "not_tls"
        self.closing = threading.Event()
        self.body_read_delay_s = 0.0
        self._responses: dict[str, bytes] = {}
        self._next_routes: dict[str, str | None] = {}
        hostile_server = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                hostile_server._handle(self.request)

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
        """Return the base URL at which this route handles every call."""
        assert route in ROUTES, route
        return f"http://127.0.0.1:{self.port}/{route}"

    def url_answering(self, raw: bytes, *, then: str | None = None) -> str:
        """Return the base URL at which every call is answered with these bytes.

        `then`: the route for further requests on the same connection.
        """
        route = f"response-{len(self._responses)}"
        self._responses[route] = raw
        self._next_routes[route] = then
        return f"http://127.0.0.1:{self.port}/{route}"

    def _handle(self, connection: socket.socket) -> None:
        self.connections += 1
        number = self.connections
        answered = False
        connection.settimeout(60)
        if connection.recv(64, socket.MSG_PEEK).startswith(b"POST /too_large_at_once/"):
            connection.recv(65536)
            connection.sendall(http_response(HTML_PAGE, status=413))
            return
        try:
            while (request := self._read(connection, number)) is not None:
                self.received.append(request)
                route = request.path.split("/")[1] if request.path.startswith("/") else "proxied"
                if request.method == "HELLO":
                    route = self.tls_hello_route
                if answered:
                    route = self._next_routes[route] or route
                if route in self._responses:
                    answered = True
                    connection.sendall(self._responses[route])
                    if request.headers.get("connection") == "close":
                        return
                else:
                    ROUTES[route](connection, self.closing)
                    return
        except OSError:
            return  # the client disconnected, as many tests expect

    def _read(self, connection: socket.socket, number: int) -> ReceivedRequest | None:
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = connection.recv(65536)
            if not chunk:
                return None
            head += chunk
            if head[:1] == b"\x16":  # a TLS handshake instead of plain HTTP
                return ReceivedRequest("HELLO", "/hello", {}, b"", number)
        head, _, body = head.partition(b"\r\n\r\n")
        request_line, *header_lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, value in (line.split(":", 1) for line in header_lines)
        }
        self.closing.wait(self.body_read_delay_s)
        while len(body) < int(headers.get("content-length", 0)):
            chunk = connection.recv(1 << 20)
            if not chunk:
                return None
            body += chunk
        method, path, _ = request_line.split(" ")
        return ReceivedRequest(method, path, headers, body, number)


def _reset(connection: socket.socket, _: threading.Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _hang_up(_: socket.socket, __: threading.Event) -> None:
    return


def _never_answer(_: socket.socket, closing: threading.Event) -> None:
    closing.wait()


def _send(raw: bytes) -> Route:
    def route(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(raw)

    return route


def _drip(head: bytes, byte: bytes) -> Route:
    """Send `head`, then `byte` every 50 ms: every read succeeds, and the response never ends."""

    def route(connection: socket.socket, closing: threading.Event) -> None:
        connection.sendall(head)
        while not closing.wait(0.05):
            connection.sendall(byte)

    return route


def _endless(connection: socket.socket, closing: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not closing.is_set():
        connection.sendall(b" " * 65536)


def _endless_redirect(connection: socket.socket, closing: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n")
    while not closing.is_set():
        connection.sendall(b" " * 65536)


def _tunnel_rejected(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")


def _endless_continue(connection: socket.socket, closing: threading.Event) -> None:
    while not closing.wait(0.05):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def _open_after_json(connection: socket.socket, closing: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + ACCEPTED)
    _never_answer(connection, closing)


HTML_PAGE = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"

ROUTES: dict[str, Route] = {
    "reset_after_request": _reset,
    "hang_up_after_request": _hang_up,
    "never_answer": _never_answer,
    "not_tls": _send(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "reset_tls": _reset,
    "never_answer_tls": _never_answer,
    "not_http": _send(b"\x00\xff garbage\r\n\r\n"),
    "cut_json": _send(http_response(ACCEPTED[:20], length=len(ACCEPTED))),
    "cut_json_with_matching_length": _send(http_response(ACCEPTED[:20])),
    "cut_after_last_bracket": _send(http_response(ACCEPTED, length=len(ACCEPTED) + 2)),
    "cut_chunk": _send(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + ACCEPTED[:20]
    ),
    "open_after_complete_json": _open_after_json,
    "broken_gzip": _send(http_response(ACCEPTED, headers={"Content-Encoding": "gzip"})),
    "drip_headers": _drip(b"HTTP/1.1 200 OK\r\nX-Drip: ", b"x"),
    "drip_body": _drip(http_response(b"", length=1_000_000), b" "),
    "drip_closing_body": _drip(
        http_response(b"", length=1_000_000, headers={"Connection": "close"}), b" "
    ),
    "endless_continue": _endless_continue,
    "endless_body": _endless,
    "endless_redirect": _endless_redirect,
    "tunnel_rejected": _tunnel_rejected,
    "proxied": _reset,
    "too_large_at_once": _hang_up,  # `_handle` answers before the body has arrived
}
