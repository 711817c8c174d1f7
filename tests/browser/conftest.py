"""Chromium and running apps, each started once per worker process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from components.sandbox import SandboxOptions, start
from components.studio.db.tasks import TaskRepository
from tests.browser.gallery_steps import COUNT, SeededApp
from tests.support.app_server import AppServer
from tests.support.chromium import chromium
from tests.support.gallery_seed import SeedImage, seed_gallery
from tests.support.identity import new_token, user_id_of
from tests.support.quick_pictures import quick_pictures as quick_pictures

REAL_EDITS = Path(__file__).parents[1] / "data" / "real_edits"
SIZES = ((1392, 752), (1184, 880), (1024, 1024), (880, 1184))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium; each test opens its own context."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def restartable_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with its own sandbox, as a new user starts it; tests may kill and start it."""
    with AppServer(tmp_path_factory.mktemp("restartable") / "data") as running:
        yield running


@pytest.fixture(scope="package")
def fast_sandbox() -> Iterator[dict[str, str]]:
    """The settings of an app that uses a fast sandbox, which knows a few real edits."""
    with start(SandboxOptions(seconds=1, answers=REAL_EDITS)) as sandbox:
        yield {
            "KIE_API_KEY": "a-key",
            "KIE_BASE_URL": sandbox.url,
            "KIE_UPLOAD_BASE_URL": sandbox.url,
        }


@pytest.fixture(scope="package")
def seeded_app(
    fast_sandbox: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SeededApp]:
    """One app with a fast sandbox and a full gallery; a test leaves the gallery as it was."""
    app = AppServer(tmp_path_factory.mktemp("seeded") / "data", fast_sandbox)
    seeded = SeededApp(app, new_token(), new_token())
    _seed(seeded)
    with app:
        yield seeded


@pytest.fixture
def fast_app(seeded_app: SeededApp) -> AppServer:
    """The app with a fast sandbox; every browser context is a new user."""
    return seeded_app.app


def _seed(seeded: SeededApp) -> None:
    folder, anna = seeded.app.folder, user_id_of(seeded.anna)
    many = [
        SeedImage(f"Picture {n:04}", hours=1 + n / 4, user_id=anna, size=SIZES[n % 4])
        for n in range(COUNT)
    ]
    variants = [SeedImage("A fox on a press", 0.5, user_id=anna, batch="fox") for _ in range(3)]
    with closing(TaskRepository.in_folder(folder)) as repository:
        first, *_ = seed_gallery(folder, repository, many)
        seed_gallery(folder, repository, variants)
        night = SeedImage("Make it night", 0.4, user_id=anna, source_id=first, size=(1184, 880))
        [step] = seed_gallery(folder, repository, [night])
        seed_gallery(
            folder,
            repository,
            [
                SeedImage("Add rain", 0.3, user_id=anna, source_id=step),
                SeedImage("Add snow", 0.2, user_id=anna, source_id=first),
                SeedImage("Ben's own", user_id=user_id_of(seeded.ben)),
            ],
        )
