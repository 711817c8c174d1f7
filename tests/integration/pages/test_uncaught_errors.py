"""No path ends in Streamlit's own error: whatever fails becomes a sentence, and the page stays."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components import bootstrap
from components.server.logs import JsonFormatter
from components.studio.db.database import DatabaseError
from components.studio.studio import NotFoundError
from tests.integration.pages.full_page_driver import (
    BUSY,
    SECRET,
    UNKNOWN,
    all_presses,
    busy_or_bug,
    failing_database,
    open_full_page,
)
from tests.integration.pages.page_driver import cards, error_texts, messages, rerun, trigger

PAGES = ("generate", "edit", "gallery")
NOT_DONE = "That was not done. The database is busy"
# By page: actions that write, and what is said when they cannot.
REFUSED_WRITES = {
    "generate": {
        "generate-submit": "Nothing was sent",
        "unpin": NOT_DONE,
        "send A lake": NOT_DONE,
        "look A hill": NOT_DONE,
        "delete A tower": NOT_DONE,
        "dismiss A wall": NOT_DONE,
        "edit A tower": NOT_DONE,
    },
    "edit": {
        "edit-drop": NOT_DONE,
        "strip edit": NOT_DONE,
        "viewer-edit-this": NOT_DONE,
        "upload": NOT_DONE,
        "edit-submit": "Nothing was sent",
    },
    "gallery": {
        "star A tower": NOT_DONE,
        "several: delete": NOT_DONE,
        "several: front": NOT_DONE,
    },
}


@contextmanager
def locked_database(data_folder: Path) -> Iterator[None]:
    """Another connection writes, so that nobody else can."""
    with closing(sqlite3.connect(data_folder / "studio.db", isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@pytest.fixture(autouse=True)
def _short_wait_for_locks(unreachable_provider: None, monkeypatch: pytest.MonkeyPatch) -> None:
    load = bootstrap.load_settings
    monkeypatch.setattr(
        bootstrap, "load_settings", lambda: replace(load(), busy_timeout_seconds=0.4)
    )


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the app logs about errors."""
    stream, logger = io.StringIO(), logging.getLogger("kontext")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    yield lambda: [
        line
        for line in map(json.loads, stream.getvalue().splitlines())
        if line["logger"] == "kontext.errors"
    ]
    logger.removeHandler(handler)


@pytest.mark.parametrize("page", PAGES)
@busy_or_bug
def test_every_action_ends_in_a_sentence(page: str, error: Exception) -> None:
    at = open_full_page(page)
    names = list(all_presses(at, page))
    for name in names:
        press = all_presses(at, page).get(name)
        if press is None:  # an action before it has closed what it stands in
            at = open_full_page(page)
            press = all_presses(at, page)[name]
        with failing_database(error):
            press(at)

            assert not at.exception, name
            assert messages(at), name
            assert SECRET not in str(messages(at)), name
        left = [text for text in messages(rerun(at)) if "could not be saved" not in text]
        assert BUSY not in " ".join(left), f"{name}: the page did not recover"
    assert len(names) >= 13


@pytest.mark.parametrize("page", PAGES)
def test_locked_database_refuses_a_write_with_a_sentence(page: str, tmp_path: Path) -> None:
    at = open_full_page(page)
    if page != "gallery":
        at.text_area(key=f"{page}-prompt").set_value("A new prompt")
        rerun(at)
    before = cards(at)
    for action, message in REFUSED_WRITES[page].items():
        with locked_database(tmp_path / "data"):
            all_presses(at, page)[action](at)

        assert not at.exception, action
        assert message in " ".join(messages(at)), action
        assert cards(at) == before, f"{action}: the page went on as if it had been done"
        if page != "gallery":
            assert at.text_area(key=f"{page}-prompt").value == "A new prompt", action
        rerun(at)


def test_locked_database_can_be_used_when_it_is_free(tmp_path: Path) -> None:
    at = open_full_page("gallery")
    with locked_database(tmp_path / "data"):
        all_presses(at, "gallery")["delete A tower"](at)
        assert "A tower" in [card["prompt"] for card in cards(at)]
    all_presses(at, "gallery")["delete A tower"](at)

    assert messages(at) == []
    assert "A tower" not in [card["prompt"] for card in cards(at)]


@pytest.mark.parametrize("page", PAGES)
def test_busy_page_draws_itself_again_and_keeps_the_prompt(page: str) -> None:
    at = open_full_page(page)
    if page != "gallery":
        at.text_area(key=f"{page}-prompt").set_value("Typed before")
        rerun(at)
    with failing_database(DatabaseError(BUSY)):
        at.run()
        assert f"{BUSY} It is tried again by itself." in error_texts(at)
        retries = [found.key for found in at.get("bidi_component") if "retry-" in str(found.key)]
        assert retries
    for key in retries:
        trigger(at, str(key), "tick")

    assert messages(at) == []
    if page == "gallery":
        assert cards(at)
    else:
        assert at.text_area(key=f"{page}-prompt").value == "Typed before"


@pytest.mark.parametrize("page", PAGES)
def test_unknown_error_offers_to_try_again(page: str) -> None:
    at = open_full_page(page)
    with failing_database(RuntimeError(SECRET)):
        at.run()
        assert UNKNOWN.fullmatch(error_texts(at)[0])
    next(button for button in at.button if button.label == "Try again").click()

    assert not messages(rerun(at))


@pytest.mark.parametrize("page", PAGES)
def test_unknown_error_is_logged_once_without_its_text(
    page: str, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    at = open_full_page(page)
    with failing_database(RuntimeError(SECRET)):
        at.run()
    shown = [found[1] for text in messages(at) if (found := UNKNOWN.fullmatch(text))]

    assert shown
    assert [line["number"] for line in log_lines()] == shown
    for line in log_lines():
        assert "full_page_driver.py" in line["trace"], "where it was raised"
        assert "RuntimeError" in line["trace"]
        assert SECRET not in str(line)


def test_message_is_never_read_as_markdown() -> None:
    at = open_full_page("gallery")
    delete = all_presses(at, "gallery")["delete A tower"]
    with failing_database(DatabaseError(BUSY)):
        delete(at)

    for body in [*(box.value for box in at.error), *(toast.value for toast in at.toast)]:
        assert r"\*database\*" in body
        assert r"\[busy\]" in body


def test_missing_picture_is_a_sentence() -> None:
    at = open_full_page("gallery")
    with failing_database(NotFoundError()):
        at.run()

    assert error_texts(at) == ["That picture is no longer here."]
