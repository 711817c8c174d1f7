"""The banner while the queue is paused."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.sandbox import SandboxServer
from components.studio import GenerationRequest
from components.studio.tasks.models import Task, TaskState
from components.ui.session import TabState
from tests.integration.pages.page_driver import rerun
from tests.support.studio_fixture import wait_until

ANNA, BEN = "anna", "ben"


def open_banner() -> AppTest:
    """The banner as Anna sees it."""

    def page() -> None:
        from components.ui import paused_banner

        paused_banner.render_paused_banner()

    at = AppTest.from_function(page, default_timeout=60)
    at.session_state["kontext.session"] = TabState(ANNA)
    return rerun(at)


def submit(user_id: str, prompt: str, variants: int = 1) -> list[Task]:
    return open_studio().tasks.submit(user_id, GenerationRequest(prompt=prompt), variants=variants)


def states(tasks: list[Task]) -> set[TaskState]:
    return {open_studio().task(task.user_id, task.id).state for task in tasks}


def test_all_that_waits_is_withdrawn_and_never_sent(sandbox: SandboxServer) -> None:
    sandbox.set_faults({"no-credit-500": 1})
    studio = open_studio()
    others = submit(BEN, "Ben's hill")
    wait_until(lambda: studio.pause_reason is not None)
    mine = submit(ANNA, "A hill", variants=3)
    at = open_banner()
    assert [button.label for button in at.button] == ["Try now", "Do not send the 3 waiting"]

    at.button(key="kx-paused-withdraw").click()

    assert [button.label for button in rerun(at).button] == ["Try now"]
    assert states(mine) == {TaskState.FAILED}
    sandbox.set_faults({})
    studio.recheck_account()
    wait_until(lambda: states(others) == {TaskState.DONE})
    assert states(mine) == {TaskState.FAILED}
    assert [task["prompt"] for task in sandbox.usage_report()["tasks"]] == ["Ben's hill"]


def test_banner_offers_nothing_to_withdraw_where_nothing_waits(sandbox: SandboxServer) -> None:
    sandbox.set_faults({"no-credit-500": 1})
    submit(BEN, "Ben's hill")
    wait_until(lambda: open_studio().pause_reason is not None)

    assert [button.label for button in open_banner().button] == ["Try now"]
