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

_here = threading.local()


class Watch:
    """Context manager around one exchange of the current thread, at most `budget_seconds` long.

    `armed`: connections report to this watch. `opened`: one was ready to carry a request.
    `expired`: the budget ran out and the socket was shut, which ends any read or write on it.
    """

    def __init__(self, budget_seconds: float) -> None:
        self.armed = False
        self.opened = False
        self.expired = False
        self._ends = time.monotonic() + budget_seconds
        self._carrier: tuple[WatchedConnection, socket.socket] | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(budget_seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        _here.watch = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        _here.watch = None
        with self._lock:
            self._carrier = None

    @property
    def never_opened(self) -> bool:
        """Whether it is certain that no connection was opened; False also means "not known"."""
        return self.armed and not self.opened

    def take(self, connection: "WatchedConnection") -> None:
        """Note the open connection that will carry the request; TimeoutError when out of time."""
        with self._lock:
            left = self._ends - time.monotonic()
            if self.expired or left <= 0:
                raise TimeoutError("out of time before the request was sent")
            self.opened = True
            # The socket too: http.client forgets it once the headers of a last answer are in.
            self._carrier = (connection, connection.sock)
            connection.watch = self
            # Else a whole upload must pass within the connect timeout: `sendall` counts in total.
            connection.sock.settimeout(left)

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            if self._carrier is None:
                return
            connection, carrier = self._carrier
            # A pooled connection may have gone on to the next exchange a moment ago.
            if connection.watch is not self:
                return
            # Closed meanwhile, or TLS inside TLS, which has no shutdown: the read timeout ends it.
            with suppress(OSError, AttributeError):
                carrier.shutdown(socket.SHUT_RDWR)


def current() -> Watch | None:
    """The watch of this thread's exchange, if one is under way."""
    watch: Watch | None = getattr(_here, "watch", None)
    return watch


class WatchedConnection(http.client.HTTPConnection):
    """Mixed in before a connection class: reports to the current watch."""

    watch: Watch | None = None

    def connect(self) -> None:
        """Connect, with TLS and tunnel where there are any, and only then count as opened."""
        super().connect()
        self._report()

    def putrequest(
        self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False
    ) -> None:
        """Begin a request; a kept-alive connection was opened by an earlier exchange."""
        super().putrequest(method, url, skip_host, skip_accept_encoding)
        if self.sock is not None:
            self._report()

    def _report(self) -> None:
        watch = current()
        if watch is not None:
            watch.take(self)


@functools.cache
def watched(kind: type[http.client.HTTPConnection]) -> type[http.client.HTTPConnection]:
    """The same class of connection, reporting to the current watch."""
    if issubclass(kind, WatchedConnection):
        return kind
    return type(f"Watched{kind.__name__}", (WatchedConnection, kind), {})
