"""What the measurements run on: sandbox, app, other servers, Chromium, data.

With KONTEXT_DATABASE_URL, each app has a new database on that server; with KONTEXT_STORAGE_URL,
a folder of its own in that bucket.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from components.studio.db.database import Database
from components.studio.db.tasks import TaskRepository
from components.studio.images.object_store import open_objects
from components.studio.images.store import ImageStore
from components.studio.settings import read_settings
from tests.support.app_server import COOKIE, ROOT, AppServer, free_port
from tests.support.chromium import open_page
from tests.support.seed import DataFolder

START_SECONDS = 120
_PASSED_ON = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL")
# Nothing is sent: the address refuses connections.
NOTHING_SENT = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": "http://127.0.0.1:9"}


@contextmanager
def new_app(settings: Mapping[str, str]) -> Iterator[AppServer]:
    """An app with a new place for its data. It is not started, and ended at the end."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    own = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    if bucket := os.environ.get("KONTEXT_STORAGE_URL"):
        own["KONTEXT_STORAGE_URL"] = f"{bucket.rstrip('/')}/{name}"
    with tempfile.TemporaryDirectory(prefix="kontext-bench-") as folder, _new_database(name) as url:
        if url:
            own["KONTEXT_DATABASE_URL"] = url
        app = AppServer(Path(folder) / "data", {**own, **settings})
        try:
            yield app
        finally:
            app.__exit__()


@contextmanager
def _new_database(name: str) -> Iterator[str | None]:
    server = os.environ.get("KONTEXT_DATABASE_URL")
    if not server:
        yield None
        return
    url = read_settings({"KONTEXT_DATABASE_URL": server}, {}).database_url
    assert url is not None
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield sa.make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


@contextmanager
def data_of(app: AppServer) -> Iterator[DataFolder]:
    """The data of an app that does not run, to write into."""
    settings = read_settings({**app.settings, "KONTEXT_DATA_DIR": str(app.folder)}, {})
    repository = (
        TaskRepository.in_folder(app.folder)
        if settings.database_url is None
        else TaskRepository(Database(settings.database_url))
    )
    if settings.database_url is not None:
        repository.database.epoch = 0  # no replica has ever led: this process works alone
    try:
        yield DataFolder(app.folder, repository, ImageStore(app.folder, open_objects(settings)))
    finally:
        repository.close()


@contextmanager
def run_server(command: Sequence[str], url: str, **environment: str) -> Iterator[int]:
    """A server from a folder of its own, once this URL answers; yields the process id."""
    with tempfile.TemporaryDirectory(prefix="kontext-bench-") as folder:
        process = subprocess.Popen(  # noqa: S603 - a fixed command
            [sys.executable, "-m", *command],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not _answers(url):
                assert process.poll() is None, f"{command} ended at once"
                assert time.monotonic() < deadline, f"{command} does not answer"
                time.sleep(0.1)  # as AppServer does
            yield process.pid
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _answers(url: str) -> bool:
    try:
        requests.get(url, timeout=5)
    except requests.RequestException:
        return False
    return True


@contextmanager
def run_streamlit(*what: str, **environment: str) -> Iterator[tuple[str, int]]:
    """`streamlit run FILE` or `streamlit hello`; yields URL and process id."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    with run_server(
        ["streamlit", *what, *arguments], f"{url}/_stcore/health", **environment
    ) as pid:
        yield url, pid


class Provider:
    """A sandbox in a process of its own; pictures take `seconds`, a fifth more or less."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.settings = {"KIE_BASE_URL": url, "KIE_UPLOAD_BASE_URL": url, "KIE_API_KEY": "a-key"}

    def usage(self) -> dict[str, Any]:
        """Every task with its times, and how many calls there were, of all keys."""
        report: dict[str, Any] = requests.get(f"{self.url}/sandbox/usage", timeout=60).json()
        return report

    def ended_at(self) -> dict[str, float]:
        """When each prompt's picture was done there, in seconds since 1970."""
        return {
            task["prompt"]: task["completeTime"] / 1000
            for task in self.usage()["tasks"]
            if task["completeTime"] is not None
        }


@contextmanager
def run_provider(seconds: float, **options: str) -> Iterator[Provider]:
    """Run a sandbox; its limits are those of the service unless `options` set others."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    chosen = {"port": str(port), "seconds": str(seconds), "credits": "100000", "seed": "1"}
    chosen |= options
    arguments = [
        part for name, value in chosen.items() for part in (f"--{name.replace('_', '-')}", value)
    ]
    with run_server(["components.sandbox", *arguments], f"{url}/sandbox/faults"):
        yield Provider(url)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, its kernel time included."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def cookies_of(token: str) -> dict[str, Any]:
    """Playwright's `storage_state` for the user of this token."""
    cookie = {"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}
    return {"cookies": [{**cookie, "expires": -1, "httpOnly": True, "sameSite": "Lax"}]}


@contextmanager
def open_as(browser: Browser, app: AppServer, token: str, script: str = "") -> Iterator[Page]:
    """A tab with an empty cache, on no page of the app yet; `script` runs in each."""
    state = cookies_of(token)
    with open_page(browser, app.url, "about:blank", storage_state=state) as page:
        if script:
            page.add_init_script(script)
        yield page
