"""Redirects: at most three, each checked like the first URL, their bodies unread."""

from __future__ import annotations

import pytest

from components.studio.safe_fetch.client import FetchError, FetchErrorCode, SafeHttpClient
from tests.support.hostile_website import (
    PICTURE,
    URL,
    HostileServer,
    fetch_error,
    floods,
    in_sequence,
    redirects,
    responds,
    sends,
    website,
)


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
def test_redirect_is_followed_without_referer(status: str) -> None:
    steps = [redirects("../dog.png?x=ü#y", status=status), responds()]
    with website(in_sequence(steps)) as (client, server):
        assert client.get_image("http://pictures.example/a/cat.png") == PICTURE
    assert server.requests[1].startswith(b"GET /dog.png?x=")
    assert b"Referer" not in server.requests[1]


@pytest.mark.parametrize("sent", ["/ü.png".encode(), "/ü.png".encode("latin-1"), b"/%C3%BC.png"])
def test_location_may_be_utf8_latin1_or_percent_encoded(sent: bytes) -> None:
    steps = [sends(b"HTTP/1.1 302 Found\r\nLocation: " + sent + b"\r\n\r\n"), responds()]
    with website(in_sequence(steps)) as (client, server):
        client.get_image(URL)
    assert server.requests[1].startswith(b"GET /%C3%BC.png HTTP")


def test_three_redirects_are_followed_and_four_rejected() -> None:
    steps = [redirects(f"/{number}") for number in range(3)]
    with website(in_sequence(steps)) as (client, server):
        steps.append(responds())
        assert client.get_image(URL) == PICTURE
        assert server.requests[3].startswith(b"GET /2 HTTP")
        steps.extend(redirects(f"/{number}") for number in range(5))
        with pytest.raises(FetchError, match="without end"):
            client.get_image(URL)
        assert len(steps) == 1, "the first request and three more were sent"


@pytest.mark.parametrize(
    ("location", "code"),
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
def test_redirect_target_is_checked_like_first_url(location: str, code: FetchErrorCode) -> None:
    assert fetch_error(redirects(location)).code is code


def test_redirect_body_is_not_read() -> None:
    endless = floods(b"HTTP/1.1 302 Found\r\nLocation: /dog.png\r\n\r\n", b"x" * 65_536)
    steps = [endless, responds()]
    with website(in_sequence(steps)) as (client, _):
        assert client.get_image(URL) == PICTURE


def test_trusted_origin_cannot_redirect_to_private_address() -> None:
    with HostileServer(responds()) as other:
        target = f"http://127.0.0.1:{other.port}/"
        with HostileServer(redirects(target)) as server:
            origin = f"http://127.0.0.1:{server.port}"
            with pytest.raises(FetchError) as caught:
                SafeHttpClient(trusted_origins=[origin]).get_image(
                    f"{origin}/x", allow_trusted=True
                )
        assert caught.value.code is FetchErrorCode.NOT_ALLOWED
        assert other.requests == []
