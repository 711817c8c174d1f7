"""The identity cookie and the security headers."""

from __future__ import annotations

from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest

from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, identity_token

NOT_PAGES = (
    "/healthz",
    "/app/static/starters/city.jpg",
    "/app/static/pictures/x",
    "/_stcore/health",
)


def parse_cookie(header: str) -> SimpleCookie:
    cookie = SimpleCookie()
    cookie.load(header)
    return cookie


def test_cookie_is_http_only_and_same_site(seeded_app: SeededApp) -> None:
    morsel = parse_cookie(seeded_app.app.client().open().headers["set-cookie"])[COOKIE]

    assert morsel["httponly"] is True
    assert morsel["samesite"] == "Lax"
    assert morsel["path"] == "/"
    assert morsel["domain"] == ""
    assert int(morsel["max-age"]) == 400 * 24 * 3600
    assert morsel["secure"] == ""  # this request was plain HTTP


def test_cookie_is_secure_behind_https_proxy(seeded_app: SeededApp) -> None:
    response = seeded_app.app.client().open(**{"x-forwarded-proto": "https"})

    assert parse_cookie(response.headers["set-cookie"])[COOKIE]["secure"] is True


@pytest.mark.parametrize("path", ["/", "/gallery", "/edit"])
def test_first_page_sets_the_cookie(path: str, seeded_app: SeededApp) -> None:
    assert identity_token(seeded_app.app.client().open(path))


def test_page_with_new_cookie_is_not_cached(seeded_app: SeededApp) -> None:
    assert seeded_app.app.client().open().headers["cache-control"] == "no-store"


def test_cookie_is_set_once(seeded_app: SeededApp) -> None:
    token = identity_token(seeded_app.app.client().open())

    assert COOKIE not in seeded_app.app.client(token).open().headers.get("set-cookie", "")


def test_cookie_in_a_second_header_is_kept(seeded_app: SeededApp) -> None:
    connection = HTTPConnection(urlsplit(seeded_app.app.url).netloc, timeout=20)
    connection.putrequest("GET", "/")
    connection.putheader("Accept", "text/html")
    connection.putheader("Cookie", "other=1")
    connection.putheader("Cookie", f"{COOKIE}={seeded_app.anna.token}")
    connection.endheaders()
    response = connection.getresponse()
    connection.close()

    assert response.status == 200
    assert COOKIE not in (response.getheader("set-cookie") or "")


@pytest.mark.parametrize("token", ["short", "x" * 42, "x" * 44, "<script>" + "x" * 35])
def test_malformed_cookie_is_replaced(token: str, seeded_app: SeededApp) -> None:
    assert identity_token(seeded_app.app.client(token).open()) != token


def test_every_visitor_gets_a_different_cookie(seeded_app: SeededApp) -> None:
    assert len({identity_token(seeded_app.app.client().open()) for _ in range(20)}) == 20


@pytest.mark.parametrize("path", NOT_PAGES)
def test_only_pages_set_the_cookie(path: str, seeded_app: SeededApp) -> None:
    response = seeded_app.app.client().get(path, accept="*/*")

    assert COOKIE not in response.headers.get("set-cookie", "")


@pytest.mark.parametrize("path", ["/", "/gallery", "/nowhere", *NOT_PAGES])
def test_every_response_has_security_headers(path: str, seeded_app: SeededApp) -> None:
    headers = seeded_app.anna.open(path).headers

    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert policy["object-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert "http:" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
