"""SafeHttpClient returns an image or raises FetchError in time, whatever the server does."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from components.studio.safe_fetch.client import (
    FetchError,
    FetchErrorCode,
    Resolver,
    SafeHttpClient,
)
from tests.support.hostile_website import (
    PICTURE,
    PUBLIC_ADDRESS,
    URL,
    Behavior,
    HostileServer,
    drips,
    fetch_error,
    floods,
    responds,
    sends,
    stalls,
    website,
)
from tests.support.image_corpus import encoded, quarters

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def test_image_bytes_arrive_unchanged() -> None:
    with website(responds(PICTURE, "Content-Type: Image/PNG; x=y")) as (client, _):
        assert client.get_image("http://Pictures.example:80/cat.png#top") == PICTURE


@pytest.mark.parametrize(
    "behavior",
    [
        sends(HEAD + b"\r\n" + PICTURE),
        sends(b"HTTP/1.0 200 OK\r\n\r\n" + PICTURE),
        sends(CHUNKED + b"%x;x=y\r\n%b\r\n0\r\nTrailer: 1\r\n\r\n" % (len(PICTURE), PICTURE)),
        sends(b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"\r\n" + PICTURE),
        sends(
            b"HTTP/1.1 102 Processing\r\n\r\n",
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2,
            HEAD + b"\r\n" + PICTURE,
        ),
        responds(PICTURE, "Content-Encoding: identity"),
        responds(PICTURE, "Content-Encoding: "),
        responds(PICTURE, "Content-Encoding: none"),
        responds(PICTURE, "Content-Encoding: UTF-8"),
        responds(PICTURE, "Content-Encoding: binary"),
        responds(PICTURE, "Content-Encoding: image/png"),
        responds(PICTURE, "Content-Encoding: identity", "Content-Encoding: gzip"),
        responds(PICTURE, "Content-Encoding: br"),
        responds(gzip.compress(PICTURE), "Content-Encoding: gzip"),
        responds(gzip.compress(PICTURE), "Content-Encoding: utf-8, X-GZIP"),
        responds(zlib.compress(PICTURE), "Content-Encoding: deflate"),
        responds(zlib.compress(PICTURE, wbits=-15), "Content-Encoding: deflate"),
        sends(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PICTURE)),
        responds(PICTURE, status="203 Non-Authoritative Information"),
        responds(PICTURE, "Content-Type: text/html"),
        responds(PICTURE + b"more than was announced", length=len(PICTURE)),
    ],
)
def test_every_valid_http_response_is_accepted(behavior: Behavior) -> None:
    with website(behavior) as (client, _):
        assert client.get_image(URL) == PICTURE


def test_request_headers_reveal_nothing_about_the_user() -> None:
    with website(responds(PICTURE, "Set-Cookie: a=b")) as (client, server):
        client.get_image(URL)
        client.get_image(URL)
    first, second = server.requests
    assert first == second
    names = {line.partition(b":")[0].lower() for line in first.split(b"\r\n")[1:] if line}
    assert names == {b"host", b"user-agent", b"accept", b"accept-encoding", b"connection"}
    assert b"Accept-Encoding: identity\r\n" in first
    assert b"Host: pictures.example\r\n" in first


def test_proxy_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    with website(responds()) as (client, _):
        assert client.get_image(URL) == PICTURE


@pytest.mark.parametrize(
    ("status", "code", "may_retry"),
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
def test_http_status_maps_to_error_code(status: str, code: FetchErrorCode, may_retry: bool) -> None:
    error = fetch_error(responds(PICTURE, status=status))
    assert error.code is code
    assert error.may_retry is may_retry


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
def test_non_image_body_is_rejected_by_name(body: bytes, words: str) -> None:
    error = fetch_error(responds(body, "Content-Type: image/png"))
    assert error.code is FetchErrorCode.NOT_AN_IMAGE
    assert words in error.message


def test_compressed_web_page_is_named() -> None:
    page = gzip.compress(b"<!doctype html><p>Log in")
    assert "web page" in fetch_error(responds(page, "Content-Encoding: gzip")).message


def test_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(PICTURE + bytes(100_000_000))
    with website(responds(bomb, "Content-Encoding: gzip")) as (client, _):
        tracemalloc.start()
        try:
            with pytest.raises(FetchError) as caught:
                client.get_image(URL)
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert caught.value.code is FetchErrorCode.TOO_LARGE
    assert peak_bytes < 10_000_000


def test_undecodable_image_types_pass_to_ingest() -> None:
    tiff = encoded(quarters(), "TIFF")
    with website(responds(tiff)) as (client, _):
        assert client.get_image(URL) == tiff


@pytest.mark.parametrize(
    ("behavior", "code"),
    [
        (responds(PICTURE, length=10**9), FetchErrorCode.TOO_LARGE),
        (responds(PICTURE, length=100_001), FetchErrorCode.TOO_LARGE),
        (floods(HEAD + b"\r\n", PICTURE), FetchErrorCode.TOO_LARGE),
        (floods(CHUNKED, b"400\r\n" + bytes(1024) + b"\r\n"), FetchErrorCode.TOO_LARGE),
        (floods(CHUNKED, b"1\r\nx\r\n"), FetchErrorCode.TOO_LARGE),
        (floods(CHUNKED + b"0\r\n", b"Trailer: x\r\n"), FetchErrorCode.TOO_LARGE),
        (responds(PICTURE, length=len(PICTURE) + 1), FetchErrorCode.TRUNCATED),
        (sends(CHUNKED + b"%x\r\n" % len(PICTURE) + PICTURE[:50]), FetchErrorCode.TRUNCATED),
        (sends(CHUNKED + b"ffffffffffffffff\r\n" + PICTURE), FetchErrorCode.TRUNCATED),
        (sends(CHUNKED + b"nonsense\r\n" + PICTURE), FetchErrorCode.TRUNCATED),
        (sends(CHUNKED + b"-5\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (responds(PICTURE, f"Content-Length: {len(PICTURE) - 1}"), FetchErrorCode.BAD_RESPONSE),
        (sends(HEAD + b"Content-Length: -1\r\n\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (sends(HEAD + b"Content-Length: 1e3\r\n\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (sends(HEAD + b"Transfer-Encoding: gzip\r\n\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (responds(b"no gzip", "Content-Encoding: gzip"), FetchErrorCode.BAD_RESPONSE),
        (responds(b"packed", "Content-Encoding: br"), FetchErrorCode.BAD_RESPONSE),
        (
            responds(gzip.compress(gzip.compress(PICTURE)), "Content-Encoding: gzip, gzip"),
            FetchErrorCode.BAD_RESPONSE,
        ),
        (
            responds(gzip.compress(PICTURE)[:-20], "Content-Encoding: gzip"),
            FetchErrorCode.TRUNCATED,
        ),
        (
            responds(gzip.compress(PICTURE + bytes(100_000)), "Content-Encoding: gzip"),
            FetchErrorCode.TOO_LARGE,
        ),
        (
            sends(CHUNKED[:-2] + b"Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
            FetchErrorCode.BAD_RESPONSE,
        ),
        (sends(PICTURE), FetchErrorCode.BAD_RESPONSE),
        (sends(b"<html>HTTP/0.9</html>"), FetchErrorCode.BAD_RESPONSE),
        (sends(b"HTTP/1.1 abc\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (sends(b"HTTP/9.9 200 OK\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (sends(b"ICY 200 OK\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (sends(HEAD + b"X: " + b"x" * 70_000), FetchErrorCode.BAD_RESPONSE),
        (sends(HEAD + b"X: x\r\n" * 150 + b"\r\n"), FetchErrorCode.BAD_RESPONSE),
        (floods(HEAD, b"X" * 1000 + b": y\r\n"), FetchErrorCode.BAD_RESPONSE),
        (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (floods(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), FetchErrorCode.BAD_RESPONSE),
        (sends(b"HTTP/1.1 101 Switching\r\n\r\n" + PICTURE), FetchErrorCode.BAD_RESPONSE),
        (sends(), FetchErrorCode.UNREACHABLE),
    ],
)
def test_invalid_http_response_is_rejected(behavior: Behavior, code: FetchErrorCode) -> None:
    assert fetch_error(behavior).code is code


SLOW_SERVERS: dict[str, Behavior] = {
    "says nothing": stalls(),
    "stalls in the status": stalls(b"HTTP/1.1 200"),
    "stalls in the body": stalls(HEAD + b"Content-Length: 999\r\n\r\n" + PICTURE[:60]),
    "stalls between chunks": stalls(CHUNKED),
    "drips a status": drips(b"", b"H"),
    "drips headers": drips(HEAD, b"X: y\r\n", 0.1),
    "drips one header": drips(HEAD + b"X: ", b"y"),
    "drips a body": drips(HEAD + b"\r\n" + PICTURE, b"z"),
    "drips chunks": drips(CHUNKED, b"1\r\nx\r\n"),
    "drips interim responses": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


def test_slow_server_times_out() -> None:
    with ThreadPoolExecutor(len(SLOW_SERVERS)) as threads:  # as each takes the whole budget
        errors = threads.map(
            lambda behavior: fetch_error(behavior, budget_seconds=0.4), SLOW_SERVERS.values()
        )
        found = {
            name: (error.code, error.may_retry)
            for name, error in zip(SLOW_SERVERS, errors, strict=True)
        }
    assert found == dict.fromkeys(SLOW_SERVERS, (FetchErrorCode.TIMEOUT, True))


def test_stuck_dns_lookup_times_out() -> None:
    released, finished = threading.Event(), threading.Event()

    def stuck(_host: str, _port: int) -> list[str]:
        released.wait()
        finished.set()
        return [PUBLIC_ADDRESS]

    with pytest.raises(FetchError) as caught:
        SafeHttpClient(resolver=stuck, budget_seconds=0.3).get_image(URL)
    assert caught.value.code is FetchErrorCode.TIMEOUT
    assert not finished.is_set()
    released.set()


def test_stuck_lookups_of_users_do_not_hold_up_results() -> None:
    released, stuck = threading.Event(), threading.Semaphore(0)

    def resolve(host: str, _port: int) -> list[str]:
        if host == "hangs.example":
            stuck.release()
            released.wait()
        return [PUBLIC_ADDRESS]

    with HostileServer(responds(PICTURE)) as server:
        client = SafeHttpClient(resolver=resolve, connect=server.connect, budget_seconds=60)
        impatient = SafeHttpClient(resolver=resolve, budget_seconds=0.2)
        fetches = [
            threading.Thread(target=_fetch_quietly, args=(client, "http://hangs.example/x"))
            for _ in range(16)
        ]
        try:
            for fetch in fetches:
                fetch.start()
            for _ in range(16):
                assert stuck.acquire(timeout=60)
            with pytest.raises(FetchError) as caught:
                impatient.get_image(URL)
            assert caught.value.code is FetchErrorCode.TIMEOUT
            assert client.get_image(URL, allow_trusted=True) == PICTURE
        finally:
            released.set()
            for fetch in fetches:
                fetch.join()


def _fetch_quietly(client: SafeHttpClient, url: str) -> None:
    with suppress(FetchError):
        client.get_image(url)


def test_unresolvable_host_is_unreachable() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    def unspeakable(_host: str, _port: int) -> list[str]:
        raise ValueError("embedded null character")

    resolvers: list[Resolver] = [unknown, unspeakable, lambda _host, _port: []]
    for resolve in resolvers:
        with pytest.raises(FetchError) as caught:
            SafeHttpClient(resolver=resolve).get_image(URL)
        assert caught.value.code is FetchErrorCode.UNREACHABLE
        assert "pictures.example" in caught.value.message


def test_closed_port_tries_next_address() -> None:
    with HostileServer(responds()) as server:
        tried: list[str] = []

        def second_works(address: str, port: int, timeout_seconds: float) -> socket.socket:
            tried.append(address)
            if len(tried) == 1:
                raise ConnectionRefusedError
            return server.connect(address, port, timeout_seconds)

        client = SafeHttpClient(resolver=lambda *_: ["1.1.1.1", "1.0.0.1"], connect=second_works)
        assert client.get_image(URL) == PICTURE
    assert tried == ["1.1.1.1", "1.0.0.1"]
    with pytest.raises(FetchError) as caught:
        SafeHttpClient(trusted_origins=[f"http://127.0.0.1:{server.port}"]).get_image(
            f"http://127.0.0.1:{server.port}/", allow_trusted=True
        )
    assert caught.value.code is FetchErrorCode.UNREACHABLE


def test_dns_rebinding_connects_to_checked_address() -> None:
    lookups: list[str] = []
    connected: list[tuple[str, int]] = []

    def rebinding(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return [PUBLIC_ADDRESS] if len(lookups) == 1 else ["127.0.0.1"]

    with HostileServer(responds()) as server:

        def connect(address: str, port: int, timeout_seconds: float) -> socket.socket:
            connected.append((address, port))
            return server.connect(address, port, timeout_seconds)

        client = SafeHttpClient(resolver=rebinding, connect=connect)
        assert client.get_image(URL) == PICTURE
        assert (lookups, connected) == (["pictures.example"], [(PUBLIC_ADDRESS, 80)])
        with pytest.raises(FetchError) as caught:
            client.get_image(URL)
    assert caught.value.code is FetchErrorCode.NOT_ALLOWED
    assert len(connected) == 1


def test_client_is_thread_safe() -> None:
    with website(responds()) as (client, server):
        threads = [threading.Thread(target=client.get_image, args=(URL,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert len(server.requests) == 8


def test_trusted_origin_on_loopback_is_fetched() -> None:
    with HostileServer(responds()) as server:
        origin = f"http://127.0.0.1:{server.port}"
        fetched = SafeHttpClient(trusted_origins=[origin]).get_image(
            f"{origin}/x.png", allow_trusted=True
        )
    assert fetched == PICTURE
