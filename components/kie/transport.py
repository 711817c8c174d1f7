"""One HTTP exchange: a request out, and what came back. It knows nothing of envelopes.

Nothing is retried or followed, and nothing is raised for what the network does: a lost answer is
a value, so that no exception of `requests`, which carries the request's headers, leaves here.
"""

import functools
import http.client
import socket
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

_MAX_BODY_BYTES: Final = 1_000_000  # answers are a few kilobytes
_CHUNK_BYTES: Final = 16_384


@dataclass(frozen=True)
class HttpResponse:
    """What was answered: HTTP status, headers (any case), and the body up to 1 MB.

    The body is as much as arrived: whether it is whole is for its reader to see.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class TransportError:
    """Nothing was answered. `never_opened`: certainly nothing was sent either."""

    reason: str
    never_opened: bool


class HttpTransport:
    """Sends requests with the key, at most `connect_timeout_seconds` each to connect.

    The environment's proxies and CA bundle are honoured, its `.netrc` is not. Safe to share
    between threads.
    """

    def __init__(self, *, api_key: str, connect_timeout_seconds: float) -> None:
        self._auth = _BearerAuth(api_key)
        self._connect_timeout_seconds = connect_timeout_seconds
        self._get_session = _new_session()

    def close(self) -> None:
        """Close the connections kept alive for questions."""
        self._get_session.close()

    def get(
        self, url: str, *, params: Mapping[str, str], budget_seconds: float
    ) -> HttpResponse | TransportError:
        """GET, on a kept-alive connection where there is one."""
        request = requests.Request("GET", url, params=dict(params), auth=self._auth)
        return self._send(self._get_session, request, budget_seconds)

    def post(
        self,
        url: str,
        *,
        budget_seconds: float,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> HttpResponse | TransportError:
        """POST JSON or a form, on a connection of its own.

        A kept-alive one may be dead already, which would blur "was it sent?".
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
            return self._send(session, request, budget_seconds)

    def _send(
        self, session: requests.Session, request: requests.Request, budget_seconds: float
    ) -> HttpResponse | TransportError:
        watch = Deadline(budget_seconds)
        try:
            with watch:
                prepared = session.prepare_request(request)
                around = session.merge_environment_settings(prepared.url, {}, True, None, None)
                connect_seconds = min(self._connect_timeout_seconds, budget_seconds)
                with session.send(
                    prepared,
                    timeout=(connect_seconds, budget_seconds),
                    allow_redirects=False,
                    **around,
                ) as response:
                    return HttpResponse(
                        response.status_code, response.headers, _read_body(response)
                    )
        except Exception as error:  # noqa: BLE001 -- urllib3 leaks errors past requests' own, and
            # whatever breaks here, a create that was sent has an unknown outcome.
            reason = _root_cause(error)
        if watch.expired:
            reason = f"no answer within {budget_seconds:g} s"
        return TransportError(reason, watch.never_connected)


class _BearerAuth(AuthBase):
    """Puts the key on one request. As an auth object, since `.netrc` overrules a plain header."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._api_key}"
        return request


class _DeadlineAdapter(HTTPAdapter):
    """Makes connections that report to the watch of their exchange."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool for a request, with its connections watched."""
        watch = current_deadline()
        if watch is not None:
            watch.armed = True
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = tracked_connection_class(pool.ConnectionCls)
        return pool


class _NoRedirectSession(requests.Session):
    """Sees no redirect: requests would read its whole body, even unasked and without a cap."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""


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


def _read_body(response: requests.Response) -> bytes:
    """What arrives of the body; an end that is cut off, or past 1 MB, is left out.

    A body that breaks off after its last bracket still tells a task id that was paid for.
    """
    body = bytearray()
    # Else urllib3 throws away the last block of a body that is shorter than it promised.
    response.raw.enforce_content_length = False
    try:
        for block in response.iter_content(_CHUNK_BYTES):
            body += block
            if len(body) > _MAX_BODY_BYTES:
                break
    except (requests.RequestException, OSError):
        return bytes(body)
    return bytes(body[:_MAX_BODY_BYTES])


def _root_cause(error: BaseException) -> str:
    """The first error of the chain, in words: it names no header and no request."""
    while (earlier := error.__cause__ or error.__context__) is not None:
        error = earlier
    return f"{type(error).__name__}: {error}"


_thread_state = threading.local()


class Deadline:
    """Context manager around one exchange of the current thread, at most `budget_seconds` long.

    `armed`: connections report to this watch. `opened`: one was ready to carry a request.
    `expired`: the budget ran out and the socket was shut, which ends any read or write on it.
    """

    def __init__(self, budget_seconds: float) -> None:
        self.armed = False
        self.connected = False
        self.expired = False
        self._ends_at = time.monotonic() + budget_seconds
        self._active: tuple[TrackedConnection, socket.socket] | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(budget_seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        _thread_state.watch = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        _thread_state.watch = None
        with self._lock:
            self._active = None

    @property
    def never_connected(self) -> bool:
        """Whether it is certain that no connection was opened; False also means "not known"."""
        return self.armed and not self.connected

    def attach(self, connection: "TrackedConnection") -> None:
        """Note the open connection that will carry the request; TimeoutError when out of time."""
        with self._lock:
            left = self._ends_at - time.monotonic()
            if self.expired or left <= 0:
                raise TimeoutError("out of time before the request was sent")
            self.connected = True
            # The socket too: http.client forgets it once the headers of a last answer are in.
            self._active = (connection, connection.sock)
            connection.deadline = self
            # Else a whole upload must pass within the connect timeout: `sendall` counts in total.
            connection.sock.settimeout(left)

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            if self._active is None:
                return
            connection, carrier = self._active
            # A pooled connection may have gone on to the next exchange a moment ago.
            if connection.deadline is not self:
                return
            # Closed meanwhile, or TLS inside TLS, which has no shutdown: the read timeout ends it.
            with suppress(OSError, AttributeError):
                carrier.shutdown(socket.SHUT_RDWR)


def current_deadline() -> Deadline | None:
    """The watch of this thread's exchange, if one is under way."""
    watch: Deadline | None = getattr(_thread_state, "watch", None)
    return watch


class TrackedConnection(http.client.HTTPConnection):
    """Mixed in before a connection class: reports to the current watch."""

    deadline: Deadline | None = None

    def connect(self) -> None:
        """Connect, with TLS and tunnel where there are any, and only then count as opened."""
        super().connect()
        self._attach()

    def putrequest(
        self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False
    ) -> None:
        """Begin a request; a kept-alive connection was opened by an earlier exchange."""
        super().putrequest(method, url, skip_host, skip_accept_encoding)
        if self.sock is not None:
            self._attach()

    def _attach(self) -> None:
        watch = current_deadline()
        if watch is not None:
            watch.attach(self)


@functools.cache
def tracked_connection_class(
    kind: type[http.client.HTTPConnection],
) -> type[http.client.HTTPConnection]:
    """The same class of connection, reporting to the current watch."""
    if issubclass(kind, TrackedConnection):
        return kind
    return type(f"Watched{kind.__name__}", (TrackedConnection, kind), {})
