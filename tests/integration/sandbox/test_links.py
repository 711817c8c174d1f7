"""docs/kie-api.md, Query, Uploads, Common: how long each link lives, and links for download."""

from collections.abc import Iterator

import pytest
import requests

from components.sandbox import SandboxOptions, start
from components.sandbox.links import is_loopback
from tests.integration.sandbox.conftest import Caller, Clock, picture

DAY = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(clock: Clock) -> Iterator[Caller]:
    with start(SandboxOptions(seconds=0, clock=clock, queries_per_s=10_000)) as sandbox:
        yield Caller(sandbox.url)


def status(url: str) -> int:
    return requests.get(url, timeout=60).status_code


def test_the_origin_lives_10_minutes_and_the_result_14_days(timed: Caller, clock: Clock) -> None:
    links = timed.ended(timed.task())["response"]
    origin, result = links["originImageUrl"], links["resultImageUrl"]
    first = requests.get(result, timeout=60)
    assert first.headers["Content-Type"] == "image/jpeg"
    assert int(first.headers["Content-Length"]) == len(first.content)
    assert requests.get(origin, timeout=60).content == first.content
    clock.advance(599)
    assert status(origin) == 200
    clock.advance(2)
    assert (status(origin), status(result)) == (404, 200)
    clock.advance(14 * DAY - 602)
    assert status(result) == 200
    clock.advance(2)
    assert status(result) == 404


def test_an_upload_lives_24_hours(timed: Caller, clock: Clock) -> None:
    link = timed.uploaded(picture((30, 20)))
    clock.advance(DAY - 1)
    assert status(link) == 200
    clock.advance(2)
    assert status(link) == 404
    assert timed.ended(timed.task(inputImage=link))["successFlag"] == 3


def test_a_download_link_lives_20_minutes(timed: Caller, clock: Clock) -> None:
    url = timed.ended(timed.task())["response"]["resultImageUrl"]
    envelope = timed.post("/api/v1/common/download-url", json={"url": url}).json()
    assert (envelope["code"], envelope["msg"]) == (200, "success")
    link = envelope["data"]
    assert link != url
    assert requests.get(link, timeout=60).content == requests.get(url, timeout=60).content
    clock.advance(20 * 60 - 1)
    assert status(link) == 200
    clock.advance(2)
    assert (status(link), status(url)) == (404, 200)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"url": None},
        {"url": "nonsense"},
        {"url": "http://[::1"},
        {"url": "https://example.com/results/a.jpeg"},
        {"url": "http://127.0.0.1/results/a\ud800.jpeg"},
    ],
)
def test_a_url_that_is_not_of_the_service_is_wrong(timed: Caller, body: object) -> None:
    answer = timed.post("/api/v1/common/download-url", json=body)
    assert answer.status_code == 200
    assert answer.json() == {"code": 422, "msg": "url is wrong", "data": None}


def test_a_known_path_on_another_host_is_wrong(timed: Caller) -> None:
    url = timed.uploaded(picture((30, 20))).replace("127.0.0.1", "example.com")
    answer = timed.post("/api/v1/common/download-url", json={"url": url})
    assert answer.json()["msg"] == "url is wrong"


@pytest.mark.parametrize("name", ["localhost", "127.0.0.2", "[::1]"])
def test_another_name_of_this_machine_is_the_same_host(timed: Caller, name: str) -> None:
    url = timed.uploaded(picture((30, 20))).replace("127.0.0.1", name)
    answer = timed.post("/api/v1/common/download-url", json={"url": url})
    assert answer.json()["code"] == 200


def test_a_path_that_leads_nowhere_is_a_404(timed: Caller) -> None:
    assert status(f"{timed.url}/results/../../etc/passwd") == 404
    assert status(f"{timed.url}/results/%2e%2e/nothing") == 404


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://localhost:9/x", True),
        ("http://127.8.0.1/", True),
        ("http://[::1]:80/", True),
        ("http://10.0.0.1/", False),
        ("http://localhost.example.com/", False),
        ("http://127.0.0.1@example.com/", False),
        ("http://example.com/", False),
    ],
)
def test_loopback_is_told_from_the_address_alone(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback
