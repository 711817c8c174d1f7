"""Serve Starlette routes on a loopback port in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from uvicorn.protocols.http.h11_impl import H11Protocol

START_TIMEOUT_S = 60.0


@contextmanager
def serve_routes(
    routes: Sequence[BaseRoute],
    port: int = 0,
    *,
    middleware: Sequence[Middleware] = (),
    protocol: type[asyncio.Protocol] = H11Protocol,
) -> Iterator[str]:
    """Serve the routes on this port, or on a free one if 0; yields the base URL.

    `protocol` is the class of its connections.
    """
    app = Starlette(routes=routes, middleware=middleware)
    config = uvicorn.Config(
        app, http=protocol, ws="websockets-sansio", log_level="critical", access_log=False
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            deadline = time.monotonic() + START_TIMEOUT_S
            while not server.started and thread.is_alive():
                if time.monotonic() > deadline:
                    raise TimeoutError("the server did not start")
                time.sleep(0.01)
            yield address
        finally:
            server.should_exit = True
            thread.join()
