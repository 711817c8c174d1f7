"""Runs the sandbox in a thread of this process."""

import asyncio
import socket
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import uvicorn

from components.sandbox.app import build_app
from components.sandbox.fault_responses import DisconnectableProtocol
from components.sandbox.options import SandboxOptions
from components.sandbox.service import Service

_START_SECONDS = 10.0
_END_SECONDS = 10.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not listened on


class SandboxServer(AbstractContextManager["SandboxServer"]):
    """A sandbox that listens at `url` until `close`; a context manager."""

    def __init__(self, options: SandboxOptions) -> None:
        """Raises OSError (port taken), FaultsRejected, sqlite3.Error (foreign data folder)."""
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        listener = socket.create_server((options.host, options.port), family=family, backlog=128)
        try:
            self._service = Service(options)
        except BaseException:  # raised again; an interrupt must not leave the port taken either
            listener.close()
            raise
        host, port = listener.getsockname()[:2]
        host = _ANYWHERE.get(host, host)
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._up = threading.Event()
        config = uvicorn.Config(
            build_app(self._service),
            http=DisconnectableProtocol,
            ws="none",
            log_config=None,
            log_level=None,  # the level is the process's, and the app's own server has it, too
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener)), name="sandbox", daemon=True
        )
        self._thread.start()
        if not self._up.wait(_START_SECONDS):
            raise TimeoutError(f"the sandbox did not start within {_START_SECONDS:g} s")

    def close(self) -> None:
        """End the sandbox; what is under way is dropped, what is stored stays. May be repeated."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end)
        self._thread.join(_END_SECONDS)

    def set_faults(self, rates: Mapping[str, float]) -> None:
        """Put these fault rates in force instead of all others. Raises FaultsRejected."""
        self._service.faults.replace(rates)

    def usage_report(self) -> dict[str, Any]:
        """What `GET /sandbox/usage` answers."""
        return self._service.usage_report()

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _serve(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.call_soon(self._up.set)
        await self._server.serve(sockets=[listener])

    def _end(self) -> None:
        self._service.sleeper.closing.set()
        self._server.should_exit = True


start = SandboxServer
