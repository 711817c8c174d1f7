"""Callbacks over real HTTP: they hasten, they resolve, and they tell a stranger nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from components.server.webhooks import webhook_routes
from components.studio.db.database import DatabaseError
from components.studio.db.tasks import TaskRepository
from components.studio.studio import Studio
from components.studio.tasks.models import TaskState
from tests.support.factories import NOW, make_task
from tests.support.http_server import serve_routes
from tests.support.studio_fixture import StudioFixture, running_studio

KEY = "webhook secret"
RECEIVED = {"code": 200, "msg": "received"}


@contextmanager
def called_back(
    folder: Path, *, signed: bool = False, read_seconds: float = 10.0, **options: Any
) -> Iterator[StudioFixture]:
    """A studio whose callbacks come in over a port of its own."""
    opened: list[Studio] = []
    with serve_routes(webhook_routes(lambda: opened[0], read_seconds=read_seconds)) as url:
        settings: dict[str, Any] = {"public_url": url}
        if signed:
            settings["webhook_key"] = options["webhook_key"] = KEY
        with running_studio(folder, settings=settings, **options) as studio_fixture:
            opened.append(studio_fixture.studio)
            yield studio_fixture


def post(
    studio_fixture: StudioFixture, token: str, body: bytes | dict[str, Any]
) -> requests.Response:
    url = studio_fixture.studio.settings.callback_url(token)
    assert url is not None
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return requests.post(url, data=data, timeout=20)


@pytest.mark.parametrize("fault", ["create-lost", "create-html", "create-no-id", "create-cut"])
def test_webhook_recovers_image_of_lost_answer(tmp_path: Path, fault: str) -> None:
    with called_back(tmp_path) as studio_fixture:
        task = studio_fixture.submit(f"[{fault}] a hill")
        studio_fixture.wait_for(task, TaskState.DONE)
        assert len(studio_fixture.tasks_made(f"[{fault}] a hill")) == 1


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("fault", ["callback-early", "callback-duplicate", "callback-forged"])
def test_early_repeated_and_forged_webhooks_are_harmless(
    tmp_path: Path, fault: str, signed: bool
) -> None:
    with called_back(tmp_path, signed=signed) as studio_fixture:
        task = studio_fixture.wait_for(studio_fixture.submit(f"[{fault}] a hill"), TaskState.DONE)
        assert task.result_url is not None
        assert urlsplit(task.result_url).hostname == "127.0.0.1"
        assert len(studio_fixture.tasks_made(f"[{fault}] a hill")) == 1


def test_early_webhook_and_lost_answer_lose_nothing(tmp_path: Path) -> None:
    with called_back(tmp_path, faults={"callback-early": 1, "create-lost": 1}) as studio_fixture:
        studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
        assert len(studio_fixture.tasks_made("a hill")) == 1


def test_unsigned_webhook_is_rejected_with_a_key(tmp_path: Path) -> None:
    with called_back(
        tmp_path, signed=True, faults={"create-lost": 1}, seconds=600
    ) as studio_fixture:
        task = studio_fixture.wait_for(studio_fixture.submit(), TaskState.UNCONFIRMED)
        [made] = studio_fixture.tasks_made("a hill")
        answer = post(studio_fixture, task.token, {"code": 200, "data": {"taskId": made["taskId"]}})
        assert answer.json() == RECEIVED
        assert studio_fixture.reload(task).state is TaskState.UNCONFIRMED


def test_forged_webhook_gets_the_same_response(tmp_path: Path) -> None:
    with called_back(tmp_path) as studio_fixture:
        task = studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
        good = {"code": 200, "data": {"taskId": task.provider_id}}
        answers = [
            post(studio_fixture, task.token, good),
            post(studio_fixture, "unknown", good),
            post(studio_fixture, task.token, b"not JSON"),
            post(studio_fixture, task.token, {"code": 200, "data": {"taskId": "f" * 32}}),
            post(studio_fixture, task.token, b"x" * (64 * 1024 + 1)),
        ]
        assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
        assert answers[0].json() == RECEIVED
        assert studio_fixture.reload(task) == task


def test_interrupted_body_ends_quietly(tmp_path: Path) -> None:
    with called_back(tmp_path) as studio_fixture:
        parts = urlsplit(studio_fixture.studio.settings.public_url or "")
        with socket.create_connection((str(parts.hostname), parts.port or 0), 9) as half:
            half.sendall(
                b"POST /callbacks/kontext/x HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"
            )
        assert post(studio_fixture, "x", b"{}").json() == RECEIVED


def test_slow_body_gets_408(tmp_path: Path) -> None:
    with called_back(tmp_path, read_seconds=0.2) as studio_fixture:
        parts = urlsplit(studio_fixture.studio.settings.public_url or "")
        with socket.create_connection((str(parts.hostname), parts.port or 0), 30) as slow:
            slow.sendall(
                b"POST /callbacks/kontext/x HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"
            )
            assert slow.recv(65536).startswith(b"HTTP/1.1 408 ")


def test_closed_database_answers_503() -> None:
    def closed() -> Studio:
        raise DatabaseError("The ledger cannot be read.")

    with serve_routes(webhook_routes(closed)) as url:
        answer = requests.post(f"{url}/callbacks/kontext/x", data=b"{}", timeout=20)
    assert answer.status_code == 503
    assert "ledger" not in answer.text


def test_webhook_polls_at_once(tmp_path: Path) -> None:
    with closing(TaskRepository.in_folder(tmp_path)) as repository:
        slow: dict[str, Any] = {
            "state": TaskState.DONE,
            "accepted_at": NOW,
            "finished_at": NOW + 200,
        }
        repository.add_tasks(
            [make_task(**slow)]
        )  # the first question would come after half a minute
    with called_back(tmp_path, seconds=1.0) as studio_fixture:
        task = studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
        [made] = studio_fixture.tasks_made("a hill")
        assert task.finished_at is not None
        assert task.finished_at - made["completeTime"] / 1000 < 15
