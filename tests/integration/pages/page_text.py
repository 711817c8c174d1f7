"""What a designer reads on a page, without a browser."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 20
Card = dict[str, Any]


def page_at(file: str = "app.py") -> AppTest:
    """A page drawn for a designer whom nobody has seen before."""
    at = AppTest.from_file(ROOT / file, default_timeout=PATIENCE_SECONDS)
    at.context = {"timezone": "Europe/Berlin"}
    return drawn(at)


def drawn(at: AppTest) -> AppTest:
    """The page drawn again, without a fault."""
    at.run()
    assert not at.exception, at.exception
    return at


def write(at: AppTest, prompt: str) -> AppTest:
    """Type a prompt on Generate."""
    at.text_area(key="generate-prompt").set_value(prompt)
    return drawn(at)


def press(at: AppTest) -> AppTest:
    """Press Generate."""
    at.button(key="generate-submit").click()
    return drawn(at)


def cards(at: AppTest) -> list[Card]:
    """The cards of the page's contact sheet, in their order; none where there is no sheet."""
    shown: list[Card] = wire(at).get("cards", [])
    return shown


def wire(at: AppTest) -> dict[str, Any]:
    """All that the page's contact sheet is told; nothing where there is no sheet."""
    for component in at.get("bidi_component"):
        data = json.loads(component.proto.json)
        if "grid" in data:
            told: dict[str, Any] = json.loads(data["grid"])
            return told
    return {}


def card_when(at: AppTest, right: Callable[[Card], bool], said: str) -> Card:
    """The newest card, once it is as wanted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := cards(drawn(at))) or not right(found[0]):
        assert time.monotonic() < deadline, f"{said}: {found[:1]}"
        time.sleep(0.1)
    return found[0]


def card_in(at: AppTest, state_word: str) -> Card:
    """The newest card, once it is in that state."""
    return card_when(at, lambda card: card["state_word"] == state_word, f"never {state_word}")


def card_saying(at: AppTest, headline: str) -> Card:
    """The newest card, once it says that."""
    return card_when(at, lambda card: card.get("headline") == headline, f"never “{headline}”")


def errors(at: AppTest) -> list[str]:
    """The error boxes as a designer reads them: without the escapes of Markdown."""
    return [box.value.replace("\\", "") for box in at.error]
