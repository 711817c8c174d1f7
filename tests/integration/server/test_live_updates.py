"""Live updates: a user's own tabs are notified of changes, and nobody else."""

from __future__ import annotations

import json
import time
import uuid
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from components.server.live_updates import websocket_routes
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, HttpClient
from tests.support.http_server import serve_routes
from tests.support.studio_fixture import running_studio

TIMEOUT_SECONDS = 60


def connect_socket(client: HttpClient, *, origin: str | None = None) -> ClientConnection:
    cookie = {"Cookie": f"{COOKIE}={client.token}"} if client.token else {}
    return connect(
        client.url.replace("http", "ws") + "/push",
        additional_headers={**cookie, "Origin": origin or client.url},
        open_timeout=TIMEOUT_SECONDS,
        proxy=None,
    )


def receive(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(TIMEOUT_SECONDS))
    return message


def send_webhook(seeded_app: SeededApp, unconfirmed: Task, task_id: str) -> None:
    """Send a webhook for an unconfirmed task, which changes its state."""
    response = requests.post(
        f"{seeded_app.app.url}/callbacks/kontext/{unconfirmed.token}",
        json={"code": 200, "msg": "", "data": {"taskId": task_id, "info": {}}},
        timeout=TIMEOUT_SECONDS,
    )
    assert response.status_code == 200


def test_all_tabs_of_the_user_are_notified(seeded_app: SeededApp) -> None:
    with ExitStack() as open_tabs:
        own_tabs = [open_tabs.enter_context(connect_socket(seeded_app.anna)) for _ in range(7)]
        other_tab = open_tabs.enter_context(connect_socket(seeded_app.ben))
        first_versions = [receive(tab)["version"] for tab in (*own_tabs, other_tab)]

        send_webhook(seeded_app, seeded_app.anna_lost, "a" * 32)

        messages = [receive(tab) for tab in own_tabs]
        assert [message["version"] > first_versions[0] for message in messages] == [True] * 7
        assert {key for message in messages for key in message} == {"version"}
        send_webhook(seeded_app, seeded_app.ben_lost, "b" * 32)
        assert receive(other_tab)["version"] == first_versions[-1] + 1, "Anna's was the first"


def test_endings_are_those_of_the_user_alone(seeded_app: SeededApp) -> None:
    anna, add_task = seeded_app.anna, seeded_app.seeds.add_task
    expected = {
        add_task(anna.token or "", "A tower", state=TaskState.GENERATING).id: "",
        add_task(anna.token or "", "A wall", state=TaskState.REFUSED).id: "failed",
        add_task(anna.token or "", "A moat", state=TaskState.UNCONFIRMED).id: "asks",
    }
    response = anna.get("/endings")
    assert response.headers["cache-control"] == "no-store"
    endings = response.json()
    assert expected.items() <= endings.items()
    assert "done" in endings.values()
    assert seeded_app.ben_lost.id not in endings
    assert HttpClient(seeded_app.app.url).get("/endings").json() == {}


@pytest.mark.parametrize("reason", [FailureReason.WITHDRAWN, FailureReason.NOT_WATCHED])
def test_what_the_user_stopped_has_not_failed(reason: FailureReason, seeded_app: SeededApp) -> None:
    stopped = replace(
        seeded_app.anna_lost,
        id=uuid.uuid4().hex,
        token=uuid.uuid4().hex,
        state=TaskState.FAILED,
        failure=Failure(reason),
        created_at=time.time(),
    )
    seeded_app.seeds.repository.add_tasks([stopped])
    assert seeded_app.anna.get("/endings").json()[stopped.id] == "stopped"


def test_socket_closes_with_the_studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.server.live_updates.read_user_id", lambda _: "d" * 32)
    with (
        running_studio(tmp_path) as studio_fixture,
        serve_routes(websocket_routes(lambda: studio_fixture.studio)) as url,
        connect_socket(HttpClient(url)) as tab,
    ):
        receive(tab)
        studio_fixture.studio.close()
        with pytest.raises(ConnectionClosed) as closed:
            receive(tab)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012


@pytest.mark.parametrize("token", [None, "x", "x" * 44])
def test_socket_without_cookie_is_rejected(token: str | None, seeded_app: SeededApp) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        connect_socket(seeded_app.app.client(token))


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
def test_socket_of_another_origin_is_rejected(origin: str, seeded_app: SeededApp) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        connect_socket(seeded_app.anna, origin=origin)


def test_client_messages_are_ignored(seeded_app: SeededApp) -> None:
    with connect_socket(seeded_app.anna) as tab:
        tab.send("x" * 10_000)
        tab.send(json.dumps({"designer": "ben"}))
        assert "version" in receive(tab)


@pytest.mark.parametrize("message", ["hello", b"\x00\xff"])
def test_socket_stays_open_after_any_message(seeded_app: SeededApp, message: str | bytes) -> None:
    with connect_socket(seeded_app.anna) as tab:
        receive(tab)
        tab.send(message)
        for _ in range(3):  # the first answer may still overtake the end of the connection
            assert tab.ping().wait(TIMEOUT_SECONDS)
        tab.send(message)  # raises an error once the connection is closed
