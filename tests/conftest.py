"""What every test may rely on: no settings from outside, a data folder of its own, no leftovers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from playwright.sync_api import Browser

from components.sandbox import SandboxOptions, SandboxServer, start
from tests.browsing import chromium


@pytest.fixture(autouse=True)
def _own_ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of whoever runs the tests, and a studio that ends with its test."""
    for name in os.environ:
        if name.startswith(("KIE_", "KONTEXT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KONTEXT_DATA_DIR", str(tmp_path / "data"))
    # Streamlit looks for secrets.toml here and at home; a key in it must not be spent.
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of one module; each test opens a context of its own."""
    with chromium() as running:
        yield running


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """The far side of the wire, quick, and reached with a key as the real one is."""
    options = SandboxOptions(seconds=0, creates_per_10s=1000, queries_per_s=1000)
    with start(options) as running:
        monkeypatch.setenv("KIE_API_KEY", "a-key")
        monkeypatch.setenv("KIE_BASE_URL", running.url)
        monkeypatch.setenv("KIE_UPLOAD_BASE_URL", running.url)
        yield running
