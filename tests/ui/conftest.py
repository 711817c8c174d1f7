"""The page that several files of this folder look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.pages import serving


@pytest.fixture(scope="package")
def strip_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `strip_page.py` is served."""
    page = str(Path(__file__).with_name("strip_page.py"))
    with serving("page_server", tmp_path_factory.mktemp("strip"), PAGE=page) as url:
        yield url
