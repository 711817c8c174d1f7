"""Who a designer is: a cookie given once, with a page, that scripts and other sites cannot use."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest

from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, identity_token

ASSETS = ("/healthz", "/app/static/starters/city.jpg", "/app/static/pictures/x", "/_stcore/health")


def given(header: str) -> SimpleCookie:
    cookie = SimpleCookie()
    cookie.load(header)
    return cookie


def test_cookie_is_http_only_and_same_site(seeded_app: SeededApp) -> None:
    morsel = given(seeded_app.app.client().open().headers["set-cookie"])[COOKIE]

    assert morsel["httponly"] is True
    assert morsel["samesite"] == "Lax"
    assert morsel["path"] == "/"
    assert morsel["domain"] == ""
    assert int(morsel["max-age"]) == 400 * 24 * 3600
    assert morsel["secure"] == ""  # this visit was plain HTTP


def test_cookie_is_secure_behind_https_proxy(seeded_app: SeededApp) -> None:
    answer = seeded_app.app.client().open(**{"x-forwarded-proto": "https"})

    assert given(answer.headers["set-cookie"])[COOKIE]["secure"] is True


@pytest.mark.parametrize("path", ["/", "/gallery", "/edit"])
def test_first_page_sets_the_cookie(path: str, seeded_app: SeededApp) -> None:
    assert identity_token(seeded_app.app.client().open(path))


def test_page_with_new_cookie_is_not_cached(seeded_app: SeededApp) -> None:
    assert seeded_app.app.client().open().headers["cache-control"] == "no-store"


def test_cookie_is_set_once(seeded_app: SeededApp) -> None:
    token = identity_token(seeded_app.app.client().open())

    assert COOKIE not in seeded_app.app.client(token).open().headers.get("set-cookie", "")


@pytest.mark.parametrize("token", ["short", "x" * 42, "x" * 44, "<script>" + "x" * 35])
def test_malformed_cookie_is_replaced(token: str, seeded_app: SeededApp) -> None:
    assert identity_token(seeded_app.app.client(token).open()) != token


def test_every_visitor_gets_a_different_cookie(seeded_app: SeededApp) -> None:
    assert len({identity_token(seeded_app.app.client().open()) for _ in range(20)}) == 20


@pytest.mark.parametrize("path", ASSETS)
def test_only_pages_set_the_cookie(path: str, seeded_app: SeededApp) -> None:
    answer = seeded_app.app.client().get(path, accept="*/*")

    assert COOKIE not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("path", ["/", "/gallery", "/nowhere", *ASSETS])
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
