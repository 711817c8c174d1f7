"""A server for the pages of this folder that need nothing but Streamlit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.serving import ROOT, START_SECONDS, free_port


@pytest.fixture(scope="package")
def strip_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `strip_page.py` is served."""
    home = tmp_path_factory.mktemp("strip")
    url = f"http://127.0.0.1:{(port := free_port())}"
    settings = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(Path(__file__).with_name("strip_page.py")),
    ]
    command += [f"--{name}={value}" for name, value in settings.items()]
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(  # noqa: S603 - our own words
            command, cwd=home, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
        ) as server,
    ):
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
            assert time.monotonic() < deadline, "the page is not served"
            time.sleep(0.1)
