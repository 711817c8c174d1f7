"""Routes of ours behind a port of loopback, without the pages."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

START_SECONDS = 20.0


@contextmanager
def listening(routes: Sequence[BaseRoute], port: int = 0) -> Iterator[str]:
    """Answer on this port, or on a free one; the address."""
    config = uvicorn.Config(
        Starlette(routes=routes), ws="none", log_level="critical", access_log=False
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            deadline = time.monotonic() + START_SECONDS
            while not server.started and thread.is_alive():
                if time.monotonic() > deadline:
                    raise TimeoutError("the routes are not served")
                time.sleep(0.01)
            yield address
        finally:
            server.should_exit = True
            thread.join()
