"""Serves pages that need nothing but Streamlit and our components, each in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.support.app_server import ROOT, START_SECONDS

_CONFIG = """
browser.gatherUsageStats = false
server.enableStaticServing = true
server.fileWatcherType = "none"
"""


@contextmanager
def serving(app: str, folder: Path, **environment: str) -> Iterator[str]:
    """Serve `app`, a module beside this one, out of a folder for its log; yields its address."""
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text(_CONFIG, "utf-8")
    with socket.socket() as listening, (folder / "log").open("wb") as log:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        command = [sys.executable, "-m", "uvicorn", f"{app}:app"]
        command += ["--app-dir", str(Path(__file__).parent), "--fd", str(listening.fileno())]
        with subprocess.Popen(  # noqa: S603 - our own interpreter with our own words
            command,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), **environment},
            pass_fds=[listening.fileno()],
            stdout=log,
            stderr=log,
        ) as server:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            try:
                _wait_until_up(url)
                yield url
            finally:
                server.terminate()


def _wait_until_up(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if requests.get(f"{url}/_stcore/health", timeout=5).ok:
                return
        except requests.RequestException:
            pass  # it listens already, but nobody answers yet
        assert time.monotonic() < deadline, "the page is not served"
        time.sleep(0.1)
