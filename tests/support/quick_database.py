"""New databases that are made without Alembic, for tests of all but the migrations."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.studio.db import database
from components.studio.db.database import Database
from components.studio.db.migrations import migrate


@cache
def statements() -> list[str]:
    """What makes an empty database, read from a file that the migrations have made."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "studio.db"
        Database(f"sqlite:///{path}").close()
        with closing(sqlite3.connect(path)) as connection:
            return list(connection.iterdump())[1:-1]  # without its own BEGIN and COMMIT


@pytest.fixture(scope="package", autouse=True)
def quick_database() -> Iterator[None]:
    """Make new SQLite files from `statements`; imported by each conftest that wants it."""
    statements()

    def make_or_migrate(connection: sa.Connection, path: Path) -> None:
        if connection.dialect.name == "sqlite" and not sa.inspect(connection).get_table_names():
            for statement in statements():
                connection.exec_driver_sql(statement)
        else:
            migrate(connection, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "migrate", make_or_migrate)
        yield


@pytest.fixture(scope="module")
def real_migrations() -> Iterator[None]:
    """Make new databases as the app does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "migrate", migrate)
        yield
