"""What a visitor with a raw WebSocket can send, and that it harms nobody."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import ConnectionClosed, InvalidStatus

from components.sandbox import SandboxOptions, start
from components.server.connection_limits import ConnectionLimits
from components.server.downloads import download_routes
from components.studio.db.database import DatabaseError
from components.studio.studio import Studio
from tests.integration.server.conftest import SeededApp
from tests.integration.server.test_live_updates import connect_socket, receive
from tests.support.app_server import COOKIE, AppServer, identity_token
from tests.support.held_provider import held_provider
from tests.support.http_server import serve_routes
from tests.support.identity import new_token
from tests.support.seed import open_data_folder
from tests.support.streamlit_client import StreamlitClient

TIMEOUT_S = 60


def newest_card(tab: StreamlitClient) -> str:
    """The state of the newest card of the tab's page."""
    return str(tab.data("grid")["cards"][0]["state_word"])


def new_visitor(app: AppServer) -> str:
    """The cookie that the app gives to somebody who opens it for the first time."""
    return identity_token(app.client().open())


def test_clear_cache_message_leaves_the_studio_open(tmp_path: Path) -> None:
    with start(SandboxOptions(seconds=0)) as sandbox, held_provider(sandbox.url) as provider:
        settings = {
            "KIE_API_KEY": "a-key",
            "KIE_BASE_URL": provider.url,
            "KIE_UPLOAD_BASE_URL": sandbox.url,
        }
        with (
            AppServer(tmp_path / "data", settings) as app,
            StreamlitClient(app.url, token := new_visitor(app)) as tab,
            StreamlitClient(app.url, new_visitor(app)) as stranger,
            connect_socket(app.client(token)) as pushes,
        ):
            tab.rerun().rerun(**{"generate-prompt": "A hill", "generate-submit": True})
            assert provider.arrived.wait(TIMEOUT_S)

            stranger.rerun().send(clear_cache=True)

            stranger.rerun()
            assert app.client().get("/_stcore/health").status_code == 200
            assert app.client().get("/healthz").status_code == 200
            assert not provider.release.is_set()

            provider.release.set()
            while (state := newest_card(tab.rerun())) != "Done":
                assert state == "Generating"
                receive(pushes)
            assert [task["prompt"] for task in sandbox.usage_report()["tasks"]] == ["A hill"]


def test_person_has_20_sessions_and_a_sentence_beyond(seeded_app: SeededApp) -> None:
    app, token = seeded_app.app, new_visitor(seeded_app.app)
    with ExitStack() as tabs:
        for _ in range(20):
            last = tabs.enter_context(StreamlitClient(app.url, token))
        with pytest.raises(InvalidStatus) as refused:
            StreamlitClient(app.url, token)
        page = app.client(token).open()
        assert (refused.value.response.status_code, page.status_code) == (429, 429)
        for text in (refused.value.response.body.decode(), page.text):
            assert "You have 20 tabs of the studio open" in text
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["cache-control"] == "no-store"
        assert app.client(token).open("/healthz").status_code == 200
        with StreamlitClient(app.url, new_visitor(app)) as other:
            other.rerun()

        last.close()
        deadline = time.monotonic() + TIMEOUT_S  # the server learns of a closed tab a moment later
        while app.client(token).open().status_code != 200:
            assert time.monotonic() < deadline
        with StreamlitClient(app.url, token) as tab:
            tab.rerun()


def test_person_has_20_push_sockets(seeded_app: SeededApp) -> None:
    client = seeded_app.app.client(new_visitor(seeded_app.app))
    with ExitStack() as sockets:
        for _ in range(20):
            sockets.enter_context(connect_socket(client))
        with pytest.raises(InvalidStatus, match="429"):
            connect_socket(client)
        with connect_socket(seeded_app.ben) as other:
            receive(other)


def test_all_sockets_together_are_limited() -> None:
    async def run() -> list[list[str]]:
        opened, end = asyncio.Semaphore(0), asyncio.Event()

        async def stay_open(scope: Scope, receive: Receive, send: Send) -> None:
            await send({"type": "websocket.accept"})
            opened.release()
            await end.wait()

        limits = ConnectionLimits(stay_open, in_all=2)
        logs: list[list[str]] = [[] for _ in range(3)]

        async def connect(log: list[str], host: str) -> None:
            async def send(message: Message) -> None:
                log.append(f"{message['type']} {message.get('status', message.get('body'))}")

            scope = {
                "type": "websocket",
                "path": "/base/_stcore/stream",
                "kontext.user_id": None,
                "headers": [],
                "client": (host, 1),
                "extensions": {"websocket.http.response": {}},
            }
            await limits(scope, asyncio.Event().wait, send)

        first = [
            asyncio.create_task(connect(log, log_host))
            for log, log_host in zip(logs, "ab", strict=False)
        ]
        for _ in first:
            await opened.acquire()
        await connect(logs[2], "c")
        end.set()
        await asyncio.gather(*first)
        return logs

    first, second, refused = asyncio.run(run())
    assert first == second == ["websocket.accept None"]
    assert refused[0] == "websocket.http.response.start 503"
    assert "The studio is full: 2 tabs are open" in refused[1]


def test_messages_of_one_socket_are_taken_slowly_after_a_burst() -> None:
    async def run() -> tuple[int, float]:
        taken = 0

        async def take_all(_scope: Scope, receive: Receive, _send: Send) -> None:
            nonlocal taken
            while (await receive())["type"] == "websocket.receive":
                taken += 1

        async def flood() -> Message:
            await asyncio.sleep(0)
            return {"type": "websocket.receive", "bytes": b""}

        scope = {"type": "websocket", "path": "/_stcore/stream", "kontext.user_id": "a" * 32}
        loop, limits = asyncio.get_running_loop(), ConnectionLimits(take_all)
        began = loop.time()
        task = asyncio.create_task(limits(scope, flood, flood))  # type: ignore[arg-type]
        while taken < 110:
            await asyncio.sleep(0.01)
        task.cancel()
        return taken, loop.time() - began

    taken, seconds = asyncio.run(run())
    assert taken - 101 <= 20 * seconds


def test_form_that_trickles_gets_408(tmp_path: Path) -> None:
    def no_studio() -> Studio:
        raise DatabaseError("not asked")

    with (
        serve_routes(download_routes(no_studio, read_seconds=0.2)) as url,
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), TIMEOUT_S) as client,
    ):
        client.sendall(
            b"POST /app/static/exports HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\ni"
        )
        answer = b"".join(iter(lambda: client.recv(65536), b""))  # until the server hangs up
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"took too long" in answer


def hang_up(connection: socket.socket) -> None:
    """Reset the connection, as a client does that has crashed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_clients_that_go_away_leave_no_traceback(tmp_path: Path) -> None:
    # With a key: the sandbox silences uvicorn's log in its process.
    settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": "http://127.0.0.1:9"}
    token, app = new_token(), AppServer(tmp_path / "data", settings)
    with open_data_folder(app.folder) as seeds:
        pictures = ",".join(seeds.add_picture(token, f"A fox {number}") for number in range(40))
    handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    handshake += "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    requests_ = [
        "POST /app/static/exports HTTP/1.1\r\nContent-Length: 99\r\n{}\r\nids=",
        "POST /callbacks/kontext/x HTTP/1.1\r\nContent-Length: 99\r\n{}\r\n{",
        "PUT /_stcore/upload_file/a/b HTTP/1.1\r\nContent-Length: 99\r\n{}\r\n--",
        f"GET /app/static/exports?ids={pictures} HTTP/1.1\r\n{{}}\r\n",
        f"GET /push HTTP/1.1\r\n{handshake}{{}}\r\n",
        f"GET /_stcore/stream HTTP/1.1\r\n{handshake}{{}}\r\n",
        "GET / HTTP/1.1\r\nAccept: text/html\r\n{}\r\n",
    ]
    with app:
        headers = f"Host: 127.0.0.1:{app.port}\r\nCookie: {COOKIE}={token}\r\n"
        for text in requests_ * 5:
            request = text.replace("{}", headers).encode()
            for read_bytes in (0, 1):  # before the answer, and in the middle of it
                connection = socket.create_connection(("127.0.0.1", app.port), TIMEOUT_S)
                connection.sendall(request)
                if read_bytes and "Content-Length" not in text:
                    connection.recv(read_bytes)
                hang_up(connection)
        with StreamlitClient(app.url, token) as tab:
            tab.send(clear_cache=True)
            tab.socket.send("text")
            with pytest.raises(ConnectionClosed):
                deque(iter(tab.socket.recv, None), maxlen=0)
        with connect_socket(app.client(token)) as pushes:
            receive(pushes)
            hang_up(pushes.socket)
        app.stop()  # after it has seen all of them
    assert "Traceback" not in app.log, app.log
