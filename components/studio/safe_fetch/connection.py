"""One GET over one connection to one checked address, within a time and a byte budget.

Every single wait on the network lasts at most as long as what is left of the whole budget, so a
server that drips a byte a second gains nothing.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from components.studio.safe_fetch.deadline import Deadline
from components.studio.safe_fetch.errors import (
    FetchError,
    FetchErrorCode,
    bad_response_error,
    timeout_error,
    too_large_error,
    truncated_error,
    unreachable_error,
)
from components.studio.safe_fetch.urls import ParsedUrl
from components.studio.version import VERSION

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Connector = Callable[[str, int, float], socket.socket]
"""From address, port and seconds to a connected TCP socket. Raises OSError."""

_AGENT: Final = f"KontextStudio/{VERSION}"
_MAX_HEAD_BYTES: Final = 64 * 1024
_MAX_BODY_OVERHEAD: Final = 4  # bytes sent for one of the picture; normal chunks cost 1.01
_INTERIM: Final = range(102, 200)  # 101 says that no HTTP follows
_READ_BYTES: Final = 64 * 1024
_CONNECT_SECONDS: Final = 8.0  # for one address while others are left to try


def open_connection(address: str, port: int, timeout_seconds: float) -> socket.socket:
    """Connect to an address, never to a name. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_seconds)
        connection.connect((address, port))
    except OSError:
        connection.close()
        raise
    return connection


class _DeadlineStream(io.RawIOBase):
    """The receiving side of a socket, held to a deadline and a count of bytes."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self.bytes_left = _MAX_HEAD_BYTES
        self.over_budget = bad_response_error()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if self.bytes_left <= 0:
            raise self.over_budget
        self._connection.settimeout(self._deadline.remaining_seconds())
        count = self._connection.recv_into(buffer)
        self.bytes_left -= count
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What http.client asks a socket for."""
        return io.BufferedReader(self)


class _HttpResponse(http.client.HTTPResponse):
    """Passes over every interim answer; http.client knows only the one called 100."""

    def begin(self) -> None:
        super().begin()
        while self.status in _INTERIM:
            self.headers = None  # type: ignore[assignment]  # as before the first answer
            super().begin()


class Response:
    """The head of one HTTP answer, and its body for whoever wants it."""

    def __init__(self, response: http.client.HTTPResponse, stream: _DeadlineStream) -> None:
        self._response = response
        self._stream = stream
        self.status = response.status

    def header(self, name: str) -> str:
        """A header's value, the values of several joined by commas, or an empty text."""
        return ", ".join(self._response.headers.get_all(name, [])).strip()

    def body(self, max_bytes: int) -> bytes:
        """Read the whole body, which must not be packed. Raises FetchError."""
        if self.header("Content-Encoding").lower() not in {"", "identity"}:
            raise bad_response_error()
        announced = self._content_length()
        if announced is not None and announced > max_bytes:
            raise too_large_error(max_bytes)
        self._stream.over_budget = too_large_error(max_bytes)
        self._stream.bytes_left = _MAX_BODY_OVERHEAD * max_bytes + _MAX_HEAD_BYTES
        parts: list[bytes] = []
        received = 0
        with _translate_errors(truncated_error()):
            while part := self._response.read(_READ_BYTES):
                parts.append(part)
                received += len(part)
                if received > max_bytes:
                    raise too_large_error(max_bytes)
        if announced is not None and received < announced:
            raise truncated_error()
        return b"".join(parts)

    def _content_length(self) -> int | None:
        """The body's length by its one Content-Length, or None. Raises FetchError."""
        coding = self.header("Transfer-Encoding").lower()
        if coding == "chunked":
            return None
        lengths = set(self._response.headers.get_all("Content-Length", []))
        if coding or len(lengths) > 1:
            raise bad_response_error()
        for length in lengths:
            digits = length.strip()
            if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
                raise bad_response_error()
            return int(digits)
        return None


@contextmanager
def send_get(
    link: ParsedUrl,
    addresses: list[str],
    *,
    connect: Connector,
    tls: ssl.SSLContext,
    deadline: Deadline,
) -> Iterator[Response]:
    """Send one GET to the first of `addresses` that takes a connection; yield its answer.

    The name in `link` stays what TLS and the Host header speak of. Nothing but these headers is
    sent: no cookie, Referer or Authorization. Raises FetchError.
    """
    request = (
        f"GET {link.target} HTTP/1.1\r\nHost: {link.authority}\r\nUser-Agent: {_AGENT}\r\n"
        "Accept: image/*,*/*;q=0.5\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    ).encode("ascii")
    connection = _connect_first(link, addresses, connect, deadline)
    try:
        if link.scheme == "https":
            connection = _wrap_tls(connection, link.host, tls, deadline)
        stream = _DeadlineStream(connection, deadline)
        with _translate_errors(unreachable_error(link.host)):
            connection.settimeout(deadline.remaining_seconds())
            connection.sendall(request)
            # http.client needs of a socket only makefile.
            response = _HttpResponse(cast("socket.socket", stream), method="GET")
            try:
                response.begin()
            except BaseException:  # raised again; nobody else knows of the half-read answer
                response.close()
                raise
        try:
            yield Response(response, stream)
        finally:
            response.close()
    finally:
        connection.close()


def _connect_first(
    link: ParsedUrl, addresses: list[str], connect: Connector, deadline: Deadline
) -> socket.socket:
    failure: OSError | None = None
    for number, address in enumerate(addresses, start=1):
        seconds = deadline.remaining_seconds()
        if number < len(addresses):
            seconds = min(seconds, _CONNECT_SECONDS)
        try:
            return connect(address, link.port, seconds)
        except OSError as error:
            failure = error
    if isinstance(failure, TimeoutError):
        raise timeout_error() from failure
    raise unreachable_error(link.host) from failure


def _wrap_tls(
    connection: socket.socket, host: str, tls: ssl.SSLContext, deadline: Deadline
) -> socket.socket:
    """Wrap a connection in TLS; the certificate must be for `host`. Raises FetchError."""
    connection.settimeout(deadline.remaining_seconds())
    try:
        return tls.wrap_socket(connection, server_hostname=host)
    except TimeoutError as error:
        raise timeout_error() from error
    except ssl.SSLCertVerificationError as error:
        raise FetchError(
            FetchErrorCode.UNREACHABLE,
            f"{host} cannot prove that it is the website it claims to be. "
            "Save the picture from your browser and upload the file.",
        ) from error
    except (OSError, ValueError) as error:
        raise unreachable_error(host) from error


@contextmanager
def _translate_errors(broken: FetchError) -> Iterator[None]:
    """Turn the faults of socket and parser into refusals; `broken` is for a lost connection."""
    try:
        yield
    except TimeoutError as error:
        raise timeout_error() from error
    except (http.client.IncompleteRead, http.client.RemoteDisconnected, OSError) as error:
        raise broken from error
    except (http.client.HTTPException, ValueError) as error:
        raise bad_response_error() from error
