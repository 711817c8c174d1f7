"""Runs `widgets_server.py` in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.support.app_server import ROOT, START_TIMEOUT_S

_CONFIG = 'browser.gatherUsageStats = false\nserver.fileWatcherType = "none"\n'


@dataclass(frozen=True)
class WidgetServer:
    """The running app, the folder of its images, and the file of its grid's cards."""

    url: str
    images: Path
    state: Path

    def show(self, *cards: dict[str, str], layout: str = "feed") -> None:
        """Set the cards of the grid; open tabs draw them at their next rerun."""
        self.state.write_text(json.dumps({"layout": layout, "cards": cards}), "utf-8")

    def announce(self) -> int:
        """Announce an update to all open tabs; return how many there are."""
        return int(requests.post(f"{self.url}/announce", timeout=5).text)

    def drop_sockets(self) -> None:
        """Close the update sockets of all open tabs."""
        requests.post(f"{self.url}/drop", timeout=5).raise_for_status()


@contextmanager
def run_widget_server(folder: Path) -> Iterator[WidgetServer]:
    """Serve the widgets out of a folder, which gets the log."""
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text(_CONFIG, "utf-8")
    images, state = folder / "images", folder / "cards.json"
    images.mkdir()
    environment = {"PYTHONPATH": str(ROOT), "GRID_STATE": str(state), "IMAGES": str(images)}
    with socket.socket() as listening, (folder / "log").open("wb") as log:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = WidgetServer(f"http://127.0.0.1:{listening.getsockname()[1]}", images, state)
        server.show()
        command = [sys.executable, "-m", "uvicorn", "widgets_server:app"]
        command += ["--app-dir", str(Path(__file__).parent), "--fd", str(listening.fileno())]
        with subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            command,
            cwd=folder,
            env=os.environ | environment,
            pass_fds=[listening.fileno()],
            stdout=log,
            stderr=log,
        ) as process:
            try:
                _wait_until_up(server.url)
                yield server
            finally:
                process.terminate()


def _wait_until_up(url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            if requests.get(f"{url}/_stcore/health", timeout=5).ok:
                return
        except requests.RequestException:
            pass  # the socket listens already, the server does not answer yet
        assert time.monotonic() < deadline, "the widget server does not start"
        time.sleep(0.1)
