"""The bar with credits and faults, and what is around the prompt: history and hints."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.sandbox import SandboxServer
from components.studio.tasks.models import TaskState
from components.ui.session import TabState
from tests.integration.pages.page_driver import (
    ROOT,
    TIMEOUT_S,
    open_page,
    rerun,
    submit,
    type_prompt,
    wait_for_state,
    widget_data,
)
from tests.support.factories import NOW, make_task

ANNA, BORIS = "a" * 32, "b" * 32


def open_with_bar(user_id: str = ANNA) -> AppTest:
    """Generate with the bar, which AppTest renders in the first run only (Streamlit 1.67)."""
    at = AppTest.from_file(ROOT / "app.py", default_timeout=TIMEOUT_S)
    at.session_state["kontext.session"] = TabState(user_id)
    return rerun(at)


def html(at: AppTest) -> str:
    return " ".join(str(block.value) for block in at.get("html"))


def wait_for_html(markup: str) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while markup not in html(at := open_with_bar()):
        assert time.monotonic() < deadline, html(at)[:2000]
        time.sleep(0.1)


def history(at: AppTest) -> list[str]:
    """The earlier prompts that the browser is given."""
    return [entry["text"] for entry in widget_data(at, "prompts")["history"]]


def fix_labels(at: AppTest) -> list[str]:
    return [str(button.label) for button in at.button if "-fix-" in str(button.key)]


def test_bar_links_every_page() -> None:
    links = [link.proto.label for link in open_page().get("page_link")]

    assert links == ["Generate", "Edit", "Gallery"]


def test_bar_shows_fetched_credits(sandbox: SandboxServer) -> None:
    wait_for_html(">1,000</span>")


def test_wrong_key_shows_a_dash_with_reason(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIE_API_KEY", "wrong-key")

    wait_for_html('title="The balance cannot be read: The key was refused.">—<')


def test_spending_counts_only_own_images(sandbox: SandboxServer) -> None:
    task = make_task(user_id=ANNA, state=TaskState.DONE, sent_at=NOW, created_at=time.time())
    open_studio().repository.add_tasks([task])

    spent = "Spent today<small>1 picture</small></th><td>5 credits"
    assert spent in html(open_with_bar(ANNA))
    assert spent not in html(open_with_bar(BORIS))


def test_faults_are_switched_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KONTEXT_SANDBOX_FAULTS", "on")
    at = open_with_bar()
    controls = open_studio().fault_controls
    assert controls is not None
    at.multiselect(key="sandbox-faults").set_value(["slow", "result-404"])
    rerun(at)
    assert controls.rates == {"slow": 1.0, "result-404": 1.0}

    at = open_with_bar(BORIS)
    how_often = next(group for group in at.get("button_group") if group.label == "How often")
    how_often.set_value("Now and then")
    rerun(at)
    assert controls.rates == {"slow": 0.1, "result-404": 0.1}

    at = open_with_bar()
    assert any("**Faults are on:** slow, result" in block.value for block in at.markdown)
    assert at.multiselect(key="sandbox-faults").value == ["slow", "result-404"]
    at.multiselect(key="sandbox-faults").set_value([])
    rerun(at)
    assert controls.rates == {}
    assert not any("Faults are on" in block.value for block in open_with_bar().markdown)


def test_no_fault_controls_unless_allowed() -> None:
    assert len(open_with_bar().multiselect) == 0


def test_no_fault_controls_with_a_key(sandbox: SandboxServer) -> None:
    assert len(open_with_bar().multiselect) == 0


def test_submitted_prompt_is_in_the_history_of_its_page(sandbox: SandboxServer) -> None:
    at = submit(type_prompt(open_page(), "A **hill** <b>"))

    assert history(at) == ["A **hill** <b>"]
    at.switch_page("pages/edit.py")
    assert history(rerun(at)) == []


def test_at_most_two_hints_and_fix_changes_prompt(sandbox: SandboxServer) -> None:
    at = open_page()
    at.switch_page("pages/edit.py")
    rerun(at)
    at.text_area(key="edit-prompt").set_value("Make it anime, no people, don't change the house")
    assert fix_labels(rerun(at)) == ["Say “the picture”", "Say it so"]

    at.button(key="edit-fix-pronoun").click()
    rerun(at)
    assert at.text_area(key="edit-prompt").value.startswith("Make the picture anime")


def test_fix_switches_translation(sandbox: SandboxServer) -> None:
    at = type_prompt(open_page(), "A shop sign with the words “OPEN ALL DAY”")
    assert fix_labels(at) == ["Do not translate"]

    at.button(key="generate-fix-translated_quote").click()

    assert not rerun(at).toggle(key="generate-translate").value
    assert fix_labels(at) == []


def test_hints_never_block_a_submission(sandbox: SandboxServer) -> None:
    at = submit(type_prompt(open_page(), "no people, say OPEN {place}"))

    assert wait_for_state(at, "Done")["prompt"] == "no people, say OPEN {place}"
