"""Fixtures for all tests: a clean environment, a data folder per test, a sandbox."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1.util import patch_config_options

from components import bootstrap
from components.sandbox import SandboxOptions, SandboxServer, start

# Tests of an app that their package shares run in one worker process, so that it starts once.
SHARED_APPS = {
    "tests/integration/server": {"seeded_app", "uvicorn_app"},
    "tests/browser": {"fast_sandbox"},
}
# The other journeys share a browser: two at work are enough for two cores.
SHARED_BROWSER = "tests/browser"
FIRST = ("tests/browser", "tests/integration/studio/test_kill.py")  # long: others run beside them
LAST = "tests/unit"  # quick files, which leave no worker process with a long one at the end

# A commit waits for the disk, longer than all that most tests compute.
MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a private folder in it
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4_000_000_000:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests, and group them for `--dist loadgroup`.

    xdist 3.8 groups by marks, in a way that pytest 9.2 ignores: each test would be sent alone.
    """
    items.sort(key=_order)
    if not config.getoption("loadgroup", default=False):
        return
    for item in items:
        end = f"@{_group(item)}"
        item._id = item.id.parse(item.nodeid + end)
        assert item.nodeid.endswith(end), "pytest has changed: find another way to group tests"


def pytest_collection_finish() -> None:
    """Keep garbage collections short: what is loaded by now stays until the end."""
    gc.collect()
    gc.freeze()


def _group(item: pytest.Item) -> str:
    """Tests of one group run in one worker process."""
    path = item.location[0]
    for folder, fixtures in SHARED_APPS.items():
        if path.startswith(folder) and not fixtures.isdisjoint(getattr(item, "fixturenames", ())):
            # Half of the journeys take as long as all other tests: each half has an app.
            half = ", first half" if SHARED_BROWSER < path < f"{SHARED_BROWSER}/test_h" else ""
            return f"{folder}, shared apps{half}"
    return SHARED_BROWSER if path.startswith(SHARED_BROWSER) else path


def _order(item: pytest.Item) -> int:
    path = item.location[0]
    return 0 if path.startswith(FIRST) else 2 if path.startswith(LAST) else 1


@pytest.fixture(scope="session", autouse=True)
def _quick_streamlit() -> Iterator[None]:
    """Log errors plainly, as .streamlit/config.toml says: colours take longer than the page.

    And cache the metadata of installed packages: Streamlit 1.67 reads them for each AppTest.
    """
    manifests = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch, patch_config_options({"logger.enableRich": False}):
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: manifests)
        yield


@pytest.fixture(autouse=True)
def _isolated_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Unset the app's settings, use a temporary data folder, and close the app afterwards."""
    for name in os.environ:
        if name.startswith(("KIE_", "KONTEXT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KONTEXT_DATA_DIR", str(tmp_path / "data"))
    # A process for each edit, and drift, would be slow.
    monkeypatch.setenv("KONTEXT_KEEP_REST", "never")
    monkeypatch.setenv("KONTEXT_SANDBOX_DRIFT", "off")
    # Streamlit reads secrets.toml here and in HOME; a real key in it must not be used.
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield
    bootstrap.forget_running_app()


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """A fast sandbox server, configured in the environment as the provider; short pauses."""
    load = bootstrap.load_settings
    monkeypatch.setattr(bootstrap, "load_settings", lambda: replace(load(), pause_factor=0.1))
    options = SandboxOptions(seconds=0, creates_per_10s=1000, queries_per_s=1000)
    with start(options) as running:
        monkeypatch.setenv("KIE_API_KEY", "a-key")
        monkeypatch.setenv("KIE_BASE_URL", running.url)
        monkeypatch.setenv("KIE_UPLOAD_BASE_URL", running.url)
        yield running
