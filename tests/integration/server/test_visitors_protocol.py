"""What a visitor with a raw WebSocket can send, and that it harms nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.sandbox import SandboxOptions, start
from components.studio.identity import new_token
from tests.integration.server.test_live_updates import connect_socket, receive
from tests.support.app_server import AppServer
from tests.support.http_server import serve_routes
from tests.support.streamlit_client import StreamlitClient

TIMEOUT_S = 20


@dataclass
class HeldProvider:
    """A provider whose answers to creates are held back until `release` is set."""

    url: str = ""
    arrived: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)


@contextmanager
def held_provider(provider_url: str) -> Iterator[HeldProvider]:
    """Forward every request to a provider; a create's answer is held back."""
    held = HeldProvider()

    def forward(method: str, request: Request, body: bytes) -> Response:
        answer = requests.request(
            method,
            provider_url + request.url.path,
            params=dict(request.query_params),
            data=body,
            headers={"authorization": request.headers["authorization"]},
            timeout=TIMEOUT_S,
        )
        if request.url.path.endswith("/generate"):
            held.arrived.set()
            held.release.wait(TIMEOUT_S)
        return Response(answer.content, answer.status_code, media_type="application/json")

    async def handle(request: Request) -> Response:
        return await run_in_threadpool(forward, request.method, request, await request.body())

    with serve_routes([Route("/{path:path}", handle, methods=["GET", "POST"])]) as url:
        held.url = url
        try:
            yield held
        finally:
            held.release.set()


def newest_card(tab: StreamlitClient) -> str:
    """The state of the newest card of the tab's page."""
    return str(tab.data("grid")["cards"][0]["state_word"])


def test_clear_cache_message_leaves_the_studio_open(tmp_path: Path) -> None:
    token = new_token()
    with start(SandboxOptions(seconds=0)) as sandbox, held_provider(sandbox.url) as provider:
        settings = {
            "KIE_API_KEY": "a-key",
            "KIE_BASE_URL": provider.url,
            "KIE_UPLOAD_BASE_URL": sandbox.url,
        }
        with (
            AppServer(tmp_path / "data", settings) as app,
            StreamlitClient(app.url, token) as tab,
            StreamlitClient(app.url, new_token()) as stranger,
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
