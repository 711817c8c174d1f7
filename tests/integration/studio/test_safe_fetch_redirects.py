"""A redirect is a link like any other: followed three times, checked each time, its body unread."""

from __future__ import annotations

import pytest

from components.studio.safe_fetch.client import FetchError, FetchErrorCode, SafeHttpClient
from tests.support.bad_images import (
    PICTURE,
    URL,
    HostileServer,
    answers,
    floods,
    in_turn,
    redirects,
    refusal,
    says,
    website,
)


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
def test_a_redirect_is_followed(status: str) -> None:
    steps = [redirects("../dog.png?x=ü#y", status=status), answers()]
    with website(in_turn(steps)) as (fetch, server):
        fetched = fetch.get("http://pictures.example/a/cat.png")
    assert fetched.data == PICTURE
    assert fetched.final_url.startswith("http://pictures.example/dog.png?x=")
    assert b"Referer" not in server.requests[1]


@pytest.mark.parametrize("sent", ["/ü.png".encode(), "/ü.png".encode("latin-1"), b"/%C3%BC.png"])
def test_a_redirect_may_be_written_in_any_of_three_ways(sent: bytes) -> None:
    steps = [says(b"HTTP/1.1 302 Found\r\nLocation: " + sent + b"\r\n\r\n"), answers()]
    with website(in_turn(steps)) as (fetch, _):
        assert fetch.get(URL).final_url == "http://pictures.example/%C3%BC.png"


def test_four_redirects_are_too_many_and_three_are_not() -> None:
    steps = [redirects(f"/{number}") for number in range(3)]
    with website(in_turn(steps)) as (fetch, _):
        steps.append(answers())
        assert fetch.get(URL).final_url == "http://pictures.example/2"
        steps.extend(redirects(f"/{number}") for number in range(5))
        with pytest.raises(FetchError, match="without end"):
            fetch.get(URL)
        assert len(steps) == 1, "the first request and three more were sent"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.1/", FetchErrorCode.NOT_ALLOWED),
        ("http://[::1]/", FetchErrorCode.NOT_ALLOWED),
        ("//169.254.169.254/latest", FetchErrorCode.NOT_ALLOWED),
        ("http://pictures.example:8080/", FetchErrorCode.NOT_ALLOWED),
        ("file:///etc/passwd", FetchErrorCode.BAD_URL),
        ("data:image/png;base64,AAAA", FetchErrorCode.BAD_URL),
        ("http://a@pictures.example/", FetchErrorCode.BAD_URL),
        ("http://0x7f.1/", FetchErrorCode.BAD_URL),
        ("\\\\127.0.0.1\\x", FetchErrorCode.BAD_URL),
        ("http://[x/", FetchErrorCode.BAD_URL),
        ("http://pictures.example/" + "x" * 3000, FetchErrorCode.BAD_URL),
        ("", FetchErrorCode.BAD_RESPONSE),
    ],
)
def test_every_redirect_is_checked_like_a_first_link(location: str, reason: FetchErrorCode) -> None:
    assert refusal(redirects(location)).code is reason


def test_a_redirects_body_is_never_read() -> None:
    endless = floods(b"HTTP/1.1 302 Found\r\nLocation: /dog.png\r\n\r\n", b"x" * 65_536)
    steps = [endless, answers()]
    with website(in_turn(steps)) as (fetch, _):
        assert fetch.get(URL).data == PICTURE


def test_a_trusted_server_cannot_lead_elsewhere() -> None:
    with HostileServer(answers()) as other:
        target = f"http://127.0.0.1:{other.port}/"
        with HostileServer(redirects(target)) as server:
            origin = f"http://127.0.0.1:{server.port}"
            with pytest.raises(FetchError) as caught:
                SafeHttpClient(trusted_origins=[origin]).get(f"{origin}/x", trust=True)
        assert caught.value.code is FetchErrorCode.NOT_ALLOWED
        assert other.requests == []
