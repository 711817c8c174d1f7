"""The push: tells a designer's own tabs that something changed, and nobody anything else."""

from __future__ import annotations

import json
from collections import deque
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, HttpClient

PATIENCE_SECONDS = 10


def serve_routes(visitor: HttpClient, *, origin: str | None = None) -> ClientConnection:
    cookie = {"Cookie": f"{COOKIE}={visitor.token}"} if visitor.token else {}
    return connect(
        visitor.url.replace("http", "ws") + "/push",
        additional_headers={**cookie, "Origin": origin or visitor.url},
        open_timeout=PATIENCE_SECONDS,
        proxy=None,
    )


def heard(socket: ClientConnection, within_seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(within_seconds))
    return message


def call_back(seeded_app: SeededApp) -> None:
    """The service reports Anna's lost task; its state changes, and with it her screen."""
    answer = requests.post(
        f"{seeded_app.app.url}/callbacks/kontext/{seeded_app.anna_lost.token}",
        json={"code": 200, "msg": "", "data": {"taskId": "a" * 32, "info": {}}},
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 200


def test_all_tabs_of_the_user_are_notified(seeded_app: SeededApp) -> None:
    with ExitStack() as open_tabs:
        own = [open_tabs.enter_context(serve_routes(seeded_app.anna)) for _ in range(7)]
        other = open_tabs.enter_context(serve_routes(seeded_app.ben))
        first = [heard(tab)["version"] for tab in (*own, other)]

        call_back(seeded_app)

        told = [heard(tab) for tab in own]
        assert [message["version"] > first[0] for message in told] == [True] * 7
        assert {key for message in told for key in message} == {"version"}
        with pytest.raises(TimeoutError):
            heard(other, within_seconds=0.7)


@pytest.mark.parametrize("token", [None, "x", "x" * 44])
def test_socket_without_cookie_is_rejected(token: str | None, seeded_app: SeededApp) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        serve_routes(seeded_app.app.client(token))


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
def test_socket_of_another_origin_is_rejected(origin: str, seeded_app: SeededApp) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        serve_routes(seeded_app.anna, origin=origin)


def test_client_messages_are_ignored(seeded_app: SeededApp) -> None:
    with serve_routes(seeded_app.anna) as tab:
        tab.send("x" * 10_000)
        tab.send(json.dumps({"designer": "ben"}))
        assert "version" in heard(tab)


@pytest.mark.parametrize("words", ["hello", b"\x00\xff"])
def test_socket_stays_open_after_any_message(seeded_app: SeededApp, words: str | bytes) -> None:
    with serve_routes(seeded_app.anna) as tab:
        heard(tab)
        tab.send(words)
        with pytest.raises(TimeoutError):  # and not that the connection was closed
            deque(iter(lambda: heard(tab, within_seconds=0.7), None), maxlen=0)
