"""HTTP transport: sends one request and returns its response, without reading the envelope.

It neither retries nor follows redirects. A network failure is returned, not raised: an exception
of `requests` holds the request's headers and so the API key.
"""

import functools
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Final, Self

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

_MAX_BODY_BYTES: Final = 1_000_000  # a normal response has a few kilobytes
_CHUNK_BYTES: Final = 16_384


@dataclass(frozen=True)
class HttpResponse:
    """An HTTP status, headers with names in any case, and a body of at most 1 MB.

    The body may be incomplete: it holds what arrived before the connection failed.
    `is_cut`: the server sent more than 1 MB, and the rest was not read.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False


@dataclass(frozen=True)
class TransportError:
    """No response arrived.

    `reason`: a short technical text.
    `connection_established`: whether a connection was opened. False proves that nothing was sent;
    None means not known.
    `bad_certificate`: the server's certificate was not accepted.
    """

    reason: str
    connection_established: bool | None
    bad_certificate: bool = False


class HttpTransport:
    """Sends requests with the API key. Thread-safe.

    The environment's proxies and CA bundle are used, its `.netrc` is not.
    """

    def __init__(self, *, api_key: str, connect_timeout_seconds: float) -> None:
        self._auth = _BearerAuth(api_key)
        self._connect_timeout_seconds = connect_timeout_seconds
        self._get_session = _new_session()

    def close(self) -> None:
        """Close the kept-alive connections."""
        self._get_session.close()

    def get(
        self, url: str, *, params: Mapping[str, str], total_timeout_seconds: float
    ) -> HttpResponse | TransportError:
        """Send a GET request, on a kept-alive connection if there is one."""
        request = requests.Request("GET", url, params=dict(params), auth=self._auth)
        return self._send(self._get_session, request, total_timeout_seconds)

    def post(
        self,
        url: str,
        *,
        total_timeout_seconds: float,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> HttpResponse | TransportError:
        """Send a POST request with JSON or a form, on a new connection.

        A kept-alive connection may be dead, and then it is not clear whether the request was sent.
        """
        request = requests.Request(
            "POST",
            url,
            headers={"Connection": "close"},
            json=None if json is None else dict(json),
            data=None if form is None else dict(form),
            files=None if files is None else dict(files),
            auth=self._auth,
        )
        with _new_session() as session:
            return self._send(session, request, total_timeout_seconds)

    def _send(
        self, session: requests.Session, request: requests.Request, total_timeout_seconds: float
    ) -> HttpResponse | TransportError:
        deadline = Deadline(total_timeout_seconds)
        try:
            with deadline:
                prepared = session.prepare_request(request)
                environment = session.merge_environment_settings(prepared.url, {}, True, None, None)
                connect_timeout_seconds = min(self._connect_timeout_seconds, total_timeout_seconds)
                with session.send(
                    prepared,
                    timeout=(connect_timeout_seconds, total_timeout_seconds),
                    allow_redirects=False,
                    **environment,
                ) as response:
                    body, is_cut = _read_body(response)
                    return HttpResponse(response.status_code, response.headers, body, is_cut)
        except Exception as error:  # noqa: BLE001 -- urllib3's own errors escape requests, and after
            # any of them a create that was sent has an unknown outcome.
            cause = _root_cause(error)
        # The text contains no header and no request.
        reason = f"{type(cause).__name__}: {cause}"
        if deadline.has_passed:
            reason = f"no answer within {total_timeout_seconds:g} s"
        return TransportError(
            reason,
            deadline.connection_established,
            bad_certificate=isinstance(cause, ssl.SSLCertVerificationError),
        )


class _BearerAuth(AuthBase):
    """Adds the API key to a request. `.netrc` would replace a plain header."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._api_key}"
        return request


class _DeadlineAdapter(HTTPAdapter):
    """Creates connections that report to the deadline of their request."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the connection pool of a request, with tracked connections."""
        deadline = current_deadline()
        if deadline is not None:
            deadline.tracking = True
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = tracked_connection_class(pool.ConnectionCls)
        return pool


class _NoRedirectSession(requests.Session):
    """Ignores redirects. Otherwise requests reads the whole body of one, without a size limit."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no redirect target."""


def _new_session() -> requests.Session:
    session = _NoRedirectSession()
    session.headers.update(
        {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "kontext-studio",
        }
    )
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, _DeadlineAdapter())
    return session


def _read_body(response: requests.Response) -> tuple[bytes, bool]:
    """Return the part of the body that arrived, at most 1 MB, and whether there was more.

    An incomplete body may still hold the id of a paid task.
    """
    body = bytearray()
    # Otherwise urllib3 drops the last chunk of a body that is shorter than its Content-Length.
    response.raw.enforce_content_length = False
    try:
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > _MAX_BODY_BYTES:
                break
    except (requests.RequestException, OSError):
        pass  # what arrived is the result
    return bytes(body[:_MAX_BODY_BYTES]), len(body) > _MAX_BODY_BYTES


def _root_cause(error: BaseException) -> BaseException:
    """Return the first error in the chain."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


_thread_state = threading.local()


class Deadline:
    """Context manager that limits one request of the current thread to `timeout_seconds`.

    `tracking`: the connections of this request report to this deadline.
    `expired`: time ran out. The socket is shut down, which ends any read or write on it.
    """

    def __init__(self, timeout_seconds: float) -> None:
        self.tracking = False
        self.expired = False
        self._connected = False
        self._ends_at = time.monotonic() + timeout_seconds
        self._active: tuple[TrackedConnection, socket.socket] | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(timeout_seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        _thread_state.deadline = self
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        _thread_state.deadline = None
        with self._lock:
            self._active = None

    @property
    def connection_established(self) -> bool | None:
        """Whether a connection was opened; None if not known."""
        if self._connected:
            return True
        return False if self.tracking else None

    @property
    def has_passed(self) -> bool:
        """Whether time ran out, even if the socket noticed it before the timer did."""
        return self.expired or time.monotonic() >= self._ends_at

    def attach(self, connection: "TrackedConnection") -> None:
        """Record the open connection that will carry the request.

        Raises TimeoutError if no time is left.
        """
        with self._lock:
            remaining_seconds = self._ends_at - time.monotonic()
            if self.expired or remaining_seconds <= 0:
                raise TimeoutError("out of time before the request was sent")
            self._connected = True
            # The socket too: http.client drops it after the headers of a closing response.
            self._active = (connection, connection.sock)
            connection.deadline = self
            # Otherwise the connect timeout limits a whole upload, as `sendall` counts in total.
            connection.sock.settimeout(remaining_seconds)

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            if self._active is None:
                return
            connection, sock = self._active
            # A pooled connection may already carry the next request.
            if connection.deadline is not self:
                return
            # OSError: already closed. AttributeError: TLS inside TLS has no shutdown, and the
            # read timeout ends it.
            with suppress(OSError, AttributeError):
                sock.shutdown(socket.SHUT_RDWR)


def current_deadline() -> Deadline | None:
    """Return the deadline of this thread's request; None outside a request."""
    deadline: Deadline | None = getattr(_thread_state, "deadline", None)
    return deadline


class TrackedConnection(http.client.HTTPConnection):
    """Mixin for a connection class: reports to the current deadline."""

    deadline: Deadline | None = None

    def connect(self) -> None:
        """Connect, including any TLS and proxy tunnel, then report the connection as open."""
        super().connect()
        self._attach()

    def putrequest(
        self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False
    ) -> None:
        """Begin a request, and report a kept-alive connection as open."""
        super().putrequest(method, url, skip_host, skip_accept_encoding)
        if self.sock is not None:
            self._attach()

    def _attach(self) -> None:
        deadline = current_deadline()
        if deadline is not None:
            deadline.attach(self)


@functools.cache
def tracked_connection_class(
    connection_class: type[http.client.HTTPConnection],
) -> type[http.client.HTTPConnection]:
    """Return a subclass of `connection_class` that reports to the current deadline."""
    if issubclass(connection_class, TrackedConnection):
        return connection_class
    return type(f"Tracked{connection_class.__name__}", (TrackedConnection, connection_class), {})
