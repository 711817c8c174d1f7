"""Running apps: as a stranger starts it, with quick pictures, and with a gallery of a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser

from components.sandbox import SandboxOptions, start
from components.studio.db.tasks import Ledger
from components.studio.identity import new_token
from tests.browser.gallery_steps import COUNT, SeededApp
from tests.support.app_server import AppServer
from tests.support.chromium import chromium
from tests.support.gallery_seed import SeedImage, seed_gallery
from tests.support.seed import user_id_of

SHAPES = ((1392, 752), (1184, 880), (1024, 1024), (880, 1184))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium per worker process; each test opens its own context."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    with AppServer(tmp_path_factory.mktemp("journey") / "data") as running:
        yield running


@pytest.fixture(scope="package")
def fast_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    with start(SandboxOptions(seconds=1)) as service:
        settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": service.url}
        settings["KIE_UPLOAD_BASE_URL"] = service.url
        with AppServer(tmp_path_factory.mktemp("quick") / "data", settings) as running:
            yield running


@pytest.fixture(scope="package")
def seeded_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeededApp]:
    """Sown once for all files: a test leaves what the others look for as it was."""
    app = AppServer(tmp_path_factory.mktemp("gallery") / "data")
    seeded_app = SeededApp(app, new_token(), new_token())
    anna = user_id_of(seeded_app.anna)
    many = [
        SeedImage(
            f"Picture {number:04}", hours=1 + number / 4, designer=anna, size=SHAPES[number % 4]
        )
        for number in range(COUNT)
    ]
    press = [SeedImage("A fox on a press", 0.5, designer=anna, batch="press") for _ in range(3)]
    with closing(Ledger.in_folder(app.folder)) as repository:
        first, *_ = seed_gallery(app.folder, repository, many)
        seed_gallery(app.folder, repository, press)
        night = SeedImage("Make it night", 0.4, designer=anna, source_id=first, size=(1184, 880))
        [step] = seed_gallery(app.folder, repository, [night])
        seed_gallery(
            app.folder, repository, [SeedImage("Add rain", 0.3, designer=anna, source_id=step)]
        )
        seed_gallery(
            app.folder, repository, [SeedImage("Add snow", 0.2, designer=anna, source_id=first)]
        )
        seed_gallery(
            app.folder, repository, [SeedImage("Ben's own", designer=user_id_of(seeded_app.ben))]
        )
    with app:
        yield seeded_app
