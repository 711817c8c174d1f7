"""Errors of the provider: each shows a message and a next step, and keeps the form."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.sandbox import SandboxOptions, SandboxServer, start
from tests.integration.pages.page_driver import (
    Card,
    cards,
    error_texts,
    open_page,
    submit,
    type_prompt,
    unescape,
    wait_for_headline,
    wait_for_state,
)

PROMPT = "A lighthouse at dusk"


def submit_prompt(prompt: str = PROMPT) -> AppTest:
    return submit(type_prompt(open_page(), prompt))


def keeps_prompt(at: AppTest, card: Card, prompt: str = PROMPT) -> bool:
    """Whether form and card have the prompt as typed, and there is no other card."""
    typed = at.text_area(key="generate-prompt").value
    return bool(typed == prompt == card["prompt"] and len(cards(at)) == 1)


def banners() -> list[str]:
    """The banners of a new page, as AppTest renders them in the first run only."""
    return [unescape(box.value) for box in open_page().warning]


def test_wrong_key_is_shown_and_nothing_sent(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIE_API_KEY", "wrong-key")
    at = submit_prompt()
    card = wait_for_headline(at, "The key was refused")

    assert card["state_word"] == "Queued"
    assert "KIE_API_KEY" in card["advice"]
    assert keeps_prompt(at, card)
    assert any("KIE_API_KEY" in banner for banner in banners())
    assert "wrong-key" not in str(at)
    assert sandbox.usage_report()["tasks"] == []


def test_empty_balance_is_shown_and_queue_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    with start(SandboxOptions(seconds=0, credits=4)) as sandbox:
        monkeypatch.setenv("KIE_API_KEY", "a-key")
        monkeypatch.setenv("KIE_BASE_URL", sandbox.url)
        at = submit_prompt()
        card = wait_for_headline(at, "The account is out of credits")

        assert card["state_word"] == "Queued"
        assert "Top up" in card["advice"]
        assert keeps_prompt(at, card)
        assert any("credit" in banner for banner in banners())
        assert sandbox.usage_report()["tasks"] == []


def test_unreachable_provider_is_shown_and_retried(unreachable_provider: None) -> None:
    at = submit_prompt()
    card = wait_for_headline(at, "The service cannot be reached")

    assert card["state_word"] == "Queued"
    assert "nothing was spent" in card["advice"]
    assert "again by itself" in card["advice"]
    assert keeps_prompt(at, card)


@pytest.mark.parametrize("fault", ["create-html", "create-cut", "create-no-id", "create-lost"])
def test_ambiguous_answer_is_unconfirmed_and_not_resent(fault: str, sandbox: SandboxServer) -> None:
    prompt = f"{PROMPT} [{fault}]"
    at = submit_prompt(prompt)
    card = wait_for_state(at, "Unconfirmed")

    assert "not sent again by itself" in card["advice"]
    assert keeps_prompt(at, card, prompt)
    assert sandbox.usage_report()["creates"] == 1


@pytest.mark.parametrize(
    ("fault", "state_word", "headline"),
    [
        ("refused", "Refused", "Refused by the content policy"),
        ("refused-at-once", "Refused", "Refused by the content policy"),
        ("create-failed", "Failed", "The service could not start it"),
        ("generate-failed", "Failed", "The picture could not be made"),
    ],
)
def test_failed_task_shows_reason_and_advice(
    fault: str, state_word: str, headline: str, sandbox: SandboxServer
) -> None:
    prompt = f"{PROMPT} [{fault}]"
    at = submit_prompt(prompt)
    card = wait_for_state(at, state_word)

    assert card["headline"] == headline
    assert "try again" in card["advice"].lower()
    assert "free" not in card["advice"]
    assert keeps_prompt(at, card, prompt)


@pytest.mark.parametrize("fault", ["query-html", "flag-back"])
def test_passing_fault_ends_in_an_image(fault: str, sandbox: SandboxServer) -> None:
    at = submit_prompt(f"{PROMPT} [{fault}]")

    assert wait_for_state(at, "Done")["prompt"] == f"{PROMPT} [{fault}]"
    assert len(sandbox.usage_report()["tasks"]) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("KONTEXT_CREDITS_PRO", "cheap"), ("KIE_BASE_URL", "kie"), ("KONTEXT_QUERIES_PER_S", "0")],
)
def test_invalid_setting_is_named_on_the_page(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    assert [name in text for text in error_texts(open_page())] == [True]
