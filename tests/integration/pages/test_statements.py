"""What a page asks of the database does not grow with what there is, and is found by an index."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from tests.integration.pages.page_driver import open_page, rerun, user_id_of
from tests.support.gallery_seed import SeedImage, seed_gallery

pytestmark = pytest.mark.usefixtures("unreachable_provider")

GROWING = ("tasks", "pictures", "pins", "desks", "keep_reports", "chain_runs", "charges")
Statement = tuple[str, Any]


@contextmanager
def statements_of_pages() -> Iterator[list[Statement]]:
    """What the scripts of pages send to the database, with its parameters."""
    sent: list[Statement] = []

    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        if threading.current_thread().name == "ScriptRunner.scriptThread":
            sent.append((text, values))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def add_images(at: AppTest, count: int) -> None:
    """Each second one is an edit of the first."""
    studio, user_id = open_studio(), user_id_of(at)
    folder = studio.settings.data_dir
    [source] = seed_gallery(folder, studio.repository, [SeedImage(user_id=user_id, hours=9)])
    seeds = [
        SeedImage(f"A hill {n}", hours=n / 60, user_id=user_id, source_id=source if n % 2 else None)
        for n in range(count)
    ]
    seed_gallery(folder, studio.repository, seeds)
    studio.select_source(user_id, source)
    at.session_state["kontext.session"].source_id = source


def scans(statements: list[Statement], database: Path) -> list[str]:
    """The statements that would read a growing table from its first row to its last."""
    found = []
    with closing(sqlite3.connect(database)) as connection:
        for text, values in statements:
            if text.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                plan = connection.execute(f"EXPLAIN QUERY PLAN {text}", values).fetchall()
                steps = [str(step[3]) for step in plan]
                found += [
                    f"{step}: {text}"
                    for step in steps
                    if step in {f"SCAN {table}" for table in GROWING}
                ]
    return found


@pytest.mark.parametrize("page", ["generate", "edit", "gallery"])
def test_page_sends_as_many_statements_for_50_pictures_as_for_5(page: str) -> None:
    at = open_page(f"pages/{page}.py")
    counts = []
    for count in (5, 45):
        add_images(at, count)
        rerun(at)  # what is drawn for the first time
        with statements_of_pages() as sent:
            rerun(at)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert 0 < counts[0] <= 45
    database = open_studio().settings.data_dir / "studio.db"
    assert scans(sent, database) == []
