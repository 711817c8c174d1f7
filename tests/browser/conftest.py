"""Running apps: as a stranger starts it, with quick pictures, and with a gallery of a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from components.sandbox import SandboxOptions, start
from components.studio.db.tasks import TaskRepository
from components.studio.identity import new_token
from tests.browser.gallery_steps import COUNT, Ground
from tests.support.app_server import ServedApp
from tests.support.gallery_seed import Seed, sow
from tests.support.seed import name_of

SHAPES = ((1392, 752), (1184, 880), (1024, 1024), (880, 1184))


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


@pytest.fixture(scope="package")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Sown once for all files: a test leaves what the others look for as it was."""
    app = ServedApp(tmp_path_factory.mktemp("gallery") / "data")
    ground = Ground(app, new_token(), new_token())
    anna = name_of(ground.anna)
    many = [
        Seed(f"Picture {number:04}", hours=1 + number / 4, designer=anna, size=SHAPES[number % 4])
        for number in range(COUNT)
    ]
    press = [Seed("A fox on a press", 0.5, designer=anna, batch="press") for _ in range(3)]
    with closing(TaskRepository.in_folder(app.folder)) as ledger:
        first, *_ = sow(app.folder, ledger, many)
        sow(app.folder, ledger, press)
        night = Seed("Make it night", 0.4, designer=anna, source_id=first, size=(1184, 880))
        [step] = sow(app.folder, ledger, [night])
        sow(app.folder, ledger, [Seed("Add rain", 0.3, designer=anna, source_id=step)])
        sow(app.folder, ledger, [Seed("Add snow", 0.2, designer=anna, source_id=first)])
        sow(app.folder, ledger, [Seed("Ben's own", designer=name_of(ground.ben))])
    with app:
        yield ground
