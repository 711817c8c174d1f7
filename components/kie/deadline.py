"""A watch over one exchange: it ends within its budget, and we know if a connection was opened.

Read timeouts of `requests` hold for one read of a socket, so a server that drips a byte at a time
could keep a thread for ever; and its exceptions do not tell a TLS handshake that was reset from
an answer that was. Both are known exactly at the connection itself, so it is watched there.
"""

import functools
import http.client
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

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
