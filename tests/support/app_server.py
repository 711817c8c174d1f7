"""The app as a stranger starts it: a process of its own, on a free port, with its own data."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

import requests

from components.studio.identity import COOKIE

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
END_SECONDS = 15
_OURS = ("KIE_", "KONTEXT_", "STREAMLIT_")


def free_port() -> int:
    """A port of loopback on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class ServedApp:
    """The app, which may be ended in any way and started again where it was."""

    folder: Path
    """The data folder. The log lies beside it."""
    settings: Mapping[str, str] = field(default_factory=dict)
    starter: Literal["streamlit", "uvicorn"] = "streamlit"
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process, once it was started."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    @property
    def log(self) -> str:
        """All it has written since the first start."""
        return self._log_path.read_text("utf-8", "replace")

    def start(self) -> Self:
        """Start it, and return once it answers; whether it is well is not asked."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(_OURS)
        }
        environment |= {"KONTEXT_DATA_DIR": str(self.folder), **self.settings}
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-m", *self._command()],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, f"the app ended at once:\n{self.log[-2000:]}"
            assert time.monotonic() < deadline, f"the app does not answer:\n{self.log[-2000:]}"
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(END_SECONDS)

    def kill(self) -> None:
        """End it without a word, as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(END_SECONDS)

    def visitor(self, token: str | None = None) -> Visitor:
        """Somebody with a cookie, or without one."""
        return Visitor(self.url, token)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()

    @property
    def _log_path(self) -> Path:
        return self.folder.with_suffix(".log")

    def _command(self) -> list[str]:
        if self.starter == "uvicorn":
            return ["uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(self.port)]
        # The secrets of whoever runs the tests must not send them to the real service.
        no_secrets = self.folder / "no-secrets.toml"
        return [
            *("streamlit", "run", "app.py", "--server.address", "127.0.0.1"),
            *("--server.port", str(self.port), "--secrets.files", str(no_secrets)),
        ]

    def _answers(self) -> bool:
        try:
            requests.get(f"{self.url}/healthz", timeout=5)
        except requests.RequestException:
            return False
        return True


@dataclass(frozen=True)
class Visitor:
    """A browser without a screen. A token of None brings no cookie along."""

    url: str
    token: str | None = None

    def get(self, path: str, **headers: str) -> requests.Response:
        """Ask for a path exactly as it is written; follow nothing."""
        cookie = {"cookie": f"{COOKIE}={self.token}"} if self.token else {}
        asked = requests.Request("GET", self.url, headers={**cookie, **headers}).prepare()
        asked.url = self.url + path  # requests would tidy "/../" away
        with requests.Session() as session:
            session.trust_env = False
            return session.send(asked, timeout=20, allow_redirects=False)

    def open(self, path: str = "/", **headers: str) -> requests.Response:
        """Ask for a page, as an address bar does."""
        return self.get(path, accept="text/html,application/xhtml+xml", **headers)


def token_given(answer: requests.Response) -> str:
    """The identity that an answer gives to its reader."""
    found = re.search(rf"{COOKIE}=([^;]+)", answer.headers.get("set-cookie", ""))
    assert found is not None, "no identity was given"
    return found[1]
