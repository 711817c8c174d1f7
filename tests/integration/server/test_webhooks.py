"""Webhooks over real HTTP."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from components.server.webhooks import webhook_routes
from components.studio.db.database import DatabaseError
from components.studio.studio import Studio
from components.studio.tasks.models import TaskState
from tests.support.http_server import serve_routes
from tests.support.studio_fixture import StudioFixture, running_studio

KEY = "webhook secret"
RECEIVED = {"code": 200, "msg": "received"}


@contextmanager
def webhook_studio(
    folder: Path,
    *,
    signed: bool = False,
    read_seconds: float = 10.0,
    pause_factor: float = 0.1,
    **options: Any,
) -> Iterator[StudioFixture]:
    """A running studio that receives its webhooks on a loopback port."""
    studios: list[Studio] = []
    with serve_routes(webhook_routes(lambda: studios[0], read_seconds=read_seconds)) as url:
        settings: dict[str, Any] = {"public_url": url, "pause_factor": pause_factor}
        if signed:
            settings["webhook_key"] = options["webhook_key"] = KEY
        with running_studio(folder, settings=settings, **options) as studio_fixture:
            studios.append(studio_fixture.studio)
            yield studio_fixture


def post(
    studio_fixture: StudioFixture, token: str, body: bytes | dict[str, Any]
) -> requests.Response:
    url = studio_fixture.studio.settings.callback_url(token)
    assert url is not None
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return requests.post(url, data=data, timeout=60)


@pytest.mark.parametrize("fault", ["create-lost", "create-html", "create-no-id", "create-cut"])
def test_webhook_recovers_image_of_lost_answer(tmp_path: Path, fault: str) -> None:
    with webhook_studio(tmp_path) as studio_fixture:
        task = studio_fixture.submit(f"[{fault}] a hill")
        studio_fixture.wait_for(task, TaskState.DONE)
        assert len(studio_fixture.tasks_made(f"[{fault}] a hill")) == 1


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("fault", ["callback-early", "callback-duplicate", "callback-forged"])
def test_early_repeated_and_forged_webhooks_are_harmless(
    tmp_path: Path, fault: str, signed: bool
) -> None:
    with webhook_studio(tmp_path, signed=signed) as studio_fixture:
        task = studio_fixture.wait_for(studio_fixture.submit(f"[{fault}] a hill"), TaskState.DONE)
        assert task.result_url is not None
        assert urlsplit(task.result_url).hostname == "127.0.0.1"
        assert len(studio_fixture.tasks_made(f"[{fault}] a hill")) == 1


def test_early_webhook_and_lost_answer_lose_nothing(tmp_path: Path) -> None:
    with webhook_studio(tmp_path, faults={"callback-early": 1, "create-lost": 1}) as studio_fixture:
        studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
        assert len(studio_fixture.tasks_made("a hill")) == 1


def test_unsigned_webhook_is_rejected_with_a_key(tmp_path: Path) -> None:
    with webhook_studio(
        tmp_path, signed=True, faults={"create-lost": 1}, seconds=600
    ) as studio_fixture:
        task = studio_fixture.wait_for(studio_fixture.submit(), TaskState.UNCONFIRMED)
        [provider_task] = studio_fixture.tasks_made("a hill")
        response = post(
            studio_fixture, task.token, {"code": 200, "data": {"taskId": provider_task["taskId"]}}
        )
        assert response.json() == RECEIVED
        assert studio_fixture.reload(task).state is TaskState.UNCONFIRMED


def test_forged_webhook_gets_the_same_response(tmp_path: Path) -> None:
    with webhook_studio(tmp_path) as studio_fixture:
        task = studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
        valid = {"code": 200, "data": {"taskId": task.provider_id}}
        responses = [
            post(studio_fixture, task.token, valid),
            post(studio_fixture, "unknown", valid),
            post(studio_fixture, task.token, b"not JSON"),
            post(studio_fixture, task.token, {"code": 200, "data": {"taskId": "f" * 32}}),
            post(studio_fixture, task.token, b"x" * (64 * 1024 + 1)),
        ]
        assert {(response.status_code, response.text) for response in responses} == {
            (200, responses[0].text)
        }
        assert responses[0].json() == RECEIVED
        assert studio_fixture.reload(task) == task


def test_interrupted_body_ends_quietly(tmp_path: Path) -> None:
    with webhook_studio(tmp_path) as studio_fixture:
        parts = urlsplit(studio_fixture.studio.settings.public_url or "")
        with socket.create_connection((str(parts.hostname), parts.port or 0), 9) as connection:
            connection.sendall(
                b"POST /callbacks/kontext/x HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"
            )
        assert post(studio_fixture, "x", b"{}").json() == RECEIVED


def test_slow_body_gets_408(tmp_path: Path) -> None:
    with webhook_studio(tmp_path, read_seconds=0.2) as studio_fixture:
        parts = urlsplit(studio_fixture.studio.settings.public_url or "")
        with socket.create_connection((str(parts.hostname), parts.port or 0), 30) as connection:
            connection.sendall(
                b"POST /callbacks/kontext/x HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"
            )
            assert connection.recv(65536).startswith(b"HTTP/1.1 408 ")


def test_closed_database_answers_503() -> None:
    def raise_error() -> Studio:
        raise DatabaseError("The database cannot be read.")

    with serve_routes(webhook_routes(raise_error)) as url:
        response = requests.post(f"{url}/callbacks/kontext/x", data=b"{}", timeout=60)
    assert response.status_code == 503
    assert "database" not in response.text


def test_webhook_polls_at_once(tmp_path: Path) -> None:
    # Without it, the first query would be sent after a quarter of an hour.
    with webhook_studio(tmp_path, pause_factor=1000.0) as studio_fixture:
        studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
