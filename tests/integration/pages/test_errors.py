"""When the service says no, or nothing: a sentence, a next step, and the form as it was."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.sandbox import SandboxOptions, SandboxServer, start
from tests.integration.pages.page_text import (
    Card,
    card_in,
    card_saying,
    cards,
    page_at,
    press,
    write,
)
from tests.support.app_server import free_port

PROMPT = "A lighthouse at dusk"


def asked(prompt: str = PROMPT) -> AppTest:
    return press(write(page_at(), prompt))


def kept(at: AppTest, card: Card, prompt: str = PROMPT) -> bool:
    """Whether the form still holds what was typed, and the list what became of it."""
    form = at.text_area(key="generate-prompt").value
    return bool(form == prompt == card["prompt"] and len(cards(at)) == 1)


def warnings(at: AppTest) -> list[str]:
    """What a page opened now says above everything. AppTest draws the frame once only, at first."""
    return [box.value.replace("\\", "") for box in at.warning]


def test_wrong_key_is_shown_and_nothing_sent(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIE_API_KEY", "wrong-key")
    at = asked()
    card = card_saying(at, "The key was refused")

    assert card["state_word"] == "Queued"
    assert "KIE_API_KEY" in card["advice"]
    assert kept(at, card)
    assert any("KIE_API_KEY" in warning for warning in warnings(page_at()))
    assert "wrong-key" not in str(at)
    assert sandbox.usage_report()["tasks"] == []


def test_empty_balance_is_shown_and_queue_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    with start(SandboxOptions(seconds=0, credits=4)) as poor:
        monkeypatch.setenv("KIE_API_KEY", "a-key")
        monkeypatch.setenv("KIE_BASE_URL", poor.url)
        at = asked()
        card = card_saying(at, "The account is out of credits")

        assert card["state_word"] == "Queued"
        assert "Top up" in card["advice"]
        assert kept(at, card)
        assert any("credit" in warning for warning in warnings(page_at()))
        assert poor.usage_report()["tasks"] == []


def test_unreachable_provider_is_shown_and_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIE_API_KEY", "a-key")
    monkeypatch.setenv("KIE_BASE_URL", f"http://127.0.0.1:{free_port()}")
    at = asked()
    card = card_saying(at, "The service cannot be reached")

    assert card["state_word"] == "Queued"
    assert "nothing was spent" in card["advice"]
    assert "again by itself" in card["advice"]
    assert kept(at, card)


@pytest.mark.parametrize("fault", ["create-html", "create-cut", "create-no-id", "create-lost"])
def test_ambiguous_answer_is_unconfirmed_and_not_resent(fault: str, sandbox: SandboxServer) -> None:
    prompt = f"{PROMPT} [{fault}]"
    at = asked(prompt)
    card = card_in(at, "Unconfirmed")

    assert "not sent again by itself" in card["advice"]
    assert kept(at, card, prompt)
    assert sandbox.usage_report()["creates"] == 1


@pytest.mark.parametrize(
    ("words", "state_word", "headline"),
    [
        ("[refused]", "Refused", "Refused by the content policy"),
        ("[refused-at-once]", "Refused", "Refused by the content policy"),
        ("[create-failed]", "Failed", "The service could not start it"),
        ("[generate-failed]", "Failed", "The picture could not be made"),
    ],
)
def test_failed_task_shows_reason_and_advice(
    words: str, state_word: str, headline: str, sandbox: SandboxServer
) -> None:
    at = asked(f"{PROMPT} {words}")
    card = card_in(at, state_word)

    assert card["headline"] == headline
    assert "try again" in card["advice"].lower()
    assert "free" not in card["advice"]
    assert kept(at, card, f"{PROMPT} {words}")


@pytest.mark.parametrize("fault", ["query-html", "flag-back"])
def test_passing_fault_ends_in_an_image(fault: str, sandbox: SandboxServer) -> None:
    at = asked(f"{PROMPT} [{fault}]")

    assert card_in(at, "Done")["prompt"] == f"{PROMPT} [{fault}]"
    assert len(sandbox.usage_report()["tasks"]) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("KONTEXT_CREDITS_PRO", "cheap"), ("KIE_BASE_URL", "kie"), ("KONTEXT_QUERIES_PER_S", "0")],
)
def test_invalid_setting_is_named_on_the_page(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    assert [name in box.value.replace("\\", "") for box in page_at().error] == [True]
