"""No path ends in Streamlit's own error: whatever fails becomes a sentence, and the page stays."""

from __future__ import annotations

import io
import json
import logging
import re
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components import bootstrap
from components.bootstrap import open_studio
from components.server.logs import JsonFormatter
from components.studio.db.database import Database, DatabaseError
from components.studio.db.models import ImageRecord
from components.studio.studio import NotFoundError
from components.studio.tasks.models import Failure, FailureReason, TaskState
from tests.integration.pages.edit_page_driver import image_bytes
from tests.integration.pages.page_driver import (
    ROOT,
    TIMEOUT_S,
    cards,
    error_texts,
    messages,
    open_page,
    rerun,
    trigger,
    user_id_of,
    widget_data,
)
from tests.support.factories import make_task

PAGES = ("generate", "edit", "gallery")
BUSY = "The *database* is [busy](http://x.test)."
SECRET = "a very private fox"
UNKNOWN = re.compile(
    r"Something went wrong here\. Your pictures are safe\. The log has it as number (\d{6})\."
)


@contextmanager
def failing_database(error: Exception) -> Iterator[None]:
    """Every transaction of a page fails; those of the worker do not."""

    def failing(transaction: Callable[[Database], Any]) -> Callable[[Database], Any]:
        @contextmanager
        def begin(database: Database) -> Iterator[Any]:
            if threading.current_thread().name == "ScriptRunner.scriptThread":
                raise type(error)(*error.args)  # a new one: a traceback grows with each raise
            with transaction(database) as connection:
                yield connection

        return begin

    with pytest.MonkeyPatch.context() as patch:
        for name in ("read_transaction", "write_transaction"):
            patch.setattr(Database, name, failing(getattr(Database, name)))
        yield


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


def open_full_page(page: str) -> AppTest:
    """A page of a user with a card in each state, a pinned prompt, an edit and some trash."""
    at = open_page(f"pages/{page}.py")
    user_id, studio = user_id_of(at), open_studio()

    def add(prompt: str, state: TaskState, **fields: Any) -> str:
        task = make_task(prompt, user_id=user_id, created_at=time.time(), state=state, **fields)
        studio.repository.add_tasks([task])
        if state is TaskState.STORING:
            image = ImageRecord(
                id=task.id,
                user_id=user_id,
                task_id=task.id,
                format="jpeg",
                width_px=1392,
                height_px=752,
                size_bytes=9,
                created_at=task.created_at,
                label=prompt,
            )
            done = replace(task, state=TaskState.DONE, image_id=task.id)
            studio.repository.update_task(task.id, lambda _: done, image=image)
        return task.id

    source = add("A tower", TaskState.STORING)
    add("At night", TaskState.STORING, source_id=source)
    add("At dawn", TaskState.FAILED, source_id=source)
    studio.move_to_trash(user_id, [add("Thrown away", TaskState.STORING)])
    lost = Failure(FailureReason.DOWNLOAD_FAILED)
    add("A hill", TaskState.FAILED, failure=lost, provider_id=uuid.uuid4().hex)
    add("A lake", TaskState.UNCONFIRMED)
    add("A road", TaskState.STILL_RUNNING, provider_id=uuid.uuid4().hex)
    add("A wall", TaskState.REFUSED)
    studio.pin_prompt(user_id, "A pinned prompt")
    if page == "edit":
        studio.select_source(user_id, source)
        at.session_state["kontext.session"].source_id = source
    return rerun(at)


Press = Callable[[AppTest], AppTest]


def card_presses(at: AppTest, key: str) -> dict[str, Press]:
    """Every action that a card of the grid offers, and those of several cards at once."""
    return {
        f"{action['verb']} {card['prompt']}": card_press(key, action["verb"], card["id"])
        for card, action in grid_actions(at)
    }


def grid_actions(at: AppTest) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    grid = widget_data(at, "grid") or {"cards": [], "action_sets": []}
    for card in grid["cards"]:
        for action in grid["action_sets"][card["actions"]]:
            if not action["verb"].startswith(("copy", "download")):  # the browser's own
                yield card, action


def card_press(key: str, verb: str, *card_ids: str) -> Press:
    event = {"verb": verb, "ids": card_ids, "nonce": time.time_ns()}
    return lambda at: trigger(at, key, "action", event)


def widget_presses(at: AppTest) -> dict[str, Press]:
    """Every button, and every other widget with another value."""
    presses: dict[str, Press] = {
        str(button.key or button.label): lambda at, key=button.key: press_button(at, key)
        for button in at.button
    }
    for box in (*at.text_area, *at.text_input):
        presses[str(box.key)] = lambda at, box=box: type_text(at, box.type, box.key)
    return presses


def press_button(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return at.run()


def type_text(at: AppTest, kind: str, key: str) -> AppTest:
    next(box for box in at.get(kind) if box.key == key).set_value("Another text")
    return at.run()


def all_presses(at: AppTest, page: str) -> dict[str, Press]:
    """All that can be done on a page, by name."""
    presses = widget_presses(at)
    if page != "gallery":
        pin = {"id": widget_data(at, "prompts")["history"][0]["id"], "pinned": False}
        presses["unpin"] = lambda at: trigger(at, f"{page}-prompt-picker", "pin", pin)
    if page == "edit":
        presses |= card_presses(at, "edit-feed")
        tile = widget_data(at, "tiles")["steps"][0]["id"]
        for verb in ("edit", "before", "show"):
            strip = {"verb": verb, "id": tile}
            presses[f"strip {verb}"] = lambda at, strip=strip: trigger(
                at, "edit-strip", "action", strip
            )
        presses["upload"] = upload_file
        rejected = json.dumps({"name": "a.exe", "is_image": False})
        presses["rejected"] = lambda at: trigger(at, "edit-paste", "rejected", rejected)
    if page == "generate":
        presses |= card_presses(at, "feed")
    if page == "gallery":
        presses |= card_presses(at, "gallery")
        done = [card["id"] for card, action in grid_actions(at) if action["verb"] == "star"]
        for verb in ("star", "compare", "delete", "front", "undo", "restore", "purge"):
            presses[f"several: {verb}"] = card_press("gallery", verb, *done)
    return presses


def upload_file(at: AppTest) -> AppTest:
    uploader = next(widget for widget in at.file_uploader if widget.label == "Picture")
    uploader.set_value(("photo.png", image_bytes(), "image/png"))
    return at.run()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("error", [DatabaseError(BUSY), RuntimeError(SECRET)], ids=["busy", "bug"])
def test_every_action_ends_in_a_sentence(page: str, error: Exception) -> None:
    names = all_presses(open_full_page(page), page)
    for name in names:
        at = open_full_page(page)
        press = all_presses(at, page)[name]
        with failing_database(error):
            press(at)

            assert not at.exception, name
            assert messages(at), name
            assert SECRET not in str(messages(at)), name
        left = [text for text in messages(rerun(at)) if "could not be saved" not in text]
        assert BUSY not in " ".join(left), f"{name}: the page did not recover"
    assert len(names) >= 14


@pytest.mark.parametrize(
    ("page", "action", "message"),
    [
        ("generate", "generate-submit", "Nothing was sent"),
        ("generate", "unpin", "That was not done. The database is busy"),
        ("generate", "send A lake", "That was not done. The database is busy"),
        ("generate", "look A hill", "That was not done. The database is busy"),
        ("generate", "delete A tower", "That was not done. The database is busy"),
        ("generate", "dismiss A wall", "That was not done. The database is busy"),
        ("generate", "edit A tower", "That was not done. The database is busy"),
        ("edit", "edit-drop", "That was not done. The database is busy"),
        ("edit", "strip edit", "That was not done. The database is busy"),
        ("edit", "viewer-edit-this", "That was not done. The database is busy"),
        ("edit", "upload", "could not be saved"),
        ("edit", "edit-submit", "Nothing was sent"),
        ("gallery", "star A tower", "That was not done. The database is busy"),
        ("gallery", "several: delete", "That was not done. The database is busy"),
        ("gallery", "several: front", "That was not done. The database is busy"),
    ],
)
def test_locked_database_refuses_a_write_with_a_sentence(
    page: str, action: str, message: str, tmp_path: Path
) -> None:
    at = open_full_page(page)
    if page != "gallery":
        at.text_area(key=f"{page}-prompt").set_value("A new prompt")
        rerun(at)
    before = cards(at)
    with locked_database(tmp_path / "data"):
        all_presses(at, page)[action](at)

    assert not at.exception
    assert message in " ".join(messages(at))
    assert cards(at) == before, "the page went on as if it had been done"
    if page != "gallery":
        assert at.text_area(key=f"{page}-prompt").value == "A new prompt"


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
        assert "database.py" in line["trace"] or "test_uncaught_errors.py" in line["trace"]
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


@pytest.mark.parametrize("error", [DatabaseError(BUSY), RuntimeError(SECRET)], ids=["busy", "bug"])
def test_part_that_fails_leaves_the_rest_of_the_page(error: Exception) -> None:
    open_page()

    def page() -> None:
        import streamlit as st

        from components.ui.streamlit_internals.uncaught_errors import run_fragment

        def fail() -> None:
            raise st.session_state["error"]

        def dialog() -> None:
            st.dialog("A dialog")(fail)()

        run_fragment(fail)
        run_fragment(dialog)
        st.button("The rest")

    at = AppTest.from_function(page, default_timeout=20)
    at.session_state["error"] = error
    at.run()

    assert not at.exception
    assert len(error_texts(at)) == 2, "one for each part, none for what is around it"
    assert "The rest" in [button.label for button in at.button]


@pytest.mark.parametrize("error", [DatabaseError(BUSY), RuntimeError(SECRET)], ids=["busy", "bug"])
def test_bar_and_form_are_there_when_spending_cannot_be_read(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("components.studio.studio.spending_for_user", fail)
    at = open_new_page()

    assert not at.exception
    assert len(error_texts(at)) == 1
    assert [link.proto.label for link in at.get("page_link")] == ["Generate", "Edit", "Gallery"]
    assert [button.key for button in at.button if button.key == "generate-submit"]


def open_new_page() -> AppTest:
    """The first page of a new user, with its bar, whatever it says."""
    return AppTest.from_file(ROOT / "app.py", default_timeout=TIMEOUT_S).run()


@pytest.mark.parametrize("error", [DatabaseError(BUSY), RuntimeError(SECRET)], ids=["busy", "bug"])
def test_page_that_cannot_begin_says_so_once(error: Exception) -> None:
    open_page()  # the studio is open
    with failing_database(error):
        at = open_new_page()

    assert not at.exception
    assert len(messages(at)) == 1
    assert [link.proto.label for link in at.get("page_link")] == ["Generate", "Edit", "Gallery"]


def test_page_that_cannot_be_drawn_is_not_taken_for_a_blank_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("components.studio.studio.Studio.prompt_history", fail)
    at = open_new_page()
    [watchdog] = [found for found in at.get("bidi_component") if found.key == "page-watchdog"]

    assert [text for text in error_texts(at) if UNKNOWN.fullmatch(text)]
    assert "[class*=st-key-kx-error]" in json.loads(watchdog.proto.json)["landmarks"]


def test_action_that_failed_is_not_gone_on_with() -> None:
    open_page()

    def page() -> None:
        import streamlit as st

        from components.ui.widgets.image_grid import image_grid

        def fail() -> None:
            raise RuntimeError

        event = image_grid([], key="grid", layout="feed", push_url=None, on_event=fail)
        st.session_state["returned"] = event

    at = AppTest.from_function(page, default_timeout=20).run()
    trigger(at, "grid", "action", {"verb": "edit", "ids": ["a"], "nonce": 1})

    assert UNKNOWN.fullmatch(messages(at)[0])
    assert at.session_state["returned"] is None
