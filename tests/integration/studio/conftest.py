"""Fixtures: a database, a running studio and images to export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.studio.db.tasks import TaskRepository
from components.studio.export import ExportItem
from components.studio.images.object_store import DiskStore, StoredFile
from tests.support import on_postgresql as chosen_database
from tests.support.export_fixtures import MakeItem, image_of, task_of
from tests.support.image_corpus import encoded, quarters
from tests.support.on_postgresql import on_postgresql as on_postgresql
from tests.support.postgresql import running_postgresql
from tests.support.quick_database import quick_database as quick_database
from tests.support.quick_database import real_migrations as real_migrations
from tests.support.quick_pictures import quick_pictures as quick_pictures
from tests.support.s3_server import moto_url as moto_url
from tests.support.s3_server import s3 as s3
from tests.support.studio_fixture import StudioFixture, running_studio

pytest_collection_modifyitems = chosen_database.choose_tests


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server for all tests of this process."""
    with running_postgresql() as url:
        yield url


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> str:
    """The URL of its database, without tables."""
    engine = sa.create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return postgresql_url


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[TaskRepository]:
    with closing(TaskRepository.in_folder(tmp_path)) as opened:
        yield opened


@pytest.fixture
def studio_fixture(tmp_path: Path) -> Iterator[StudioFixture]:
    with running_studio(tmp_path) as running:
        yield running


@pytest.fixture
def make_item(tmp_path: Path) -> MakeItem:
    """Makes an export item with its file."""
    file = StoredFile(DiskStore(tmp_path), "picture.jpeg")
    file.write(encoded(quarters(), "JPEG"))

    def make(prompt: str, number: int = 1, **more: object) -> ExportItem:
        task = task_of(number, prompt)
        item = ExportItem(image=image_of(number, task=task), file=file, task=task)
        return replace(item, **more)  # type: ignore[arg-type]  # the fields of ExportItem

    return make
