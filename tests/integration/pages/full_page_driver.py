"""A page with something of everything on it, all that can be done there, and its failures."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.studio.db.database import Database, DatabaseError
from components.studio.db.tables import ImageRecord
from components.studio.tasks.models import Failure, FailureReason, TaskState
from tests.integration.pages.edit_page_driver import choose_upload
from tests.integration.pages.page_driver import open_page, rerun, trigger, user_id_of, widget_data
from tests.support.factories import make_task

BUSY = "The *database* is [busy](http://x.test)."
SECRET = "a very private fox"
UNKNOWN = re.compile(
    r"Something went wrong here\. Your pictures are safe\. The log has it as number (\d{6})\."
)
busy_or_bug = pytest.mark.parametrize(
    "error", [DatabaseError(BUSY), RuntimeError(SECRET)], ids=["busy", "bug"]
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
    studio.gallery.move_to_trash(user_id, [add("Thrown away", TaskState.STORING)])
    lost = Failure(FailureReason.DOWNLOAD_FAILED)
    add("A hill", TaskState.FAILED, failure=lost, provider_id=uuid.uuid4().hex)
    add("A lake", TaskState.UNCONFIRMED)
    add("A road", TaskState.STILL_RUNNING, provider_id=uuid.uuid4().hex)
    add("A wall", TaskState.REFUSED)
    studio.prompts.pin(user_id, "A pinned prompt", studio.clock())
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
        tile = widget_data(at, "steps")[0]["id"]
        for verb in ("edit", "before", "show"):
            strip = {"verb": verb, "id": tile}
            presses[f"strip {verb}"] = lambda at, strip=strip: trigger(
                at, "edit-strip", "action", strip
            )
        presses["upload"] = lambda at: choose_upload(at, tile)
    if page == "generate":
        presses |= card_presses(at, "feed")
    if page == "gallery":
        presses |= card_presses(at, "gallery")
        done = [card["id"] for card, action in grid_actions(at) if action["verb"] == "star"]
        for verb in ("star", "compare", "delete", "front", "undo", "restore", "purge"):
            presses[f"several: {verb}"] = card_press("gallery", verb, *done)
    return presses
