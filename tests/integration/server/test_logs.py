"""Logs: one JSON object a line, with ids and without secrets or prompts."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.error_util import handle_user_script_exception
from streamlit.testing.v1.util import patch_config_options
from websockets.exceptions import ConnectionClosed

from components.bootstrap import build_studio
from components.sandbox import SandboxOptions, start
from components.server.logs import JsonFormatter, LimitRepetitions, set_up_logs
from components.studio.settings import Settings
from components.studio.tasks.models import TaskState
from tests.integration.server.test_live_updates import connect_socket, receive
from tests.support.app_server import AppServer
from tests.support.identity import new_token
from tests.support.studio_fixture import StudioFixture, running_studio, wait_until

KEY = "kie-secret-key-0815"


@pytest.fixture
def log_text() -> Iterator[io.StringIO]:
    """All that the app's loggers write at level INFO."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("kontext")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel("INFO")
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(level)


def log_lines(text: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


def test_log_lines_are_json_with_ids(tmp_path: Path, log_text: io.StringIO) -> None:
    with running_studio(tmp_path) as studio_fixture:
        task = studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
    transitions = [
        (line["from"], line["to"])
        for line in log_lines(log_text)
        if line.get("task_id") == task.id and "to" in line
    ]
    assert transitions == [
        ("queued", "submitting"),
        ("submitting", "generating"),
        ("generating", "storing"),
        ("storing", "done"),
    ]
    assert {"time", "level", "logger", "event"} <= log_lines(log_text)[0].keys()


@pytest.mark.parametrize(
    ("prompt", "event"), [("A hill", "accepted"), ("A hill [create-lost]", "call failed")]
)
def test_log_line_of_a_create_names_the_user(
    tmp_path: Path, log_text: io.StringIO, prompt: str, event: str
) -> None:
    with running_studio(tmp_path) as studio_fixture:
        task = studio_fixture.submit(prompt)
        wait_until(lambda: event in log_text.getvalue())
    [line] = [line for line in log_lines(log_text) if line["event"] == event]
    assert (line["task_id"], line["user_id"]) == (task.id, task.user_id)


@pytest.mark.parametrize(
    ("fault", "logged"),
    [
        ("create-html", '"call": "create"'),
        ("result-403", '"event": "result not downloaded"'),
        ("refused", '"to": "refused"'),
        ("query-html", '"call": "query"'),
    ],
)
def test_logs_hold_no_key_prompt_or_token(
    tmp_path: Path, log_text: io.StringIO, fault: str, logged: str
) -> None:
    with start(SandboxOptions(seconds=0, faults={fault: 1})) as sandbox:
        settings = Settings(
            api_key=KEY,
            base_url=sandbox.url,
            upload_base_url=sandbox.url,
            data_dir=tmp_path,
            pause_factor=0.1,
        )
        studio = build_studio(settings)
        studio.worker.start()
        studio_fixture = StudioFixture(studio, sandbox)
        task = studio_fixture.submit("a very private fox")
        wait_until(lambda: logged in log_text.getvalue())
        studio.close()
    for secret in (KEY, "private fox", task.token):
        assert secret not in log_text.getvalue()


def test_database_error_is_logged_without_rows(tmp_path: Path, log_text: io.StringIO) -> None:
    with running_studio(
        tmp_path, settings={"busy_timeout_seconds": 0.05}, faults={"query-500": 1}
    ) as studio_fixture:
        task = studio_fixture.wait_for(
            studio_fixture.submit("a very private fox"), TaskState.GENERATING
        )
        with closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            studio_fixture.sandbox.set_faults({})
            wait_until(lambda: "database operation failed" in log_text.getvalue())
            assert studio_fixture.studio.worker.storage_problem
            connection.execute("ROLLBACK")
        studio_fixture.wait_for(task, TaskState.DONE)
        assert not studio_fixture.studio.worker.storage_problem
    assert "private fox" not in log_text.getvalue()
    assert any("trace" in line for line in log_lines(log_text))


def test_streamlit_does_not_log_an_error_of_the_app_again() -> None:
    set_up_logs()
    stream, logger = io.StringIO(), logging.getLogger("streamlit.error_util")
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    with patch_config_options({"logger.enableRich": False}):  # as in .streamlit/config.toml
        handle_user_script_exception(RuntimeError("a very private fox"), lambda _: True)

        logger.warning("another line")
    logger.removeHandler(handler)

    assert stream.getvalue() == "another line\n"


def record(name: str, message: str, **fields: object) -> logging.LogRecord:
    level = fields.pop("levelno", logging.WARNING)
    return logging.makeLogRecord(
        {"name": name, "msg": message, "levelno": level}
        | {"levelname": logging.getLevelName(level), **fields}  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("name", ["streamlit.runtime", "uvicorn.error", "asyncio"])
def test_line_of_a_library_is_one_short_line_of_json(name: str) -> None:
    secret = "a very private fox\n{}"
    try:
        raise ValueError(secret)
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    written = JsonFormatter().format(
        record(name, "Rejecting %s", args=("x\n{}" + "y" * 5000,), exc_info=info, secret=secret)
    )
    assert "\n" not in written
    line = json.loads(written)
    assert line["event"] == f"Rejecting x\n{{}}{'y' * 486}"
    assert line["trace"].endswith("ValueError\n")
    assert "fox" not in written


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("streamlit.web.server.starlette.starlette_websocket", "warning"),
        ("streamlit.runtime.app_session", "warning"),
        ("streamlit.web.server.starlette.starlette_server", "error"),
        ("streamlit.runtime.scriptrunner.script_runner", "error"),
        ("uvicorn.error", "error"),
        ("kontext.errors", "error"),
    ],
)
def test_error_that_a_client_can_cause_is_a_warning(name: str, level: str) -> None:
    line = json.loads(JsonFormatter().format(record(name, "failed", levelno=logging.ERROR)))
    assert line["level"] == level


def test_repeated_lines_are_counted_and_left_out() -> None:
    limit = LimitRepetitions()

    def passed(name: str, at: float, count: int = 30, **fields: object) -> list[object]:
        records = [record(name, "refused", created=at, **fields) for _ in range(count)]
        return [vars(line).get("left_out") for line in records if limit.filter(line)]

    assert passed("kontext.origin", at=60) == [None] * 20
    assert passed("kontext.origin", at=61, reason="another") == [None] * 20
    assert passed("asyncio", at=62) == [None] * 20
    assert passed("kontext.worker", at=63) == [None] * 30
    assert passed("kontext.origin", at=120, count=2) == [10, None]


def test_sandbox_leaves_the_level_of_the_apps_own_server_alone() -> None:
    logger = logging.getLogger("uvicorn.error")
    level = logger.level
    try:
        logger.setLevel(logging.INFO)
        with start(SandboxOptions()):
            assert logger.level == logging.INFO
    finally:
        logger.setLevel(level)


def test_every_line_of_a_running_app_is_json(tmp_path: Path) -> None:
    with AppServer(tmp_path / "data", starter="uvicorn") as app:
        assert app.client().open().status_code == 200
        with connect_socket(app.client(new_token())) as pushes:
            receive(pushes)
            pushes.socket.sendall(b"\x81\x81\0\0\0\0\xff")  # a text that is none
            with pytest.raises(ConnectionClosed):
                deque(iter(pushes.recv, None), maxlen=0)
    lines = [json.loads(line) for line in app.log.splitlines()]
    assert {line["level"] for line in lines} == {"info", "warning"}
    assert not [line for line in lines if "WebSocket" in line["event"]]
    started = [line for line in lines if "Started server process" in line["event"]]
    assert len(started) == 1  # and not that of the sandbox
    assert started[0].keys() == {"time", "level", "logger", "event"}
