"""A hostile server, and clients with short patience pointed at it."""

import socket
from collections.abc import Callable, Iterator

import pytest

from components.kontext import KontextClient
from tests.kontext.hostile import HostileServer

KEY = "sk-0123456789abcdef"

ClientAt = Callable[[str], KontextClient]


@pytest.fixture(autouse=True)
def _no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


@pytest.fixture
def client_at() -> Iterator[ClientAt]:
    """Makes clients for one base URL, of the task API and the upload host alike."""
    made: list[KontextClient] = []

    def make(base_url: str) -> KontextClient:
        client = KontextClient(
            api_key=KEY,
            base_url=base_url,
            upload_base_url=base_url,
            connect_timeout_seconds=0.5,
            read_timeout_seconds=0.5,
            query_timeout_seconds=1.0,
            upload_timeout_seconds=1.0,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
