"""One running app with the images of two users, shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from components.kie import OutputFormat
from components.sandbox import SandboxOptions, start
from components.studio.tasks.models import Task
from tests.support.app_server import AppServer, HttpClient
from tests.support.identity import new_token
from tests.support.quick_database import quick_database as quick_database
from tests.support.quick_pictures import quick_pictures as quick_pictures
from tests.support.seed import DataFolder, open_data_folder

HOSTILE_PROMPTS = (
    '"; filename="invoice.exe',
    "../../../etc/passwd",
    "a\r\nSet-Cookie: kontext_designer=mine\r\n\r\n<script>",
    "\u202egnp.exe قطة على النافذة",
    "🦊 %0d%0a %2e%2e %00",
    "CON nul aux . . .",
    "x" * 5000,
    "字" * 400,
)


@dataclass(frozen=True)
class SeededApp:
    """The app, and two users, each with images and an unconfirmed task; and an earlier one."""

    app: AppServer
    seeds: DataFolder
    anna: HttpClient
    anna_picture: str
    anna_png: str
    anna_lost: Task
    hostile: tuple[str, ...]
    ben: HttpClient
    ben_picture: str
    ben_lost: Task
    old_token: str
    """The cookie of a user of version 0.1.0, with one image."""
    old_picture: str


@pytest.fixture(scope="package")
def seeded_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeededApp]:
    app = AppServer(tmp_path_factory.mktemp("served") / "data")
    anna, ben, old = new_token(), new_token(), "anna-" + "A" * 38
    with open_data_folder(app.folder) as seeds:
        seeded_app = SeededApp(
            app=app,
            seeds=seeds,
            anna=app.client(anna),
            anna_picture=seeds.add_picture(anna, "A red fox, running"),
            anna_png=seeds.add_picture(anna, "A blue hut", OutputFormat.PNG),
            anna_lost=seeds.add_task(anna, "A hill"),
            hostile=tuple(seeds.add_picture(anna, prompt) for prompt in HOSTILE_PROMPTS),
            ben=app.client(ben),
            ben_picture=seeds.add_picture(ben, "Ben's own"),
            ben_lost=seeds.add_task(ben, "A lake"),
            old_token=old,
            old_picture=seeds.add_picture(old, "A red fox"),
        )
    with app:
        yield seeded_app


@pytest.fixture(scope="package")
def uvicorn_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app as uvicorn starts it, with a sandbox as its provider."""
    with start(SandboxOptions(seconds=0)) as sandbox:
        # uvicorn has no option for secrets.toml: this key wins over a real one in it.
        settings = {
            "KIE_API_KEY": "a-key",
            "KIE_BASE_URL": sandbox.url,
            "KIE_UPLOAD_BASE_URL": sandbox.url,
        }
        folder = tmp_path_factory.mktemp("uvicorn") / "data"
        with AppServer(folder, settings, "uvicorn") as running:
            yield running
