"""Firefox for tests, driven by its own protocol, Marionette, over a socket."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.app_server import free_port
from tests.support.webdriver import SIZE, TIMEOUT_S, Window

# What scripts and the content policy of one origin caused; warnings have flag 1.
_ERRORS = """
return Services.console.getMessageArray()
  .filter((message) => message instanceof Ci.nsIScriptError && !(message.flags & 1))
  .map(({ errorMessage, sourceName }) => `${errorMessage} @ ${sourceName}`)
  .filter((message) => message.includes(arguments[0]));
"""


class Firefox(Window):
    """One window, over Marionette."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rwb")
        self._ids = itertools.count(1)
        self._receive()  # a greeting
        self._send("WebDriver:NewSession")
        self._send("WebDriver:SetWindowRect", **SIZE)

    def open(self, url: str) -> None:
        """Load a page."""
        self._send("WebDriver:Navigate", url=url)

    def run(self, script: str, *arguments: str) -> Any:
        """What the body of a function returns in the page."""
        return self._send("WebDriver:ExecuteScript", script=script, args=arguments)["value"]

    def perform(self, actions: dict[str, Any]) -> None:
        """Move and press a mouse, or press keys, as WebDriver writes it down."""
        self._send("WebDriver:PerformActions", actions=[actions])

    def errors(self, url: str) -> list[str]:
        """What the console calls an error of pages at this URL."""
        self._send("Marionette:SetContext", value="chrome")
        found: list[str] = self.run(_ERRORS, url)
        self._send("Marionette:SetContext", value="content")
        return found

    def quit(self) -> None:
        """End Firefox."""
        self._send("Marionette:Quit", flags=["eForceQuit"])

    def _send(self, command: str, **parameters: Any) -> dict[str, Any]:
        message = json.dumps([0, next(self._ids), command, parameters]).encode()
        self._stream.write(b"%d:%s" % (len(message), message))
        self._stream.flush()
        _, _, error, result = self._receive()
        assert error is None, error
        return result or {}

    def _receive(self) -> Any:
        length = b""
        while (digit := self._stream.read(1)) != b":":
            assert digit, "Firefox has gone"
            length += digit
        return json.loads(self._stream.read(int(length)))


@contextmanager
def firefox() -> Iterator[Firefox]:
    """Start Firefox without a screen, with a profile of its own."""
    program = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))))
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # A headless Firefox has no mouse unless it is told.
        preferences = {
            "marionette.port": port,
            "ui.primaryPointerCapabilities": 6,
            "ui.allPointerCapabilities": 6,
            "datareporting.policy.dataSubmissionEnabled": False,
            "app.normandy.enabled": False,
        }
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
            for name, value in preferences.items()
        ]
        Path(profile, "user.js").write_text("".join(lines), "utf-8")
        process = subprocess.Popen(  # noqa: S603 - a fixed command
            [
                *(program, "--headless", "--marionette", "--remote-allow-system-access"),
                *("--no-remote", "--profile", profile),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with _connect(process, port) as connection:
                browser = Firefox(connection)
                yield browser
                browser.quit()
                process.wait(TIMEOUT_S)
        finally:
            process.kill()
            process.wait()


def _connect(process: subprocess.Popen[bytes], port: int) -> socket.socket:
    """The connection, once Firefox listens."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        except ConnectionRefusedError:
            assert process.poll() is None, "Firefox ended at once"
            assert time.monotonic() < deadline, "Firefox does not answer"
            time.sleep(0.05)
