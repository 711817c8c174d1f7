"""Fixtures of the pages' tests."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from components.ui import errors
from tests.support.app_server import free_port
from tests.support.quick_database import quick_database as quick_database
from tests.support.quick_pictures import quick_pictures as quick_pictures


@pytest.fixture(autouse=True)
def _show_errors_as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest has no `on_script_error` (Streamlit 1.67): give its runs that of app.py."""
    start = LocalScriptRunner.__init__

    def start_with_handler(runner: LocalScriptRunner, *args: Any, **options: Any) -> None:
        start(runner, *args, **options)
        runner._on_script_error = errors.show_error

    monkeypatch.setattr(LocalScriptRunner, "__init__", start_with_handler)


@pytest.fixture
def unreachable_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks stay queued, as nothing listens at the provider's address."""
    monkeypatch.setenv("KIE_API_KEY", "a-key")
    monkeypatch.setenv("KIE_BASE_URL", f"http://127.0.0.1:{free_port()}")
