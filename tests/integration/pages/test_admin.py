"""The admin's page: who sees it, and that each act is done and noted."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.studio.db.people import Person
from components.studio.tasks.models import FailureReason, TaskState
from components.ui.session import TabState
from tests.integration.pages.page_driver import ROOT, TIMEOUT_S, messages, rerun
from tests.support.factories import make_task

pytestmark = pytest.mark.usefixtures("unreachable_provider")

ADMIN, ANNA = "e" * 32, "a" * 32
SECRET = "a very private fox"


def open_admin(section: str = "Spending", user_id: str = ADMIN) -> AppTest:
    studio = open_studio()
    studio.people.see(Person(user_id=ADMIN, name="Ada", email="ada@x.test", role="admin"))
    studio.people.see(Person(user_id=ANNA, name="<b>Anna</b>", email="anna@x.test"))
    at = AppTest.from_file(ROOT / "pages/admin.py", default_timeout=TIMEOUT_S)
    at.session_state["kontext.session"] = TabState(user_id)
    at.session_state["admin-section"] = section
    return rerun(at)


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return rerun(at)


def text(at: AppTest) -> str:
    return " ".join(str(block.value) for block in at.get("html"))


def add_task(**fields: object) -> str:
    task = make_task(SECRET, user_id=ANNA, **fields)
    studio = open_studio()
    studio.repository.add_tasks([task])
    studio.worker.enqueue(task)
    return task.id


def newest_act() -> tuple[str, dict[str, object]]:
    entry = open_studio().administration(ADMIN).audit_entries(limit=1)[0]
    return entry.act, dict(entry.details)


def test_who_is_no_admin_finds_nothing() -> None:
    at = open_admin(user_id=ANNA)
    assert "There is no such page." in text(at)
    assert not at.button
    assert not at.get("button_group")


def test_role_that_is_lost_ends_the_page_and_its_buttons() -> None:
    at = open_admin("Queue")
    open_studio().people.see(Person(user_id=ADMIN, name="Ada", email="ada@x.test"))
    at.button(key="queue-hold").click()
    at.run()
    assert "There is no such page." in text(at)
    assert open_studio().pause_reason is not FailureReason.HELD


@pytest.mark.parametrize("section", ["Spending", "Budgets", "Queue", "People", "Rules", "Log"])
def test_no_section_shows_a_prompt_or_runs_a_name_as_markup(section: str) -> None:
    add_task()
    add_task(state=TaskState.UNCONFIRMED, sent_at=1.0)
    at = open_admin(section)
    assert SECRET not in str(at)
    assert "<b>Anna" not in text(at)


def test_budget_is_set_and_removed() -> None:
    at = open_admin("Budgets")
    at.selectbox(key="budget-subject").set_value("person:")
    rerun(at)
    at.selectbox(key="budget-person").set_value(ANNA)
    at.number_input(key="budget-credits").set_value(7.5)
    press(at, "budget-set")
    assert newest_act() == (
        "budget",
        {"subject": f"person:{ANNA}", "period": "month", "credits": "7.5"},
    )
    assert "&lt;b&gt;Anna&lt;/b&gt;: 7.5 a month" in text(at)

    press(at, f"budget-remove-person:{ANNA}-month")
    assert newest_act()[1]["credits"] is None
    assert "There is none" in text(at)


def test_unknown_outcome_is_decided() -> None:
    task_id = add_task(state=TaskState.UNCONFIRMED, sent_at=1.0)
    at = open_admin()
    assert "May have been charged" in text(at)
    press(at, f"decide-False-{task_id}")
    assert newest_act() == ("charge", {"task": task_id, "charged": False})
    assert "May have been charged" not in text(at)


def test_queue_is_held_ordered_and_emptied() -> None:
    at = open_admin("Queue")
    press(at, "queue-hold")
    assert open_studio().pause_reason is FailureReason.HELD
    add_task()
    press(rerun(at), f"first-{ANNA}")
    assert newest_act() == ("put first", {"person": ANNA})
    press(at, f"withdraw-{ANNA}")
    assert newest_act() == ("withdraw", {"person": ANNA})
    assert "Nobody waits." in text(at)
    press(at, "queue-go-on")
    assert open_studio().pause_reason is not FailureReason.HELD


def test_person_is_removed_readmitted_and_erased() -> None:
    at = press(open_admin("People"), f"manage-{ANNA}")
    press(at, "person-remove")
    assert newest_act() == ("remove", {"person": ANNA})
    assert ANNA in open_studio().people.removed()
    press(press(at, f"manage-{ANNA}"), "person-readmit")
    assert newest_act() == ("readmit", {"person": ANNA})

    press(at, f"manage-{ANNA}")
    press(at, "person-erase")
    assert messages(at) == ["That is not the name. Nothing was deleted."]
    press(at, f"manage-{ANNA}")
    at.text_input(key="person-confirm").set_value("<b>Anna</b>")
    press(at, "person-erase")
    assert newest_act() == ("erase", {"person": ANNA})
    assert f"manage-{ANNA}" not in {button.key for button in at.button}


def test_notice_and_days_are_set() -> None:
    at = open_admin("Rules")
    at.text_area(key="notice-text").set_value("Down at *noon*")
    press(at, "notice-set")
    assert newest_act() == ("notice", {"characters": 14})
    at.number_input(key="days-trash").set_value(3)
    rerun(at)
    assert "Trash of more than 3 days" in text(at)
    press(at, "days-set")
    assert newest_act() == ("retention", {"trash": 3})
    assert open_studio().retention().trash == 3
    assert "Set the days: trash 3" in text(open_admin("Log"))
