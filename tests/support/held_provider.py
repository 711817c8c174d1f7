"""A provider in front of the sandbox that keeps back its answers to creates."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.http_server import serve_routes

TIMEOUT_S = 30  # shorter than the worker waits for an answer


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
