"""The bar and the prompt's surroundings as their designer reads them: purse, faults, advice."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.sandbox import SandboxServer
from components.studio.tasks.models import TaskState
from components.ui.session import TabState
from tests.integration.pages.page_text import (
    PATIENCE_SECONDS,
    ROOT,
    card_in,
    drawn,
    page_at,
    press,
    write,
)
from tests.support.factories import NOW, make_task

ANNA, BORIS = "a" * 32, "b" * 32


def framed(user_id: str = ANNA) -> AppTest:
    """Generate in its frame, which AppTest draws in the first run only (Streamlit 1.67)."""
    at = AppTest.from_file(ROOT / "app.py", default_timeout=PATIENCE_SECONDS)
    at.session_state["kontext.session"] = TabState(user_id)
    return drawn(at)


def html(at: AppTest) -> str:
    return " ".join(str(block.value) for block in at.get("html"))


def once_the_bar_says(words: str) -> AppTest:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while words not in html(at := framed()):
        assert time.monotonic() < deadline, html(at)[:2000]
        time.sleep(0.1)
    return at


def recalled(at: AppTest) -> list[dict[str, Any]]:
    """The list of earlier prompts as the browser is given it."""
    for component in at.get("bidi_component"):
        data = json.loads(component.proto.json)
        if "prompts" in data:
            earlier: list[dict[str, Any]] = json.loads(data["prompts"])["history"]
            return earlier
    return []


def advice(at: AppTest) -> list[str]:
    return [str(button.label) for button in at.button if "-fix-" in str(button.key)]


def test_bar_shows_fetched_credits(sandbox: SandboxServer) -> None:
    once_the_bar_says(">1,000</span>")


def test_wrong_key_shows_a_dash_with_reason(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIE_API_KEY", "wrong-key")

    once_the_bar_says('title="The balance cannot be read: The key was refused.">—<')


def test_spending_counts_only_own_images(sandbox: SandboxServer) -> None:
    made = make_task(user_id=ANNA, state=TaskState.DONE, sent_at=NOW, created_at=time.time())
    open_studio().repository.add_tasks([made])

    bill = "Spent today<small>1 picture</small></th><td>5 credits"
    assert bill in html(framed(ANNA))
    assert bill not in html(framed(BORIS))


def test_faults_are_switched_by_name() -> None:
    at = framed()
    room = open_studio().fault_controls
    assert room is not None
    at.multiselect(key="drill-faults").set_value(["slow", "result-404"])
    drawn(at)
    assert room.rates == {"slow": 1.0, "result-404": 1.0}

    at = framed(BORIS)
    how_often = next(group for group in at.get("button_group") if group.label == "How often")
    how_often.set_value("Now and then")
    drawn(at)
    assert room.rates == {"slow": 0.1, "result-404": 0.1}

    at = framed()
    assert any("**Faults are on:** slow, result" in block.value for block in at.markdown)
    assert at.multiselect(key="drill-faults").value == ["slow", "result-404"]
    at.multiselect(key="drill-faults").set_value([])
    drawn(at)
    assert room.rates == {}
    assert not any("Faults are on" in block.value for block in framed().markdown)


def test_no_fault_controls_with_a_key(sandbox: SandboxServer) -> None:
    assert len(framed().multiselect) == 0


def test_submitted_prompt_is_in_the_history_of_its_page(sandbox: SandboxServer) -> None:
    at = press(write(page_at(), "A **hill** <b>"))

    assert [row["text"] for row in recalled(at)] == ["A **hill** <b>"]
    at.switch_page("pages/edit.py")
    assert recalled(drawn(at)) == []


def test_at_most_two_hints_and_fix_changes_prompt(sandbox: SandboxServer) -> None:
    at = page_at()
    at.switch_page("pages/edit.py")
    drawn(at)
    at.text_area(key="edit-prompt").set_value("Make it anime, no people, don't change the house")
    assert advice(drawn(at)) == ["Say “the picture”", "Say it so"]

    at.button(key="edit-fix-pronoun").click()
    drawn(at)
    assert at.text_area(key="edit-prompt").value.startswith("Make the picture anime")


def test_fix_switches_translation(sandbox: SandboxServer) -> None:
    at = write(page_at(), "A shop sign with the words “OPEN ALL DAY”")
    assert advice(at) == ["Do not translate"]

    at.button(key="generate-fix-translated_quote").click()

    assert not drawn(at).toggle(key="generate-translate").value
    assert advice(at) == []


def test_hints_never_block_a_submission(sandbox: SandboxServer) -> None:
    at = press(write(page_at(), "no people, say OPEN {place}"))

    assert card_in(at, "Done")["prompt"] == "no people, say OPEN {place}"
