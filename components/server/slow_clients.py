"""Limits what a connection may take before a request reaches the app: time, files and memory.

uvicorn waits for a request's headers for ever: 1,000 connections that never end theirs would use
up the files that a process may open, and nobody else could connect.
"""

from __future__ import annotations

import asyncio
import resource
from collections import defaultdict
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from components.server.trusted_proxies import address_group

HEADER_SECONDS: Final = 10.0
"""How long the headers of a request may take in all."""
PAUSE_SECONDS: Final = 60.0
"""How long a client may send nothing of a body, or take nothing of a response, as in nginx."""
UNFINISHED_PER_ADDRESS: Final = 100
UNFINISHED_IN_ALL: Final = 400
"""Below 1,024, the number of open files that many systems allow."""
MAX_OPEN_FILES: Final = 65_536
MAX_SOCKET_MESSAGE_BYTES: Final = 4_000_000
"""A page sends some kB. Streamlit takes 200 MB, and under uvicorn compressed ones as well."""


def raise_file_limit() -> None:
    """Let this process open as many files as the system allows it, up to 65,536."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class CloseSlowClients:
    """Middleware: gives uvicorn another class for its connections, and smaller limits.

    Other servers than uvicorn have limits of their own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the server's configuration at its start, before the first connection."""
        if scope["type"] == "lifespan":
            config: Any = getattr(getattr(receive, "__self__", None), "config", None)
            if hasattr(config, "http_protocol_class"):
                config.http_protocol_class = impatient(config.http_protocol_class)
                config.ws_max_size = MAX_SOCKET_MESSAGE_BYTES
                config.ws_per_message_deflate = False
        await self.app(scope, receive, send)


def impatient(
    base: Any,
    *,
    header_seconds: float = HEADER_SECONDS,
    pause_seconds: float = PAUSE_SECONDS,
    per_address: int = UNFINISHED_PER_ADDRESS,
    in_all: int = UNFINISHED_IN_ALL,
) -> type[asyncio.Protocol]:
    """A class of uvicorn's connections with these limits.

    Above `per_address` or `in_all` unfinished requests the oldest one is closed, never the newest:
    headers of a browser are complete within a moment.
    """
    unfinished: dict[str, dict[Any, None]] = defaultdict(dict)  # by address, the oldest first
    oldest_first: dict[Any, None] = {}

    class ImpatientProtocol(base):  # type: ignore[misc]  # uvicorn has two
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._address = address_group(str((transport.get_extra_info("peername") or [""])[0]))
            self._timers: dict[str, asyncio.TimerHandle] = {}
            self._watch_request()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch_request()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._start("response", pause_seconds)

        def resume_writing(self) -> None:
            super().resume_writing()
            self._stop("response")

        def connection_lost(self, error: Exception | None) -> None:
            super().connection_lost(error)
            for name in list(self._timers):
                self._stop(name)

        def _watch_request(self) -> None:
            """Note what of a request is awaited: headers, the rest of a body, or nothing."""
            is_open = self in self.connections and not self.transport.is_closing()
            is_answered = self.cycle is None or self.cycle.response_complete
            if not is_open or not is_answered:  # closed or a WebSocket by now, or at work
                self._stop("headers")
            elif "headers" not in self._timers:
                self._start("headers", header_seconds)
                self._make_room()
            self._stop("body")
            if is_open and not is_answered and self.cycle.more_body and not self.flow.read_paused:
                self._start("body", pause_seconds)

        def _make_room(self) -> None:
            unfinished[self._address][self] = oldest_first[self] = None
            for queue, most in ((unfinished[self._address], per_address), (oldest_first, in_all)):
                if len(queue) > most:
                    oldest = next(iter(queue))
                    oldest._stop("headers")
                    oldest.transport.abort()

        def _start(self, name: str, seconds: float) -> None:
            # Not `close`: that would wait for a client that takes nothing.
            self._timers[name] = self.loop.call_later(seconds, self.transport.abort)

        def _stop(self, name: str) -> None:
            if (timer := self._timers.pop(name, None)) is None:
                return
            timer.cancel()
            if name == "headers":
                del oldest_first[self], unfinished[self._address][self]
                if not unfinished[self._address]:
                    del unfinished[self._address]

    return ImpatientProtocol
