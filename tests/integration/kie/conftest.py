"""A hostile server, and clients with short patience pointed at it."""

from collections.abc import Iterator
from typing import Protocol

import pytest

from components.kie import GenerationRequest, KieClient
from tests.support.app_server import free_port
from tests.support.hostile_server import HostileServer

KEY = "sk-0123456789abcdef"

IMPATIENT_SECONDS = 0.6

REQUEST = GenerationRequest(prompt="a red kite over dunes")


class ClientAt(Protocol):
    """Makes a client whose every call ends within `patience_seconds`."""

    def __call__(self, base_url: str, patience_seconds: float = 10) -> KieClient: ...


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
    made: list[KieClient] = []

    def make(base_url: str, patience_seconds: float = 10) -> KieClient:
        client = KieClient(
            api_key=KEY,
            base_url=base_url,
            upload_base_url=base_url,
            connect_timeout_seconds=patience_seconds / 2,
            read_timeout_seconds=patience_seconds / 2,
            query_timeout_seconds=patience_seconds,
            upload_timeout_seconds=patience_seconds,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def closed_port() -> int:
    return free_port()
