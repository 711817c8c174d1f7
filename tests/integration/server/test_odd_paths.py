"""Odd names in every path: no answer of 5xx, and nothing in the log but JSON without errors."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from itertools import cycle

import pytest
from starlette.routing import Route

from components.server import NoticePages, routes
from components.studio.settings import Settings
from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE

TIMEOUT_S = 20
# Where the name goes is marked by {}.
OUR_PATHS = {
    "/healthz": ["/healthz", "/healthz{}"],
    "/who": ["/who", "/who/{}"],
    "/uploads": ["/uploads", "/uploads{}"],
    "/metrics": ["/metrics", "/metrics{}"],
    "/callbacks/kontext/{token}": ["/callbacks/kontext/{}"],
    "/app/static/pictures/{picture_id}": ["/app/static/pictures/{}", "/app/static/pictures/x?{}"],
    "/app/static/thumbnails/{picture_id}": ["/app/static/thumbnails/{}"],
    "/app/static/downloads/{picture_id}": ["/app/static/downloads/{}"],
    "/app/static/changes/{picture_id}": ["/app/static/changes/{}"],
    "/endings": ["/endings", "/endings/{}"],
    "/app/static/admin/spending.csv": [
        "/app/static/admin/{}",
        "/app/static/admin/spending.csv?since={}&until={}",
    ],
    "/device": ["/device?{}"],
    "/device/{link}": ["/device/{}"],
    "/app/static/exports": ["/app/static/exports?ids={}", "/app/static/exports?zone={}"],
    "/shared/{token}/pictures/{picture_id}": ["/shared/{}/pictures/{}"],
    "/shared/{token}/thumbnails/{picture_id}": ["/shared/{}/thumbnails/{}?size={}"],
    "/shared/assets/{path:path}": ["/shared/assets/{}"],
    "/shared/{token:path}": ["/shared/{}"],
    "/files/{path:path}": [],  # its real place is below
}
STREAMLITS_PATHS = [
    *("/{}", "/gallery/{}", "/static/{}", "/app/static/{}", "/app/static/fonts/{}"),
    *("/app/static/kx/{}", "/app/static/{}/{}", "/component/{}/{}", "/media/{}", "/vendor/{}"),
    *("/_stcore/{}", "/_stcore/bidi-components/{}/{}", "/_stcore/upload_file/{}/{}"),
    *("/_stcore/health/{}", "/_stcore/host-config", "/_stcore/metrics", "/_stcore/agent/{}"),
    *("/_stcore/script-health-check", "/_stcore/stream", "/push", "/auth/{}"),
    *("/oauth2callback?code={}&state={}", "/{}/_stcore/health"),
]
NAMES = [
    *("a" * 5000, "a" * 300, "9" * 400, "a/" * 2000, "%F0%9F%A6%8A" * 100),
    *("%00", "a%00b", "%01", "%7f", "%0a", "%0d%0aX-Forged:%20yes", "a%20b", "%09"),
    *("%ed%a0%80", "%ff%fe", "%c0%ae%c0%ae", "%e2%80%ae", "\xe9", "%", "%zz", "%u0041"),
    *("..", "../..", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd", "..%5c..%5cx"),
    *("//server/share", "%5c%5cserver%5cshare", "C:%5cx", "file:%2f%2f%2fetc%2fpasswd", "~root"),
    *("CON", "nul.txt", ".git/config", ".env", "*", "%3f", "%23", "a;b", "{}", "%7b%7d"),
    *("-1", "0x0", "0" * 32, "%27%20OR%201=1--", "%22", "%3cscript%3e", "__proto__"),
]


def test_every_path_of_ours_is_tested_here() -> None:
    def no_studio() -> None:
        raise AssertionError

    ours = routes(
        no_studio,  # type: ignore[arg-type]  # never called
        no_studio,  # type: ignore[arg-type]
        Settings(),
        base_path="",
        files_url="files",
        files={},
        notice_pages=NoticePages(),
        login_url=lambda _name: "",
    )
    assert {route.path for route in ours if isinstance(route, Route)} == set(OUR_PATHS)


def answers(seeded_app: SeededApp, requests: Iterable[tuple[str, str]]) -> list[tuple[str, bytes]]:
    """The path of each request, which is a method and a path, and the answer."""
    port = seeded_app.app.port
    headers = f"Host: 127.0.0.1:{port}\r\nCookie: {COOKIE}={seeded_app.anna.token}\r\n"
    found = []
    for method, path in requests:
        request = f"{method} {path} HTTP/1.1\r\n{headers}Content-Length: 0\r\n"
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client:
            client.sendall(f"{request}Connection: close\r\n\r\n".encode("latin-1"))
            found.append((path, b"".join(iter(lambda: client.recv(65536), b""))))
    return found


# Each name is asked for by GET at each place, and by one of the other methods, which take turns.
@pytest.mark.parametrize("methods", [["GET"], ["HEAD", "POST", "OPTIONS", "PUT"]])
def test_odd_name_is_never_an_error_of_the_server(
    methods: list[str], seeded_app: SeededApp
) -> None:
    patterns = [*(path for paths in OUR_PATHS.values() for path in paths), *STREAMLITS_PATHS]
    paths = dict.fromkeys(pattern.replace("{}", name) for pattern in patterns for name in NAMES)
    before = len(seeded_app.app.log)

    for path, answer in answers(seeded_app, zip(cycle(methods), paths, strict=False)):
        assert answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3", b"HTTP/1.1 4")), path[:200]
        assert b"\r\nX-Forged" not in answer, path
        assert b"root:" not in answer, path

    for line in seeded_app.app.log[before:].splitlines():
        assert json.loads(line)["level"] != "error"


def test_name_that_no_file_system_takes_is_not_found(seeded_app: SeededApp) -> None:
    [(_, answer)] = answers(seeded_app, [("GET", f"/app/static/{'a' * 5000}")])
    assert answer.startswith(b"HTTP/1.1 404 ")
