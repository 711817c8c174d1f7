"""Presses in a browser tab while another program holds the database, over Streamlit's protocol."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.integration.server.conftest import SeededApp
from tests.support.identity import new_token, user_id_of
from tests.support.streamlit_client import StreamlitClient


@contextmanager
def locked_database(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another connection holds the write lock."""
    with closing(sqlite3.connect(folder / "studio.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def prompts_in(folder: Path, user_id: str) -> list[str]:
    query = "SELECT prompt FROM tasks WHERE designer = ?"
    with closing(sqlite3.connect(folder / "studio.db")) as connection:
        return [prompt for (prompt,) in connection.execute(query, (user_id,))]


def press_again_while_the_first_press_waits(tab: StreamlitClient) -> None:
    tab.press("generate-submit")
    tab.wait_for_start()
    tab.press("generate-submit")
    tab.press("generate-submit")


def test_presses_while_the_first_waits_for_the_database_are_one(seeded_app: SeededApp) -> None:
    app, token = seeded_app.app, new_token()
    with StreamlitClient(app.url, token) as tab:
        tab.rerun()
        tab.rerun(**{"generate-prompt": "a hill"})
        with locked_database(app.folder) as connection:
            press_again_while_the_first_press_waits(tab)
            connection.execute("ROLLBACK")
            tab.wait_for_text("You pressed twice: it is made once.")
        tab.wait_for_last_run()
        assert prompts_in(app.folder, user_id_of(token)) == ["a hill"]
