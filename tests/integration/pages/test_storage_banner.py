"""A database or disk that fails is said on every page, in a banner that needs neither."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from components import bootstrap
from components.bootstrap import open_studio
from components.sandbox import SandboxOptions, start
from components.studio.db.tasks import TaskRepository
from components.studio.settings import Settings, read_settings
from tests.integration.pages.page_driver import (
    error_texts,
    open_page,
    rerun,
    submit,
    type_prompt,
)
from tests.support.studio_fixture import wait_until


def impatient_settings() -> Settings:
    """The settings of this test, with writes that wait 0.4 s for another one."""
    return replace(read_settings(os.environ, {}), busy_timeout_seconds=0.4)


def test_busy_database_is_said_above_the_page_until_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start(SandboxOptions(seconds=0, faults={"query-500": 1})) as sandbox:
        monkeypatch.setenv("KIE_API_KEY", "a-key")
        monkeypatch.setenv("KIE_BASE_URL", sandbox.url)
        monkeypatch.setattr(bootstrap, "load_settings", impatient_settings)
        submit(type_prompt(open_page(), "a hill"))
        studio = open_studio()
        with closing(
            sqlite3.connect(tmp_path / "data" / "studio.db", isolation_level=None)
        ) as locking:
            locking.execute("BEGIN IMMEDIATE")
            sandbox.set_faults({})  # only now there is a result to write down
            wait_until(lambda: studio.storage_problem is not None)
            # AppTest renders the layout of every page in the first run only.
            [message] = error_texts(open_page())
            assert "database is busy" in message
            assert "go on by themselves" in message
            locking.execute("ROLLBACK")
        wait_until(lambda: studio.storage_problem is None)
        assert error_texts(open_page()) == []


def test_deleted_folder_is_said_above_the_page(tmp_path: Path) -> None:
    at = type_prompt(open_page(), "a hill")
    shutil.rmtree(tmp_path / "data")

    submit(at)
    assert [text for text in error_texts(at) if text.startswith("Nothing was sent")]
    [message] = error_texts(open_page())
    assert "deleted, moved or replaced" in message
    assert str(tmp_path / "data") in message


def test_what_a_press_said_of_the_folder_goes_when_it_is_back(tmp_path: Path) -> None:
    at = type_prompt(open_page(), "a hill")
    studio = open_studio()
    (tmp_path / "data").rename(tmp_path / "away")
    wait_until(lambda: studio.storage_problem is not None)
    submit(at)
    assert [text for text in error_texts(at) if text.startswith("Nothing was sent")]

    (tmp_path / "away").rename(tmp_path / "data")
    wait_until(lambda: studio.storage_problem is None)
    assert error_texts(rerun(at)) == []


def test_database_of_a_newer_version_is_said_on_the_page(tmp_path: Path) -> None:
    TaskRepository.in_folder(tmp_path / "data").close()
    with closing(sqlite3.connect(tmp_path / "data" / "studio.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()

    [message] = error_texts(open_page())

    assert "written by a newer version" in message
    assert "Start that version again" in message
