"""Every route turns an error into a sentence: 503 for a database, 500 with a number for others."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

from components.server import NoticePages, middleware, routes
from components.server.error_responses import ReportUnknownErrors
from components.server.logs import JsonFormatter
from components.server.user_tokens import UserTokens
from components.studio.db.database import DatabaseError
from components.studio.settings import Settings
from components.studio.studio import Studio
from tests.support.app_server import COOKIE
from tests.support.http_server import serve_routes
from tests.support.identity import COOKIE_SECRET, new_token

BUSY, SECRET = "The database is busy.", "a very private fox"
TIMEOUT_S = 60
ID = "0" * 32
TOKEN = "t" * 43
REQUESTS = {
    "/healthz": ("GET", "/healthz"),
    "/metrics": ("GET", "/metrics"),
    "/callbacks/kontext/{token}": ("POST", "/callbacks/kontext/a"),
    "/app/static/pictures/{picture_id}": ("GET", f"/app/static/pictures/{ID}"),
    "/app/static/thumbnails/{picture_id}": ("GET", f"/app/static/thumbnails/{ID}"),
    "/app/static/downloads/{picture_id}": ("GET", f"/app/static/downloads/{ID}"),
    "/app/static/exports": ("POST", f"/app/static/exports?ids={ID}"),
    "/app/static/admin/spending.csv": ("GET", "/app/static/admin/spending.csv"),
    "/app/static/changes/{picture_id}": ("GET", f"/app/static/changes/{ID}"),
    "/endings": ("GET", "/endings"),
    "/device": ("POST", "/device"),
    "/device/{link}": ("GET", "/device/0123456789abcdef0123456789abcdef0123456789a"),
    "/shared/{token}/pictures/{picture_id}": ("GET", f"/shared/{TOKEN}/pictures/{ID}"),
    "/shared/{token}/thumbnails/{picture_id}": ("GET", f"/shared/{TOKEN}/thumbnails/{ID}"),
    "/shared/{token:path}": ("GET", f"/shared/{TOKEN}"),
    "/uploads": ("POST", "/uploads"),
}
# By path: where the sentence stands in the JSON. All other paths answer with text.
MESSAGE_KEYS = {
    "/healthz": "msg",
    "/callbacks/kontext/{token}": "msg",
    "/app/static/changes/{picture_id}": "message",
    "/uploads": "message",
}


def failing(error: Exception) -> Callable[[], Studio]:
    def open_studio() -> Studio:
        raise error

    return open_studio


def all_routes(error: Exception) -> list[BaseRoute]:
    return routes(
        failing(error),
        lambda: UserTokens(COOKIE_SECRET.encode()),
        Settings(),
        base_path="",
        files_url="files",
        files={},
        notice_pages=NoticePages(),
        login_url=lambda _name: "",
    )


@contextmanager
def serve(served: list[BaseRoute]) -> Iterator[str]:
    layers = middleware(
        failing(DatabaseError(BUSY)),
        lambda: UserTokens(COOKIE_SECRET.encode()),
        Settings(),
        base_path="",
        complete_page=lambda html, _path: html,
        notice_pages=NoticePages(),
        read_claims=lambda _cookies, _seconds: None,
    )
    with serve_routes(served, middleware=layers) as url:
        yield url


def send(url: str, path: str) -> requests.Response:
    method, target = REQUESTS[path]
    cookie = {"cookie": f"{COOKIE}={new_token()}"}
    return requests.request(method, url + target, headers=cookie, timeout=TIMEOUT_S)


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the app and the server log as an error."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("kontext", "uvicorn.error")]
    for logger in loggers:
        logger.addHandler(handler)
    yield lambda: [
        line
        for line in map(json.loads, stream.getvalue().splitlines())
        if line["level"] in ("error", "critical")
    ]
    for logger in loggers:
        logger.removeHandler(handler)


def test_every_route_with_the_studio_is_tested_here() -> None:
    paths = {route.path for route in all_routes(DatabaseError(BUSY)) if isinstance(route, Route)}

    without = {"/files/{path:path}", "/shared/assets/{path:path}", "/who"}
    assert paths - without == set(REQUESTS)


@pytest.mark.parametrize("path", REQUESTS)
def test_busy_database_is_a_503(path: str) -> None:
    with serve(all_routes(DatabaseError(BUSY))) as url:
        response = send(url, path)

    assert response.status_code == 503
    if path in MESSAGE_KEYS:
        assert isinstance(response.json(), dict)
    else:
        assert response.text == f"{BUSY}\n"
    assert "Traceback" not in response.text


@pytest.mark.parametrize("path", REQUESTS)
def test_unknown_error_is_a_500_with_the_number_in_the_log(
    path: str, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    with serve(all_routes(RuntimeError(SECRET))) as url:
        response = send(url, path)

    assert response.status_code == 500
    assert response.headers["cache-control"] == "no-store"
    assert "content-security-policy" in response.headers
    message = response.json()[MESSAGE_KEYS[path]] if path in MESSAGE_KEYS else response.text.strip()
    found = re.fullmatch(r"Something went wrong here\. The log has it as number (\d{6})\.", message)
    assert found
    [line] = log_lines()
    assert line["number"] == found[1]
    assert "RuntimeError" in line["trace"]
    assert SECRET not in str(line) + response.text


def test_unknown_error_in_a_response_that_has_begun_cuts_it_off(
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x"
        raise RuntimeError(SECRET)

    async def stream(_request: Request) -> Response:
        return StreamingResponse(chunks())

    with (
        serve([Route("/", stream)]) as url,
        pytest.raises(requests.exceptions.ChunkedEncodingError),
    ):
        requests.get(url, timeout=TIMEOUT_S)

    assert [line["event"] for line in log_lines() if "trace" in line] == ["unknown error"]


@pytest.mark.parametrize("has_begun", [False, True])
def test_unknown_error_closes_a_socket(
    has_begun: bool, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    async def fail(socket: Any) -> None:
        if has_begun:
            await socket.accept()
        raise RuntimeError(SECRET)

    with (
        serve([WebSocketRoute("/", fail)]) as url,
        pytest.raises(ConnectionClosedError if has_begun else InvalidStatus),
        connect(url.replace("http", "ws"), proxy=None) as socket,
    ):
        socket.recv(TIMEOUT_S)

    assert [line["event"] for line in log_lines()] == ["unknown error"]
    assert SECRET not in str(log_lines())


@pytest.mark.parametrize("error", [DatabaseError(BUSY), RuntimeError(SECRET)], ids=["busy", "bug"])
def test_live_updates_are_refused_when_the_studio_fails(error: Exception) -> None:
    with (
        serve(all_routes(error)) as url,
        pytest.raises(InvalidStatus),
        connect(
            url.replace("http", "ws") + "/push",
            additional_headers={"Cookie": f"{COOKIE}={new_token()}"},
            proxy=None,
        ),
    ):
        pass


@pytest.mark.parametrize("error", [ClientDisconnect(), WebSocketDisconnect()])
def test_client_that_leaves_is_no_error_of_ours(
    error: Exception, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    async def leave(*_: object) -> None:
        raise error

    async def nothing(*_: object) -> Any:
        raise AssertionError("nothing is to be sent or received")

    with pytest.raises(type(error)):
        asyncio.run(ReportUnknownErrors(leave)({"type": "http", "path": "/"}, nothing, nothing))
    assert log_lines() == []
