"""Two running apps: one as a stranger starts it, one whose pictures come within two seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components.sandbox import SandboxOptions, start
from tests.serving import ServedApp


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    with ServedApp(tmp_path_factory.mktemp("journey") / "data") as running:
        yield running


@pytest.fixture(scope="package")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    with start(SandboxOptions(seconds=1)) as service:
        settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": service.url}
        settings["KIE_UPLOAD_BASE_URL"] = service.url
        with ServedApp(tmp_path_factory.mktemp("quick") / "data", settings) as running:
            yield running
