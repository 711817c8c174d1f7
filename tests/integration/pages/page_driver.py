"""Opens and uses pages without a browser, through Streamlit's AppTest."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.testing.v1 import AppTest

from components.bootstrap import open_studio
from components.studio.tasks.models import Task

ROOT = Path(__file__).parents[3]
TIMEOUT_S = 60
Card = dict[str, Any]


def open_page(file: str = "app.py") -> AppTest:
    """A page, opened by a new user."""
    at = AppTest.from_file(ROOT / file, default_timeout=TIMEOUT_S)
    at.context = {"timezone": "Europe/Berlin"}
    return rerun(at)


def rerun(at: AppTest) -> AppTest:
    """Rerun the page and check that nothing was raised."""
    at.run()
    assert not at.exception, at.exception
    assert not [text for text in messages(at) if text.startswith("Something went wrong")]
    return at


def type_prompt(at: AppTest, prompt: str) -> AppTest:
    """Type a prompt on Generate."""
    at.text_area(key="generate-prompt").set_value(prompt)
    return rerun(at)


def submit(at: AppTest) -> AppTest:
    """Click Generate."""
    at.button(key="generate-submit").click()
    return rerun(at)


def cards(at: AppTest) -> list[Card]:
    """The cards of the page's image grid in display order; none where there is no grid."""
    loaded: list[Card] = grid_data(at).get("cards", [])
    return loaded


def grid_data(at: AppTest) -> dict[str, Any]:
    """The data of the page's image grid; empty where there is no grid."""
    return dict(widget_data(at, "grid") or {})


def widget_data(at: AppTest, name: str) -> Any:
    """The data that a browser component is given under this name, or None."""
    for component in at.get("bidi_component"):
        data = json.loads(component.proto.json)
        if name in data:
            return json.loads(data[name])
    return None


def newest_tasks(at: AppTest) -> list[Task]:
    """The newest tasks of the page's user."""
    return [entry.task for entry in open_studio().tasks.recent(user_id_of(at), limit=20)]


def user_id_of(at: AppTest) -> str:
    """The id of the page's user."""
    return str(at.session_state["kontext.session"].user_id)


def wait_for_change(at: AppTest, known: list[Task]) -> list[Task]:
    """Wait until the tasks differ from the known ones; returns them.

    Not longer than half a second, because a pause of the queue changes the page but no task.
    """
    until = time.monotonic() + 0.5
    while (tasks := newest_tasks(at)) == known and time.monotonic() < until:
        time.sleep(0.02)
    return tasks


def wait_for_card(at: AppTest, condition: Callable[[Card], bool], failure: str) -> Card:
    """The newest card, once it meets a condition; `failure` names a timeout."""
    deadline = time.monotonic() + TIMEOUT_S
    known = newest_tasks(at)
    while not (loaded := cards(rerun(at))) or not condition(loaded[0]):
        assert time.monotonic() < deadline, f"{failure}: {loaded[:1]}"
        known = wait_for_change(at, known)
    return loaded[0]


def wait_for_state(at: AppTest, state_word: str) -> Card:
    """The newest card, once it is in that state."""
    return wait_for_card(at, lambda card: card["state_word"] == state_word, f"never {state_word}")


def wait_for_headline(at: AppTest, headline: str) -> Card:
    """The newest card, once it has that headline."""
    return wait_for_card(at, lambda card: card.get("headline") == headline, f"never “{headline}”")


def trigger(at: AppTest, key: str, event: str, value: Any = True) -> AppTest:
    """Let the browser component with this key send an event, which AppTest cannot."""
    component = next(found for found in at.get("bidi_component") if found.key == key)
    states = at._tree.get_widget_states()
    events = states.widgets.add(id=_make_trigger_id(component.proto.id, "events"))
    events.json_trigger_value = json.dumps([{"event": event, "value": value}])
    return at._run(states)


def messages(at: AppTest) -> list[str]:
    """The error boxes and toasts as a user reads them."""
    return [*error_texts(at), *(unescape(toast.value) for toast in at.toast)]


def error_texts(at: AppTest) -> list[str]:
    """The error boxes as a user reads them."""
    return [unescape(box.value) for box in at.error]


def unescape(markdown: str) -> str:
    """Text without the backslashes and word joiners that escape Markdown."""
    return markdown.replace("\\", "").replace("\u2060", "")
