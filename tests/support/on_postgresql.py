"""Runs tests that open a data folder on PostgreSQL instead: `make test-postgresql`.

Each data folder has a database of its own on one server; its pictures stay in the folder.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.studio.db.database import BUSY_TIMEOUT_SECONDS, Database
from components.studio.db.tasks import TaskRepository
from tests.support.postgresql import running_postgresql

CHOSEN = os.environ.pop("KONTEXT_TEST_DATABASE", "sqlite")


def choose_tests(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the file of SQLite, if PostgreSQL is chosen."""
    if CHOSEN == "postgresql":
        of_file = [item for item in items if item.get_closest_marker("sqlite")]
        items[:] = [item for item in items if item not in of_file]
        config.hook.pytest_deselected(items=of_file)


@pytest.fixture(scope="session", autouse=True)
def on_postgresql() -> Iterator[None]:
    """Open a database of PostgreSQL for each data folder, if that is chosen."""
    if CHOSEN != "postgresql":
        yield
        return
    with running_postgresql() as server, pytest.MonkeyPatch.context() as patch:
        admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        template = sa.make_url(server).set(database="template_studio")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE template_studio")
        Database(template.render_as_string()).close()
        names: dict[Path, str] = {}

        def in_folder(
            folder: Path, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS
        ) -> TaskRepository:
            if folder not in names:
                folder.mkdir(parents=True, exist_ok=True)
                names[folder] = f"studio_{uuid.uuid4().hex}"
                with admin.connect() as connection:
                    connection.exec_driver_sql(
                        f"CREATE DATABASE {names[folder]} TEMPLATE template_studio"
                    )
            url = sa.make_url(server).set(database=names[folder]).render_as_string()
            database = Database(url, busy_timeout_seconds=busy_timeout_seconds)
            database.epoch = 0  # no replica has ever led: this process works alone
            return TaskRepository(database)

        patch.setattr(TaskRepository, "in_folder", in_folder)
        yield
        admin.dispose()
