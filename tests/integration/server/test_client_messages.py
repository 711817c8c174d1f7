"""Malformed messages of a client to Streamlit: ignored, answered, logged in one line of JSON."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.exceptions import ConnectionClosed

from tests.integration.server.conftest import SeededApp
from tests.support.app_server import AppServer
from tests.support.streamlit_client import StreamlitClient

FORGED = '\n{"level": "error", "event": "forged"}'
PAGES = ("", "edit", "gallery")
BAD_VALUES: dict[str, Any] = {
    "no JSON": {"json_value": "{bad" + FORGED},
    "deep JSON": {"json_value": "[" * 100_000},
    "JSON of another kind": {"json_value": "7"},
    "half a character": {
        "json_value": r'{"action": {"verb": "star", "ids": ["\ud8ff"], "nonce": 3}}'
    },
    "no cards": {"json_value": '{"action": {"verb": "compare", "ids": [], "nonce": 4}}'},
    "no names": {"json_value": '{"rejected": "no JSON", "pin": [], "view": {}}'},
    "triggers": {"json_trigger_value": "bad"},
    "a text": {"string_value": FORGED},
    "a number": {"int_value": 2**62},
    "no number": {"double_value": float("nan")},
    "bytes": {"bytes_value": b"\xff"},
    "true": {"bool_value": True},
}


class LogFrom:
    """What the app logs from here on; each line is JSON."""

    def __init__(self, app: AppServer) -> None:
        self._app, self._start = app, len(app.log)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._app.log[self._start :].splitlines()]


def send_state(tab: StreamlitClient, state: ClientState) -> None:
    """Send a rerun as it stands, and wait for its end."""
    tab.messages = []
    tab.socket.send(BackMsg(rerun_script=state).SerializeToString())
    tab.wait_for_run()


@pytest.mark.parametrize("page", PAGES)
def test_bad_value_of_any_widget_is_its_default(page: str, seeded_app: SeededApp) -> None:
    log = LogFrom(seeded_app.app)
    with StreamlitClient(seeded_app.app.url, seeded_app.anna.token, page=page) as tab:
        tab.rerun()
        # A press with a wrong value may still be a press.
        keys = [key for key in tab.widget_ids() if "submit" not in key and "example" not in key]
        for name, value in BAD_VALUES.items():
            state = ClientState(page_name=page, page_script_hash=tab.page_script_hash)
            for key in keys:
                state.widget_states.widgets.add(id=tab.widget_ids()[key], **value)
            send_state(tab, state)
            assert "Something went wrong" not in tab.text(), name

        tab.rerun()

        assert "Something went wrong" not in tab.text()
    assert {line["level"] for line in log.lines()} <= {"info", "warning"}


def test_unknown_fragment_is_answered_and_logged_without_its_name(seeded_app: SeededApp) -> None:
    log = LogFrom(seeded_app.app)
    with StreamlitClient(seeded_app.app.url, seeded_app.anna.token) as tab:
        tab.rerun()
        send_state(tab, ClientState(fragment_id=FORGED))
        assert tab.deltas() == []
        tab.rerun()
        assert tab.has_drawn("generate-prompt")
    [line] = [line for line in log.lines() if line["level"] == "warning"]
    assert line["event"] == "message of a client ignored"
    assert line["reason"] == "unknown fragment"


def test_widgets_of_no_page_or_too_many_are_ignored(seeded_app: SeededApp) -> None:
    with StreamlitClient(seeded_app.app.url, seeded_app.anna.token) as tab:
        tab.rerun()
        state = ClientState(page_script_hash=tab.page_script_hash)
        for name in (
            "",
            "kontext.session",
            "feed.event_slot",
            *(f"$$ID-x-{n}" for n in range(3000)),
        ):
            state.widget_states.widgets.add(id=name, string_value="x")
        send_state(tab, state)
        send_state(tab, state)
        assert "Something went wrong" not in tab.text()


def test_message_that_is_none_is_one_warning(seeded_app: SeededApp) -> None:
    log = LogFrom(seeded_app.app)
    with StreamlitClient(seeded_app.app.url, seeded_app.anna.token) as tab:
        tab.rerun()
        tab.socket.send(b"\xff\xff" + FORGED.encode())
        with pytest.raises(ConnectionClosed):
            deque(iter(tab.socket.recv, None), maxlen=0)
    [line] = log.lines()
    assert line["level"] == "warning"
    assert line["event"] == "Error deserializing back message"
    assert "DecodeError" in line["trace"]
    assert "forged" not in line["trace"]
