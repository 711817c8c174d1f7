"""Fixtures: a hostile server, and clients with short timeouts."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import pytest

from components.kie import GenerationRequest, KieClient, KieError
from tests.support.app_server import free_port
from tests.support.hostile_server import HostileServer
from tests.support.quick_pictures import quick_pictures as quick_pictures

API_KEY = "sk-0123456789abcdef"

TIMEOUT_S = 2.0  # of a call that never ends; a busy machine sends its request sooner

REQUEST = GenerationRequest(prompt="a red kite over dunes")


class MakeClient(Protocol):
    """Creates a client whose calls end within `timeout_s`."""

    def __call__(self, base_url: str, timeout_s: float = 60) -> KieClient: ...


def outcomes(call: Callable[[str], object], routes: Iterable[str]) -> dict[str, object]:
    """By route, what the call returned or raised. All run at once, as each takes its timeout."""

    def outcome(route: str) -> object:
        try:
            return call(route)
        except KieError as error:
            return error

    routes = list(routes)
    with ThreadPoolExecutor(len(routes)) as threads:
        return dict(zip(routes, threads.map(outcome, routes), strict=True))


@pytest.fixture(autouse=True)
def _no_proxy_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer() as hostile_server:
        yield hostile_server


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    """Create clients that use one base URL for the task API and the upload host."""
    clients: list[KieClient] = []

    def make(base_url: str, timeout_s: float = 60) -> KieClient:
        client = KieClient(
            api_key=API_KEY,
            base_url=base_url,
            upload_base_url=base_url,
            connect_timeout_seconds=timeout_s / 2,
            read_timeout_seconds=timeout_s / 2,
            query_timeout_seconds=timeout_s,
            upload_timeout_seconds=timeout_s,
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def closed_port() -> int:
    return free_port()
