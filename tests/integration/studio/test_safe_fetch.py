"""A guarded fetch gives a picture or a refusal in time, whatever the server does."""

from __future__ import annotations

import socket
import threading
import time
import zlib

import pytest

from components.studio.safe_fetch.client import FetchError, FetchErrorCode, SafeHttpClient
from components.studio.safe_fetch.dns import Resolver
from tests.support.bad_images import (
    PICTURE,
    PUBLIC_ADDRESS,
    URL,
    Behaviour,
    HostileServer,
    answers,
    drips,
    floods,
    refusal,
    says,
    waits,
    website,
)
from tests.support.image_corpus import encoded, quarters

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def test_a_picture_arrives_as_it_was_sent() -> None:
    with website(answers(PICTURE, "Content-Type: Image/PNG; x=y")) as (fetch, _):
        fetched = fetch.get("http://Pictures.example:80/cat.png#top")
    assert fetched.data == PICTURE
    assert fetched.final_url == URL


@pytest.mark.parametrize(
    "behaviour",
    [
        says(HEAD + b"\r\n" + PICTURE),
        says(b"HTTP/1.0 200 OK\r\n\r\n" + PICTURE),
        says(CHUNKED + b"%x;x=y\r\n%b\r\n0\r\nTrailer: 1\r\n\r\n" % (len(PICTURE), PICTURE)),
        says(b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"\r\n" + PICTURE),
        says(
            b"HTTP/1.1 102 Processing\r\n\r\n",
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2,
            HEAD + b"\r\n" + PICTURE,
        ),
        answers(PICTURE, "Content-Encoding: identity"),
        answers(PICTURE, "Content-Type: text/html"),
        answers(PICTURE + b"more than was announced", length=len(PICTURE)),
    ],
)
def test_every_lawful_way_to_send_a_picture_works(behaviour: Behaviour) -> None:
    with website(behaviour) as (fetch, _):
        assert fetch.get(URL).data == PICTURE


def test_a_request_tells_nothing_about_the_person() -> None:
    with website(answers(PICTURE, "Set-Cookie: a=b")) as (fetch, server):
        fetch.get(URL)
        fetch.get(URL)
    first, second = server.requests
    assert first == second
    names = {line.partition(b":")[0].lower() for line in first.split(b"\r\n")[1:] if line}
    assert names == {b"host", b"user-agent", b"accept", b"accept-encoding", b"connection"}
    assert b"Accept-Encoding: identity\r\n" in first
    assert b"Host: pictures.example\r\n" in first


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    with website(answers()) as (fetch, _):
        assert fetch.get(URL).data == PICTURE


@pytest.mark.parametrize(
    ("status", "reason", "may_retry"),
    [
        ("404 Not Found", FetchErrorCode.NOT_FOUND, False),
        ("410 Gone", FetchErrorCode.NOT_FOUND, False),
        ("401 Unauthorized", FetchErrorCode.FORBIDDEN, False),
        ("403 Forbidden", FetchErrorCode.FORBIDDEN, False),
        ("418 Teapot", FetchErrorCode.FORBIDDEN, False),
        ("429 Too Many", FetchErrorCode.BAD_RESPONSE, True),
        ("500 Oops", FetchErrorCode.BAD_RESPONSE, True),
        ("503 Busy", FetchErrorCode.BAD_RESPONSE, True),
        ("204 No Content", FetchErrorCode.BAD_RESPONSE, False),
        ("206 Partial", FetchErrorCode.BAD_RESPONSE, False),
        ("304 Not Modified", FetchErrorCode.BAD_RESPONSE, False),
        ("302 Found", FetchErrorCode.BAD_RESPONSE, False),
    ],
)
def test_a_status_becomes_words(status: str, reason: FetchErrorCode, may_retry: bool) -> None:
    refused = refusal(answers(PICTURE, status=status))
    assert refused.code is reason
    assert refused.may_retry is may_retry


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><p>Log in", "web page"),
        (b"%PDF-1.7", "a PDF"),
        (b"just words", "a text file"),
        (bytes(99), "an unknown file"),
        (b"", "nothing behind this link"),
    ],
)
def test_what_is_no_picture_is_named(body: bytes, words: str) -> None:
    refused = refusal(answers(body, "Content-Type: image/png"))
    assert refused.code is FetchErrorCode.NOT_AN_IMAGE
    assert words in refused.message


def test_a_picture_the_intake_will_name_is_let_through_to_it() -> None:
    tiff = encoded(quarters(), "TIFF")
    with website(answers(tiff)) as (fetch, _):
        assert fetch.get(URL).data == tiff


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (answers(PICTURE, length=10**9), FetchErrorCode.TOO_LARGE),
        (answers(PICTURE, length=100_001), FetchErrorCode.TOO_LARGE),
        (floods(HEAD + b"\r\n", PICTURE), FetchErrorCode.TOO_LARGE),
        (floods(CHUNKED, b"400\r\n" + bytes(1024) + b"\r\n"), FetchErrorCode.TOO_LARGE),
        (floods(CHUNKED, b"1\r\nx\r\n"), FetchErrorCode.TOO_LARGE),
        (floods(CHUNKED + b"0\r\n", b"Trailer: x\r\n"), FetchErrorCode.TOO_LARGE),
        (answers(PICTURE, length=len(PICTURE) + 1), FetchErrorCode.TRUNCATED),
        (says(CHUNKED + b"%x\r\n" % len(PICTURE) + PICTURE[:50]), FetchErrorCode.TRUNCATED),
        (says(CHUNKED + b"ffffffffffffffff\r\n" + PICTURE), FetchErrorCode.TRUNCATED),
        (says(CHUNKED + b"nonsense\r\n" + PICTURE), FetchErrorCode.TRUNCATED),
        (says(CHUNKED + b"-5\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (answers(PICTURE, f"Content-Length: {len(PICTURE) - 1}"), FetchErrorCode.BAD_RESPONSE),
        (says(HEAD + b"Content-Length: -1\r\n\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (says(HEAD + b"Content-Length: 1e3\r\n\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (says(HEAD + b"Transfer-Encoding: gzip\r\n\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (answers(zlib.compress(PICTURE), "Content-Encoding: gzip"), FetchErrorCode.BAD_RESPONSE),
        (answers(PICTURE, "Content-Encoding: br"), FetchErrorCode.BAD_RESPONSE),
        (
            answers(PICTURE, "Content-Encoding: identity", "Content-Encoding: gzip"),
            FetchErrorCode.BAD_RESPONSE,
        ),
        (
            says(CHUNKED[:-2] + b"Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
            FetchErrorCode.BAD_RESPONSE,
        ),
        (says(PICTURE), FetchErrorCode.BAD_RESPONSE),
        (says(b"<html>HTTP/0.9</html>"), FetchErrorCode.BAD_RESPONSE),
        (says(b"HTTP/1.1 abc\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (says(b"HTTP/9.9 200 OK\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (says(b"ICY 200 OK\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (says(HEAD + b"X: " + b"x" * 70_000), FetchErrorCode.BAD_RESPONSE),
        (says(HEAD + b"X: x\r\n" * 150 + b"\r\n"), FetchErrorCode.BAD_RESPONSE),
        (floods(HEAD, b"X" * 1000 + b": y\r\n"), FetchErrorCode.BAD_RESPONSE),
        (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (floods(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (says(b"HTTP/1.1 101 Switching\r\n\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (says(), FetchErrorCode.UNREACHABLE),
    ],
)
def test_an_answer_against_the_rules_is_refused(
    behaviour: Behaviour, reason: FetchErrorCode
) -> None:
    assert refusal(behaviour).code is reason


@pytest.mark.parametrize(
    "behaviour",
    [
        waits(),
        waits(b"HTTP/1.1 200"),
        waits(HEAD + b"Content-Length: 999\r\n\r\n" + PICTURE[:60]),
        waits(CHUNKED),
        drips(b"", b"H"),
        drips(HEAD, b"X: y\r\n", 0.1),
        drips(HEAD + b"X: ", b"y"),
        drips(HEAD + b"\r\n" + PICTURE, b"z"),
        drips(CHUNKED, b"1\r\nx\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_a_slow_server_cannot_outlast_the_budget(behaviour: Behaviour) -> None:
    began = time.monotonic()
    refused = refusal(behaviour, budget_seconds=0.4)
    assert time.monotonic() - began < 3
    assert refused.code is FetchErrorCode.TIMEOUT
    assert refused.may_retry


def test_a_stuck_name_service_cannot_outlast_the_budget() -> None:
    released = threading.Event()

    def stuck(_host: str, _port: int) -> list[str]:
        released.wait(10)
        return [PUBLIC_ADDRESS]

    began = time.monotonic()
    with pytest.raises(FetchError) as caught:
        SafeHttpClient(resolve=stuck, budget_seconds=0.3).get(URL)
    released.set()
    assert caught.value.code is FetchErrorCode.TIMEOUT
    assert time.monotonic() - began < 3


def test_a_name_that_nobody_knows_is_unreachable() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    def unspeakable(_host: str, _port: int) -> list[str]:
        raise ValueError("embedded null character")

    resolvers: list[Resolver] = [unknown, unspeakable, lambda _host, _port: []]
    for resolve in resolvers:
        with pytest.raises(FetchError) as caught:
            SafeHttpClient(resolve=resolve).get(URL)
        assert caught.value.code is FetchErrorCode.UNREACHABLE
        assert "pictures.example" in caught.value.message


def test_a_closed_port_is_unreachable_and_the_next_address_is_tried() -> None:
    with HostileServer(answers()) as server:
        tried: list[str] = []

        def second_works(address: str, port: int, timeout_seconds: float) -> socket.socket:
            tried.append(address)
            if len(tried) == 1:
                raise ConnectionRefusedError
            return server.connect(address, port, timeout_seconds)

        fetch = SafeHttpClient(resolve=lambda *_: ["1.1.1.1", "1.0.0.1"], connect=second_works)
        assert fetch.get(URL).data == PICTURE
    assert tried == ["1.1.1.1", "1.0.0.1"]
    with pytest.raises(FetchError) as caught:
        SafeHttpClient(trusted_origins=[f"http://127.0.0.1:{server.port}"]).get(
            f"http://127.0.0.1:{server.port}/", trust=True
        )
    assert caught.value.code is FetchErrorCode.UNREACHABLE


def test_a_name_is_looked_up_once_and_its_checked_address_is_used() -> None:
    lookups: list[str] = []
    connected: list[tuple[str, int]] = []

    def rebinding(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return [PUBLIC_ADDRESS] if len(lookups) == 1 else ["127.0.0.1"]

    with HostileServer(answers()) as server:

        def connect(address: str, port: int, timeout_seconds: float) -> socket.socket:
            connected.append((address, port))
            return server.connect(address, port, timeout_seconds)

        fetch = SafeHttpClient(resolve=rebinding, connect=connect)
        assert fetch.get(URL).data == PICTURE
        assert (lookups, connected) == (["pictures.example"], [(PUBLIC_ADDRESS, 80)])
        with pytest.raises(FetchError) as caught:
            fetch.get(URL)
    assert caught.value.code is FetchErrorCode.NOT_ALLOWED
    assert len(connected) == 1


def test_one_fetch_serves_many_threads() -> None:
    with website(answers()) as (fetch, server):
        threads = [threading.Thread(target=fetch.get, args=(URL,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(server.requests) == 8


def test_a_trusted_result_is_fetched_from_the_loopback() -> None:
    with HostileServer(answers()) as server:
        origin = f"http://127.0.0.1:{server.port}"
        fetched = SafeHttpClient(trusted_origins=[origin]).get(f"{origin}/x.png", trust=True)
    assert fetched.data == PICTURE
