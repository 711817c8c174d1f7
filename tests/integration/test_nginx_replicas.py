"""deploy/nginx.conf keeps each person at one replica, and finds the other when it dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.app_server import free_port
from tests.support.http_server import serve_routes
from tests.support.nginx import serve_replicas

COOKIES = ["kontext_designer", "__Host-kontext_designer", "kontext_designer_studio"]


@contextmanager
def replica(name: str, port: int) -> Iterator[None]:
    """A server that tells its name and what it was sent."""

    async def tell(request: Request) -> JSONResponse:
        size = len(await request.body())
        return JSONResponse({"replica": name, "headers": dict(request.headers), "bytes": size})

    with serve_routes([Route("/{path:path}", tell, methods=["GET", "POST"])], port):
        yield


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, ExitStack]]:
    """The address of nginx before two replicas, and what ends the first one."""
    ports = free_port(), free_port()
    with ExitStack() as first, replica("two", ports[1]):
        first.enter_context(replica("one", ports[0]))
        with serve_replicas(ports, tmp_path / "nginx") as url:
            yield url, first


def replicas_of(site: str, cookie: str, times: int = 4) -> set[str]:
    headers = {"cookie": f"a=b; {cookie}; c=d"} if cookie else {}
    answers = [requests.get(f"{site}/gallery", headers=headers, timeout=60) for _ in range(times)]
    return {answer.json()["replica"] for answer in answers}


@pytest.mark.parametrize("cookie", COOKIES)
def test_person_stays_at_one_replica_and_people_are_spread(
    cookie: str, cluster: tuple[str, ExitStack]
) -> None:
    site, _ = cluster
    people = [replicas_of(site, f"{cookie}=person-{number}.mac") for number in range(12)]

    assert all(len(seen) == 1 for seen in people)
    assert {name for seen in people for name in seen} == {"one", "two"}
    assert replicas_of(site, "", times=24) == {"one", "two"}


def test_person_of_a_dead_replica_goes_to_the_other(cluster: tuple[str, ExitStack]) -> None:
    site, first = cluster
    people = [f"kontext_designer=person-{number}" for number in range(12)]
    before = {person: replicas_of(site, person) for person in people}

    first.close()

    assert [replicas_of(site, person) for person in people] == [{"two"}] * 12
    assert {"one"} in before.values()


def test_replica_learns_who_called_and_takes_pictures_of_20_mb(
    cluster: tuple[str, ExitStack],
) -> None:
    site, _ = cluster
    answer = requests.post(
        f"{site}/uploads",
        data=bytes(20_000_000),
        headers={"X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4"},
        timeout=60,
    ).json()

    assert answer["bytes"] == 20_000_000
    assert answer["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert answer["headers"]["x-forwarded-host"] == site.removeprefix("http://")
    assert answer["headers"].get("forwarded", "") == ""
