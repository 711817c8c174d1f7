"""Run the app in a separate process, on a free port, with its own data folder."""

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

from tests.support.identity import COOKIE_SECRET

ROOT = Path(__file__).parents[2]
COOKIE = "kontext_designer"  # of version 0.1.0: it stands in browsers
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
_SETTING_PREFIXES = ("KIE_", "KONTEXT_", "STREAMLIT_")


def free_port() -> int:
    """A loopback port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class AppServer:
    """An app process that a test can stop, kill and start again on the same port and data."""

    folder: Path
    """The data folder. The log file is beside it."""
    settings: Mapping[str, str] = field(default_factory=dict)
    starter: Literal["streamlit", "uvicorn"] = "streamlit"
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of the last start."""
        assert self._process is not None, "the app was not started"
        return self._process.pid

    @property
    def log(self) -> str:
        """All output since the first start."""
        return self._log_path.read_text("utf-8", "replace")

    def start(self) -> Self:
        """Start the process and return once it answers HTTP, healthy or not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_SETTING_PREFIXES)
        }
        environment |= {
            "KONTEXT_DATA_DIR": str(self.folder),
            "KONTEXT_COOKIE_SECRET": COOKIE_SECRET,
            # A process for each edit, and drift, would be slow.
            "KONTEXT_KEEP_REST": "never",
            "KONTEXT_SANDBOX_DRIFT": "off",
            **self.settings,
        }
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed command
                [sys.executable, "-m", *self._command()],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            assert self._process.poll() is None, f"the app ended at once:\n{self.log[-2000:]}"
            assert time.monotonic() < deadline, f"the app does not answer:\n{self.log[-2000:]}"
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        """Send SIGTERM and wait for the end."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_TIMEOUT_S)

    def kill(self) -> None:
        """Send SIGKILL, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_TIMEOUT_S)

    def client(self, token: str | None = None) -> HttpClient:
        """An HTTP client with this identity cookie, or without one."""
        return HttpClient(self.url, token)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()

    @property
    def secrets_path(self) -> Path:
        """Where secrets.toml is sought under `streamlit run`; a real key must not be used."""
        return self.folder.with_suffix(".toml")

    @property
    def _log_path(self) -> Path:
        return self.folder.with_suffix(".log")

    def _command(self) -> list[str]:
        if self.starter == "uvicorn":
            return ["uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(self.port)]
        return [
            *("streamlit", "run", "app.py", "--server.address", "127.0.0.1"),
            *("--server.port", str(self.port), "--secrets.files", str(self.secrets_path)),
        ]

    def _answers(self) -> bool:
        try:
            requests.get(f"{self.url}/healthz", timeout=5)
        except requests.RequestException:
            return False
        return True


@dataclass(frozen=True)
class HttpClient:
    """Sends requests with an identity cookie; with token None, without one."""

    url: str
    token: str | None = None

    def get(self, path: str, **headers: str) -> requests.Response:
        """GET the path exactly as written, without following redirects."""
        cookie = {"cookie": f"{COOKIE}={self.token}"} if self.token else {}
        request = requests.Request("GET", self.url, headers={**cookie, **headers}).prepare()
        request.url = self.url + path  # requests would normalise "/../"
        with requests.Session() as session:
            session.trust_env = False
            return session.send(request, timeout=60, allow_redirects=False)

    def open(self, path: str = "/", **headers: str) -> requests.Response:
        """GET a page with the Accept header of a browser navigation."""
        return self.get(path, accept="text/html,application/xhtml+xml", **headers)


def identity_token(response: requests.Response) -> str:
    """The identity token that a response sets as a cookie."""
    found = re.search(rf"{COOKIE}\w*=([^;]+)", response.headers.get("set-cookie", ""))
    assert found is not None, "the response sets no identity cookie"
    return found[1]
