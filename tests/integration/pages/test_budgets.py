"""Budgets on the pages: what is said before a press, and what a press over them does."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.studio import GenerationRequest
from components.studio.db.budgets import EVERYBODY, KEY, Period
from components.studio.db.database import MessageKind
from components.studio.events import EVERYBODY as EVERYBODY_HERE
from components.studio.tasks.transitions import withdraw
from components.ui import budgets
from tests.integration.pages.page_driver import (
    error_texts,
    newest_tasks,
    open_page,
    rerun,
    submit,
    type_prompt,
    user_id_of,
)
from tests.integration.pages.test_card_actions import ANNA, run_action, state_of
from tests.support.factories import NOW, make_task

pytestmark = pytest.mark.usefixtures("unreachable_provider")


def line(at: AppTest) -> str:
    """The line above the press, without the backslashes of Markdown."""
    found = [caption.value.replace("\\", "") for caption in at.caption]
    return next(text for text in found if " left" in text)


def choose_variants(at: AppTest, count: int) -> AppTest:
    at.button_group(key="generate-variants").set_value(count)
    return rerun(at)


def buttons(at: AppTest) -> dict[str, bool]:
    """The buttons of the press by their label, and whether each is enabled."""
    found = [button for button in at.button if str(button.key).startswith("generate-submit")]
    return {button.label: not button.disabled for button in found}


def test_press_over_the_budget_is_told_before_and_fewer_are_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KONTEXT_BUDGETS", "person/month=12.5 key/month=1000")
    at = type_prompt(open_page(), "A mill")
    assert "12.5 of 12.5 left this month" in line(at)

    choose_variants(at, 4)
    assert line(at).startswith("This needs 20 credits; 12.5 of your 12.5 are left this month.")
    assert buttons(at) == {"Generate · 20 credits": False, "2 fit: make 2 · 10 credits": True}

    at.button(key="generate-submit-fewer").click()
    rerun(at)
    assert len(newest_tasks(at)) == 2
    assert buttons(at) == {"Generate · 20 credits": False}
    assert line(at).startswith("This needs 20 credits; 2.5 of your 12.5 are left this month.")
    assert at.text_area(key="generate-prompt").value == "A mill"

    open_studio().budgets.set_cap(EVERYBODY, Period.MONTH, Decimal(30))
    assert buttons(rerun(at)) == {"Generate · 20 credits": True}
    assert "20 of 30 left this month" in line(at)


def test_press_that_comes_too_late_is_told_and_says_nothing_once_it_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KONTEXT_BUDGETS", "person/day=5")
    at = type_prompt(open_page(), "A mill")
    open_studio().tasks.submit(user_id_of(at), GenerationRequest(prompt="from another tab"))

    submit(at)  # of a page that was drawn before

    assert [task.request.prompt for task in newest_tasks(at)] == ["from another tab"]
    assert line(at).startswith("This needs 5 credits; 0 of your 5 are left today.")
    assert len(at.toast) == 1
    assert error_texts(at) == []
    open_studio().budgets.set_cap(EVERYBODY, Period.DAY, Decimal(10))
    assert "5 of 10 left today" in line(rerun(at))
    assert error_texts(at) == []
    submit(at)
    assert len(newest_tasks(at)) == 2


def test_card_that_is_tried_again_over_the_budget_says_so_and_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository, task = open_studio().repository, make_task(user_id=ANNA)
    repository.add_tasks([task])  # the worker does not hear of it
    repository.update_task(task.id, lambda task: withdraw(task, NOW))
    open_studio().budgets.set_cap(KEY, Period.DAY, Decimal(2))
    # Of the day that the task was reserved on.
    monkeypatch.setattr(open_studio(), "clock", lambda: NOW)

    at = run_action("send", task.id)

    [toast] = [found.value.replace("\\", "") for found in at.toast]
    assert toast.startswith("This needs 5 credits; 2 of everybody's 2 are left today.")
    assert open_studio().task(task.user_id, task.id).failure is not None
    open_studio().budgets.set_cap(KEY, Period.DAY, Decimal(5))
    run_action("send", task.id)
    assert state_of(task) != "failed"


def test_budget_that_is_raised_wakes_the_tabs_it_concerns_here_and_elsewhere() -> None:
    studio = open_studio()
    rung: list[str] = []
    relayed: list[str] = []
    studio.events.relay = relayed.append
    for user_id in ("anna", "ben"):
        studio.subscribe(user_id, lambda user_id=user_id: rung.append(user_id))  # type: ignore[misc]  # a default that binds

    studio.budgets.set_cap("person:ben", Period.DAY, Decimal(9))
    assert (rung, relayed) == (["ben"], ["ben"])
    studio.budgets.set_cap(KEY, Period.DAY, Decimal(9))
    assert (sorted(rung), relayed) == (["anna", "ben", "ben"], ["ben", EVERYBODY_HERE])

    rung.clear()
    studio.receive(MessageKind.USER, EVERYBODY_HERE)  # from another replica
    assert sorted(rung) == ["anna", "ben"]


def test_page_is_run_again_once_when_what_its_line_says_has_changed() -> None:
    def page() -> None:
        import streamlit as st

        from components.ui import budgets, session

        st.session_state["runs"] = st.session_state.get("runs", 0) + 1
        tab = session.tab_state()
        if "shown" not in st.session_state:
            st.session_state["shown"] = tab.shown_budgets = budgets.budgets_left()
        budgets.rerun_if_budgets_changed()

    at = AppTest.from_function(page, default_timeout=60)
    assert rerun(rerun(at)).session_state["runs"] == 2
    open_studio().budgets.set_cap(EVERYBODY, Period.DAY, Decimal(9))
    assert rerun(at).session_state["runs"] == 4
    assert rerun(at).session_state["runs"] == 5


def test_admins_are_named_and_groups_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    admins = frozenset({"zoe@example.com", "group:leads", "anna@example.com"})
    monkeypatch.setattr(
        budgets.session, "studio", lambda: SimpleNamespace(settings=SimpleNamespace(admins=admins))
    )

    assert budgets.whom_to_ask() == ("anna@example.com", "zoe@example.com")
