"""Fetches images from URLs that a user or kie.ai gave. No other module opens such URLs.

No URL reaches a private machine: the host is resolved once, all its addresses are checked, and
the connection goes to a checked address, so DNS rebinding gains nothing. Proxy settings of the
environment are not used: networks that require a proxy are not supported.

Each wait on the network lasts at most as long as the rest of the whole time budget, so a server
that sends one byte a second gains nothing.
"""

from __future__ import annotations

import http.client
import io
import queue
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from components.studio.images.file_type import IMAGE_TYPES, FileType, detect
from components.studio.images.ingest import MAX_BYTES
from components.studio.safe_fetch.url_filter import (
    FetchError,
    FetchErrorCode,
    ParsedUrl,
    bad_response_error,
    is_public,
    parse_address,
    parse_url,
    resolve_redirect,
    status_error,
    timeout_error,
    too_large_error,
    truncated_error,
    unreachable_error,
)
from components.version import VERSION

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["FetchError", "FetchErrorCode", "SafeHttpClient"]

Resolver = Callable[[str, int], list[str]]
"""From host and port to IP addresses as text. May block. Raises OSError if there are none."""

Connector = Callable[[str, int, float], socket.socket]
"""From IP address, port and timeout in seconds to a connected TCP socket. Raises OSError."""

_USER_AGENT: Final = f"KontextStudio/{VERSION}"
_MAX_HEAD_BYTES: Final = 64 * 1024
_MAX_BODY_OVERHEAD: Final = 4  # bytes received per image byte; normal chunks need 1.01
_INTERIM_STATUSES: Final = range(102, 200)  # 101 means that no HTTP follows
_ZLIB_ENCODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})
_ENCODINGS: Final = _ZLIB_ENCODINGS | {"br", "zstd", "compress", "x-compress"}  # RFC 9110, 16.6
_READ_BYTES: Final = 64 * 1024
_CONNECT_SECONDS: Final = 8.0  # for one address while others are left to try
_PORTS: Final = frozenset({80, 443})
_MAX_REDIRECTS: Final = 3
_WHOLE_BODY_STATUSES: Final = frozenset({200, 203})  # 203: a proxy on the way changed something
_REDIRECT_STATUSES: Final = frozenset({301, 302, 303, 307, 308})
# A stuck lookup cannot be stopped, only counted. Those of hosts that users name must not hold up
# results that were paid for.
_USERS_LOOKUPS: Final = threading.BoundedSemaphore(16)
_SERVICES_LOOKUPS: Final = threading.BoundedSemaphore(16)


class _Deadline:
    """The end of the time budget of one fetch: lookup, redirects, headers and body."""

    def __init__(self, budget_seconds: float) -> None:
        self._end = time.monotonic() + budget_seconds

    def remaining_seconds(self) -> float:
        """The rest, always above zero. Raises FetchError (TIMEOUT) if there is none."""
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise timeout_error()
        return remaining


def system_resolver(host: str, port: int) -> list[str]:
    """Resolve a host by the operating system. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _resolve(
    resolver: Resolver, host: str, port: int, deadline: _Deadline, slots: threading.Semaphore
) -> list[str]:
    """Run `resolver` no longer than the deadline allows; it holds one slot until it ends.

    Raises FetchError.
    """
    if not slots.acquire(timeout=deadline.remaining_seconds()):
        raise timeout_error()
    results: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put(resolver(host, port))
        except (OSError, ValueError):  # ValueError: a name that cannot be looked up at all
            results.put(None)
        finally:
            slots.release()

    threading.Thread(target=run, name="fetch-lookup", daemon=True).start()
    try:
        addresses = results.get(timeout=deadline.remaining_seconds())
    except queue.Empty:
        raise timeout_error() from None
    if not addresses:
        raise unreachable_error(host)
    return addresses


def open_connection(address: str, port: int, timeout_seconds: float) -> socket.socket:
    """Connect to an IP address, never to a name. Raises OSError."""
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
    """The receiving side of a socket, with a deadline and a byte limit."""

    def __init__(self, connection: socket.socket, deadline: _Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self.bytes_left = _MAX_HEAD_BYTES
        self.limit_error = bad_response_error()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if self.bytes_left <= 0:
            raise self.limit_error
        self._connection.settimeout(self._deadline.remaining_seconds())
        count = self._connection.recv_into(buffer)
        self.bytes_left -= count
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The only method of a socket that http.client calls."""
        return io.BufferedReader(self)


class _HttpResponse(http.client.HTTPResponse):
    """Skips all interim responses. http.client skips only status 100."""

    def begin(self) -> None:
        super().begin()
        while self.status in _INTERIM_STATUSES:
            self.headers = None  # type: ignore[assignment]  # as before the first response
            super().begin()


class _Response:
    """The head of an HTTP response, and its body on request."""

    def __init__(self, response: http.client.HTTPResponse, stream: _DeadlineStream) -> None:
        self._response = response
        self._stream = stream
        self.status = response.status

    def header(self, name: str) -> str:
        """A header's value, repeated values joined by commas, or an empty string."""
        return ", ".join(self._response.headers.get_all(name, [])).strip()

    def read_body(self, max_bytes: int) -> bytes:
        """Read the whole body, unpacked if it is compressed by gzip or deflate.

        `max_bytes` counts as sent and as unpacked. Raises FetchError.
        """
        length = self._content_length()
        if length is not None and length > max_bytes:
            raise too_large_error(max_bytes)
        self._stream.limit_error = too_large_error(max_bytes)
        self._stream.bytes_left = _MAX_BODY_OVERHEAD * max_bytes + _MAX_HEAD_BYTES
        parts: list[bytes] = []
        received = 0
        with _translate_errors(truncated_error()):
            while part := self._response.read(_READ_BYTES):
                parts.append(part)
                received += len(part)
                if received > max_bytes:
                    raise too_large_error(max_bytes)
        if length is not None and received < length:
            raise truncated_error()
        return self._unpack(b"".join(parts), max_bytes)

    def _unpack(self, body: bytes, max_bytes: int) -> bytes:
        """The file in a body. Raises FetchError for an encoding that cannot be unpacked.

        An uncompressed body was asked for. Some servers compress all the same, some name an
        encoding that they did not use, and many fill the header with words that say nothing.
        """
        words = re.split(r"[\s,]+", self.header("Content-Encoding").lower())
        encodings = [word for word in words if word in _ENCODINGS]
        if not encodings or detect(body) in IMAGE_TYPES:
            return body
        if len(encodings) > 1 or encodings[0] not in _ZLIB_ENCODINGS:
            raise bad_response_error()
        return _inflate(body, max_bytes)

    def _content_length(self) -> int | None:
        """The one Content-Length, or None if there is none. Raises FetchError."""
        encoding = self.header("Transfer-Encoding").lower()
        if encoding == "chunked":
            return None
        lengths = set(self._response.headers.get_all("Content-Length", []))
        if encoding or len(lengths) > 1:
            raise bad_response_error()
        for length in lengths:
            digits = length.strip()
            if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
                raise bad_response_error()
            return int(digits)
        return None


def _inflate(body: bytes, max_bytes: int) -> bytes:
    """The content of a gzip or deflate body, also of deflate without its header.

    Raises FetchError.
    """
    has_header = body[:2] == b"\x1f\x8b" or (
        body[:1] == b"x" and int.from_bytes(body[:2]) % 31 == 0
    )
    inflater = zlib.decompressobj(32 + zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
    try:
        content = inflater.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise bad_response_error() from error
    if len(content) > max_bytes:
        raise too_large_error(max_bytes)
    if not inflater.eof:
        raise truncated_error()
    return content


@contextmanager
def _send_get(
    url: ParsedUrl,
    addresses: list[str],
    *,
    connect: Connector,
    tls: ssl.SSLContext,
    deadline: _Deadline,
) -> Iterator[_Response]:
    """Send one GET to the first of `addresses` that accepts a connection; yield the response.

    TLS and the Host header use the host of `url`. No other headers are sent: no cookie, Referer
    or Authorization. Raises FetchError.
    """
    request = (
        f"GET {url.target} HTTP/1.1\r\nHost: {url.authority}\r\nUser-Agent: {_USER_AGENT}\r\n"
        "Accept: image/*,*/*;q=0.5\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    ).encode("ascii")
    connection = _connect_to_first(url, addresses, connect, deadline)
    try:
        if url.scheme == "https":
            connection = _wrap_tls(connection, url.host, tls, deadline)
        stream = _DeadlineStream(connection, deadline)
        with _translate_errors(unreachable_error(url.host)):
            connection.settimeout(deadline.remaining_seconds())
            connection.sendall(request)
            # http.client calls only makefile of a socket.
            response = _HttpResponse(cast("socket.socket", stream), method="GET")
            try:
                response.begin()
            except BaseException:  # re-raised; nobody else can close the half-read response
                response.close()
                raise
        try:
            yield _Response(response, stream)
        finally:
            response.close()
    finally:
        connection.close()


def _connect_to_first(
    url: ParsedUrl, addresses: list[str], connect: Connector, deadline: _Deadline
) -> socket.socket:
    failure: OSError | None = None
    for number, address in enumerate(addresses, start=1):
        seconds = deadline.remaining_seconds()
        if number < len(addresses):
            seconds = min(seconds, _CONNECT_SECONDS)
        try:
            return connect(address, url.port, seconds)
        except OSError as error:
            failure = error
    if isinstance(failure, TimeoutError):
        raise timeout_error() from failure
    raise unreachable_error(url.host) from failure


def _wrap_tls(
    connection: socket.socket, host: str, tls: ssl.SSLContext, deadline: _Deadline
) -> socket.socket:
    """Start TLS. The certificate must be valid for `host`. Raises FetchError."""
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
def _translate_errors(connection_lost: FetchError) -> Iterator[None]:
    """Turn errors of socket and parser into FetchError."""
    try:
        yield
    except TimeoutError as error:
        raise timeout_error() from error
    except (http.client.IncompleteRead, http.client.RemoteDisconnected, OSError) as error:
        raise connection_lost from error
    except (http.client.HTTPException, ValueError) as error:
        raise bad_response_error() from error


class SafeHttpClient:
    """Fetches images by URL. Thread-safe: it keeps nothing between calls.

    `trusted_origins` are exact "scheme://host:port" of the configured service; a default port
    can be left out. `resolver` and `connect` are replaced in tests. `budget_seconds` covers a
    whole call: lookup, redirects, headers and body.
    """

    def __init__(
        self,
        *,
        trusted_origins: Collection[str] = (),
        resolver: Resolver = system_resolver,
        connect: Connector = open_connection,
        tls: ssl.SSLContext | None = None,
        max_bytes: int = MAX_BYTES,
        budget_seconds: float = 30.0,
    ) -> None:
        self._trusted_origins = frozenset(parse_url(origin).origin for origin in trusted_origins)
        self._resolver = resolver
        self._connect = connect
        self._tls = tls
        self._max_bytes = max_bytes
        self._budget_seconds = budget_seconds

    def get_image(self, url: str, *, allow_trusted: bool = False) -> bytes:
        """Fetch one file that begins like an image; it is not decoded here.

        `allow_trusted` exempts the trusted origins from the address and port checks. Use it only
        for URLs from the configured service, never from a user: their host names are looked up
        apart from those that users give. Raises FetchError only.
        """
        deadline = _Deadline(self._budget_seconds)
        target = parse_url(url)
        for _ in range(_MAX_REDIRECTS + 1):
            addresses = self._checked_addresses(target, allow_trusted, deadline)
            with _send_get(
                target,
                addresses,
                connect=self._connect,
                tls=self._tls or _default_tls(),
                deadline=deadline,
            ) as response:
                if response.status not in _REDIRECT_STATUSES:
                    if response.status not in _WHOLE_BODY_STATUSES:
                        raise status_error(response.status)
                    data = response.read_body(self._max_bytes)
                    _check_is_image(data)
                    return data
                location = response.header("Location")
            target = _redirect_target(target, location)
        raise FetchError(
            FetchErrorCode.BAD_RESPONSE,
            "This link leads from page to page without end. "
            "Open it in your browser, copy the picture's own link, and try again.",
        )

    def _checked_addresses(
        self, url: ParsedUrl, allow_trusted: bool, deadline: _Deadline
    ) -> list[str]:
        is_trusted = allow_trusted and url.origin in self._trusted_origins
        if not is_trusted and url.port not in _PORTS:
            raise FetchError(
                FetchErrorCode.NOT_ALLOWED,
                f"This link uses port {url.port}, which is not open here. "
                "Paste a link without a port, or upload the file.",
            )
        if parse_address(url.host) is not None:
            addresses = [url.host]
        else:
            slots = _SERVICES_LOOKUPS if allow_trusted else _USERS_LOOKUPS
            addresses = _resolve(self._resolver, url.host, url.port, deadline, slots)
        if not is_trusted and not all(is_public(address) for address in addresses):
            raise FetchError(
                FetchErrorCode.NOT_ALLOWED,
                "This link leads to a private network, where this app does not go. "
                "Save the picture and upload the file.",
            )
        return addresses


@cache
def _default_tls() -> ssl.SSLContext:
    """Trusts this machine's certificates and those that come with requests; not at the start."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


def _redirect_target(url: ParsedUrl, location: str) -> ParsedUrl:
    """Raises FetchError for a bad Location, and for a redirect from https to http."""
    if not location:
        raise bad_response_error()
    with suppress(UnicodeDecodeError):  # http.client reads headers as Latin-1; most are UTF-8
        location = location.encode("latin-1").decode("utf-8")
    following = resolve_redirect(url, location)
    if url.scheme == "https" and following.scheme == "http":
        raise FetchError(
            FetchErrorCode.NOT_ALLOWED,
            "This secure link leads on to one that is not secure. "
            "Save the picture from your browser and upload the file.",
        )
    return following


def _check_is_image(data: bytes) -> None:
    file_type = detect(data)
    if file_type in IMAGE_TYPES:
        return
    if file_type is FileType.HTML:
        message = (
            "This link leads to a web page, not to a picture. Right-click the picture there, "
            "choose “Copy image address”, and paste that."
        )
    elif not data:
        message = "There is nothing behind this link. Open it in your browser and copy it again."
    else:
        message = (
            f"Behind this link is {file_type.with_article}, not a picture. "
            "Paste a link that leads to the picture itself."
        )
    raise FetchError(FetchErrorCode.NOT_AN_IMAGE, message)
