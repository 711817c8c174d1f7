"""What a visitor with a raw WebSocket can send, and that it harms nobody."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import Any

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


class Visits:
    """Visitors of an app that keeps each connection open; what they were answered."""

    def __init__(self, **limits: int) -> None:
        self._limits = ConnectionLimits(self._stay, **limits)
        self._arrived = asyncio.Event()
        self._open: list[asyncio.Task[None]] = []

    async def _stay(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        self._arrived.set()
        await asyncio.Event().wait()

    async def visit(
        self, host: str, person: str | None, path: str = "/_stcore/stream", method: str = ""
    ) -> str:
        """Status and text of the refusal, or "" for a connection that stays."""
        answer: list[str] = []

        async def send(message: Message) -> None:
            answer.append(str(message.get("status") or message.get("body", b"").decode()))

        scope = {
            "type": "http" if method else "websocket",
            "method": method,
            "path": path,
            "kontext.user_id": person,
            "headers": [],
            "client": (host, 1),
            "extensions": {"websocket.http.response": {}},
        }
        self._arrived.clear()
        visit = asyncio.create_task(self._limits(scope, asyncio.Event().wait, send))
        arrival = asyncio.create_task(self._arrived.wait())
        await asyncio.wait({visit, arrival}, return_when=asyncio.FIRST_COMPLETED)
        arrival.cancel()
        self._open.append(visit)
        return " ".join(answer)

    def close(self) -> None:
        for visit in self._open:
            visit.cancel()


def visit_all(*visits: tuple[Any, ...], **limits: int) -> list[str]:
    """What each visitor is answered, one after the other."""

    async def run() -> list[str]:
        visitors = Visits(**limits)
        answers = [await visitors.visit(*visit) for visit in visits]
        visitors.close()
        return answers

    return asyncio.run(run())


def test_all_sockets_together_are_limited() -> None:
    *stay, refused = visit_all(("10.0.0.1", None), ("10.0.0.2", None), ("10.0.0.3", None), in_all=2)
    assert stay == ["", ""]
    assert refused.startswith("503 The studio is full: 2 tabs are open")


@pytest.mark.parametrize("path", ["/_stcore/stream", "/studio/push"])
def test_one_address_cannot_fill_the_studio_with_fresh_cookies(path: str) -> None:
    *stay, refused, other = visit_all(
        *(("10.0.0.1", f"{number:032}", path) for number in range(251)),
        ("10.0.0.2", "b" * 32, path),
    )
    assert set(stay) == {""}
    assert refused.startswith("429 Your network has 250 tabs of the studio open")
    assert other == ""


def test_addresses_of_one_ipv6_customer_count_as_one() -> None:
    first, second, other = visit_all(
        ("2001:db8::1", "a" * 32),
        ("2001:db8::2", "b" * 32),
        ("2001:db8:0:1::1", "c" * 32),
        per_address=1,
    )
    assert (first, second[:3], other) == ("", "429", "")


def test_uploads_of_an_address_at_once_are_limited() -> None:
    *stay, refused, other = visit_all(
        *(("10.0.0.1", f"{n:032}", "/studio/uploads", "POST") for n in range(21)),
        ("10.0.0.2", "b" * 32, "/studio/uploads", "POST"),
    )
    assert set(stay) == {""}
    assert refused == "429 These are too many uploads at once. Try again in a moment."
    assert other == ""


def test_requests_of_an_address_at_once_are_limited() -> None:
    *stay, refused, other = visit_all(
        *(("10.0.0.1", f"{n:032}", "/", "GET") for n in range(501)),
        ("10.0.0.2", "b" * 32, "/", "GET"),
    )
    assert set(stay) == {""}
    assert refused == "429 These are too many requests at once. Try again in a moment."
    assert other == ""


@pytest.mark.parametrize(("sockets", "burst", "per_s"), [(1, 100, 20), (20, 500, 50)])
def test_messages_of_a_person_and_an_address_are_taken_slowly_after_a_burst(
    sockets: int, burst: int, per_s: int
) -> None:
    async def run() -> tuple[int, float]:
        taken = 0

        async def take_all(_scope: Scope, receive: Receive, _send: Send) -> None:
            nonlocal taken
            while (await receive())["type"] == "websocket.receive":
                taken += 1

        async def flood() -> Message:
            await asyncio.sleep(0)
            return {"type": "websocket.receive", "bytes": b""}

        loop, limits = asyncio.get_running_loop(), ConnectionLimits(take_all)
        began = loop.time()
        tasks = [
            asyncio.create_task(
                limits(
                    {
                        "type": "websocket",
                        "path": "/_stcore/stream",
                        "kontext.user_id": f"{number:032}",
                        "client": ("10.0.0.1", 1),
                    },
                    flood,
                    flood,  # type: ignore[arg-type]  # nothing is sent
                )
            )
            for number in range(sockets)
        ]
        while taken < burst + 10:
            await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        return taken, loop.time() - began

    taken, seconds = asyncio.run(run())
    assert taken - burst - 1 <= per_s * seconds


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
    token, app = new_token(), AppServer(tmp_path / "data")
    with open_data_folder(app.folder) as seeds:
        pictures = ",".join(seeds.add_picture(token, f"A fox {number}") for number in range(40))
    handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    handshake += "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    requests_ = [
        "POST /app/static/exports HTTP/1.1\r\nContent-Length: 99\r\n{}\r\nids=",
        "POST /callbacks/kontext/x HTTP/1.1\r\nContent-Length: 99\r\n{}\r\n{",
        "POST /uploads HTTP/1.1\r\nContent-Length: 99\r\n{}\r\n--",
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
    for line in app.log.splitlines():
        assert json.loads(line)["level"] in {"info", "warning"}, line
