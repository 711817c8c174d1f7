"""The identity cookie and the security headers."""

from __future__ import annotations

import stat
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from components.server.user_tokens import UserTokens
from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, AppServer, identity_token
from tests.support.identity import user_id_of

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


@pytest.mark.parametrize("path", ["/", "/gallery", "/edit"])
def test_first_page_sets_the_cookie(path: str, seeded_app: SeededApp) -> None:
    assert identity_token(seeded_app.app.client().open(path))


def test_page_with_new_cookie_is_not_cached(seeded_app: SeededApp) -> None:
    assert seeded_app.app.client().open().headers["cache-control"] == "no-store"


def test_cookie_is_set_once(seeded_app: SeededApp) -> None:
    token = identity_token(seeded_app.app.client().open())

    assert COOKIE not in seeded_app.app.client(token).open().headers.get("set-cookie", "")


def test_cookie_in_a_second_header_is_kept(seeded_app: SeededApp) -> None:
    connection = HTTPConnection(urlsplit(seeded_app.app.url).netloc, timeout=60)
    connection.putrequest("GET", "/")
    connection.putheader("Accept", "text/html")
    connection.putheader("Cookie", "other=1")
    connection.putheader("Cookie", f"{COOKIE}={seeded_app.anna.token}")
    connection.endheaders()
    response = connection.getresponse()
    connection.close()

    assert response.status == 200
    assert COOKIE not in (response.getheader("set-cookie") or "")


@pytest.mark.parametrize(
    "token",
    ["short", "x" * 43, "<script>" + "x" * 35, UserTokens(b"made up").issue()],
    ids=["short", "unsigned", "script", "other secret"],
)
def test_cookie_that_the_studio_did_not_sign_is_replaced(token: str, seeded_app: SeededApp) -> None:
    assert identity_token(seeded_app.app.client(token).open()) != token


def test_picture_is_not_shown_to_a_cookie_that_is_sent_twice(seeded_app: SeededApp) -> None:
    path = f"/app/static/pictures/{seeded_app.anna_picture}"
    anna, ben = seeded_app.anna.token, seeded_app.ben.token

    def status(cookies: str) -> int:
        return seeded_app.app.client().get(path, cookie=cookies).status_code

    assert status(f"{COOKIE}={anna}") == 200
    assert status(f"{COOKIE}={ben}; {COOKIE}={anna}") == 404
    assert status(f"{COOKIE}={anna}; {COOKIE}={ben}") == 404


def test_users_are_known_after_a_restart_and_the_secret_stays_in_the_folder(tmp_path: Path) -> None:
    made_by_the_app = {"KONTEXT_COOKIE_SECRET": ""}
    with AppServer(tmp_path / "data", made_by_the_app) as app:
        token = identity_token(app.client().open())
        app.stop()
        app.start()

        assert COOKIE not in app.client(token).open().headers.get("set-cookie", "")
        secret = app.folder / "cookie_secret"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert token not in app.log
        assert secret.read_bytes().hex() not in app.log


def test_cookie_of_0_1_0_keeps_its_gallery_and_is_replaced(seeded_app: SeededApp) -> None:
    app, old, made_up = seeded_app.app, seeded_app.old_token, "x" * 43
    new = identity_token(app.client(old).open())

    path = f"/app/static/pictures/{seeded_app.old_picture}"
    assert len(new) > len(old)
    assert [app.client(token).get(path).status_code for token in (old, new)] == [200, 200]
    assert app.client(made_up).get(path).status_code == 404


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
    assert policy["script-src"].startswith("'self' blob: 'wasm-unsafe-eval' 'sha256-")
    assert policy["script-src"].count("unsafe") == 1
    assert policy["object-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert "http:" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_page_can_learn_whether_its_browser_is_still_the_same_persons(
    seeded_app: SeededApp,
) -> None:
    app = seeded_app.app
    anna, ben = (identity_token(app.client().open()) for _ in range(2))
    tags = [app.client(token).get("/who").text for token in (anna, anna, ben)]

    assert tags[0] == tags[1] != tags[2]
    assert app.client().get("/who").text == ""
    assert app.client(anna).get("/who").headers["cache-control"] == "no-store"
    assert not any(user_id_of(token) in " ".join(tags) for token in (anna, ben))
