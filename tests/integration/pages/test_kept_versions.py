"""The viewer of the Edit page, while versions of the edits in it are made and shown."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.kie import GenerationRequest
from components.sandbox import SandboxServer
from components.studio.db.kept_versions import KeepChoice, KeepState
from components.studio.tasks.models import TaskState
from tests.integration.pages.edit_page_driver import image_bytes, open_edit, upload
from tests.integration.pages.page_driver import rerun, user_id_of, widget_data
from tests.integration.studio.test_kept_versions import FakeJobs
from tests.support.studio_fixture import wait_until


def edit(at: AppTest, source_id: str, prompt: str) -> str:
    """Edit an image, and wait until its kept version is shown; returns the task's id."""
    studio, user_id = open_studio(), user_id_of(at)
    [task] = studio.tasks.submit(user_id, GenerationRequest(prompt=prompt), source_id=source_id)
    wait_until(lambda: studio.task(user_id, task.id).state is TaskState.DONE)
    wait_until(lambda: is_kept(at, task.id))
    return task.id


def is_kept(at: AppTest, task_id: str) -> bool:
    report = open_studio().keeping.report(user_id_of(at), task_id)
    return report is not None and report.state is KeepState.APPLIED


def shown(at: AppTest, task_id: str) -> str:
    """The version of a result that is shown."""
    return open_studio().task(user_id_of(at), task_id).image_id or ""


def save_map(at: AppTest, task_id: str, sensitivity: int) -> None:
    """Have another version made, and wait until it is shown."""
    settings = f'{{"sensitivity":{sensitivity}}}'
    open_studio().keeping.make_version(user_id_of(at), task_id, settings)
    wait_until(lambda: is_kept(at, task_id))


def prompt_shown(at: AppTest) -> str:
    """The instruction of the picture at the right of the viewer."""
    return str((widget_data(rerun(at), "props") or {})["after"]["alt"])


@pytest.fixture
def opened(sandbox: SandboxServer) -> AppTest:
    """The Edit page with a photo, of a person whose edits are kept without a process."""
    studio = open_studio()
    studio.keeping.run_job = FakeJobs()
    at = upload(open_edit(), image_bytes())
    studio.keeping.set_choice(user_id_of(at), KeepChoice.ALWAYS)
    return at


def source_of(at: AppTest) -> str:
    return str(at.session_state["kontext.session"].source_id)


def test_chosen_pair_stays_while_its_versions_come_and_go(opened: AppTest) -> None:
    at, photo = opened, source_of(opened)
    first = edit(at, photo, "Mirror it")
    edit(at, photo, "Make it warmer")
    assert prompt_shown(at).startswith("Make it warmer")

    at.session_state["kontext.session"].pair = (photo, shown(at, first))
    assert prompt_shown(at).startswith("Mirror it")
    for sensitivity in (1, 2, -1):  # each version but the first takes the place of another
        save_map(at, first, sensitivity)
        assert prompt_shown(at).startswith("Mirror it")


def test_source_stays_while_its_versions_come_and_go(opened: AppTest) -> None:
    at = opened
    first = edit(at, source_of(at), "Mirror it")
    tab = at.session_state["kontext.session"]
    open_studio().select_source(tab.user_id, shown(at, first))
    tab.source_id, tab.source_task_id = shown(at, first), None
    rerun(at)

    for sensitivity in (1, 2):
        save_map(at, first, sensitivity)
        rerun(at)
        assert source_of(at) == shown(at, first)
    open_studio().gallery.move_to_trash(user_id_of(at), [first])
    rerun(at)
    assert at.session_state["kontext.session"].source_id is None


def test_long_chain_asks_the_database_no_more_often_than_short_one(opened: AppTest) -> None:
    at, asked = opened, []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    def queries() -> int:
        rerun(at)
        rerun(at)
        asked.clear()
        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        try:
            rerun(at)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", count)
        return len(asked)

    image_id, few = source_of(at), 0
    for number in range(1, 6):
        image_id = shown(at, edit(at, image_id, f"Make it warmer {number}"))
        tab = at.session_state["kontext.session"]
        open_studio().select_source(tab.user_id, image_id)
        tab.source_id = image_id
        few = few or (queries() if number == 2 else 0)
    many = queries()
    assert len(widget_data(at, "points") or []) > 0
    assert many == few
