"""Fixtures for the tests of pages."""

from __future__ import annotations

import pytest

from tests.support.app_server import free_port


@pytest.fixture
def unreachable_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks stay queued, as nothing listens at the provider's address."""
    monkeypatch.setenv("KIE_API_KEY", "a-key")
    monkeypatch.setenv("KIE_BASE_URL", f"http://127.0.0.1:{free_port()}")
