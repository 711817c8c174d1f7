"""The app under a path and behind proxies: what it tells to whom, and whom it believes."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.integration.server.conftest import SeededApp
from tests.support.app_server import AppServer

TIMEOUT_SECONDS = 60
STRANGER = "203.0.113.7"
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module", params=["streamlit", "uvicorn"])
def hosted_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    """The app under /studio, behind a trusted proxy on this machine: this test."""
    settings = {
        "STREAMLIT_SERVER_BASE_URL_PATH": "/studio/",
        "KONTEXT_TRUSTED_PROXIES": "127.0.0.1",
        "KONTEXT_HSTS": "31536000",
    }
    folder = tmp_path_factory.mktemp("hosted") / "data"
    with AppServer(folder, settings, starter=request.param) as running:
        yield running


def get(app: AppServer, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(
            app.url + path, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )


def open_socket(
    app: AppServer, path: str, *, page: str, origin: str, host: str, **headers: str
) -> ClientConnection:
    """A WebSocket of a new user, who has opened the page through the same proxy."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    response = get(app, page, {**PAGE, "Host": host, **said})
    [cookie] = re.findall(r"[\w-]*kontext_designer\w*=[^;]+", response.headers["set-cookie"])
    return connect(
        f"ws://{host}{path}",
        sock=socket.create_connection(("127.0.0.1", app.port)),
        additional_headers={"Cookie": cookie, "Origin": origin, **said},
        open_timeout=TIMEOUT_SECONDS,
        proxy=None,
    )


def logged(app: AppServer, event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in app.log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def test_every_address_lies_below_the_base_path(hosted_app: AppServer) -> None:
    assert get(hosted_app, "/studio/healthz").json()["status"] == "ok"
    assert get(hosted_app, "/studio/metrics").text.startswith("# HELP kontext_tasks")
    page = get(hosted_app, "/studio/gallery", PAGE)
    [styles] = re.findall(r'<link rel="stylesheet" href="(\w[^"]*kontext\.css)">', page.text)
    assert get(hosted_app, f"/studio/{styles}").headers["content-type"].startswith("text/css")
    script = styles.replace("kontext.css", "studio.js")
    assert get(hosted_app, f"/studio/{script}").status_code == 200
    assert get(hosted_app, "/studio/app/static/pictures/x").text == "No such picture."
    assert get(hosted_app, "/studio/app/static/exports").text == "No such pictures."
    shared = get(hosted_app, "/studio/shared/x", PAGE)
    assert "set-cookie" not in shared.headers
    [look] = re.findall(r'href="(assets/[^"]+)"', shared.text)
    assert get(hosted_app, f"/studio/shared/{look}").headers["content-type"].startswith("text/css")
    callback = requests.post(
        f"{hosted_app.url}/studio/callbacks/kontext/x", json={}, timeout=TIMEOUT_SECONDS
    )
    assert callback.json() == {"code": 200, "msg": "received"}


def test_first_page_gets_its_slash_whatever_the_port_of_the_proxy(hosted_app: AppServer) -> None:
    response = get(hosted_app, "/studio?task=1", {**PAGE, "Host": "localhost"})

    assert (response.status_code, response.headers["location"]) == (307, "/studio/?task=1")


def test_trusted_proxy_makes_the_page_encrypted(hosted_app: AppServer) -> None:
    encrypted = get(hosted_app, "/studio/", {**PAGE, "X-Forwarded-Proto": "https"})
    plain = get(hosted_app, "/studio/", PAGE)

    assert encrypted.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in plain.headers


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("localhost", {"X_Forwarded_Proto": "https"}),  # nginx: $host
        ("localhost:8443", {"X_Forwarded_Proto": "https"}),  # nginx: $http_host
        ("app:1", {"X_Forwarded_Host": "localhost:8443", "X_Forwarded_Proto": "https"}),
        ("app:1", {"Forwarded": 'for=203.0.113.7;proto=https;host="localhost:8443"'}),
    ],
)
@pytest.mark.parametrize("path", ["/studio/push", "/studio/_stcore/stream"])
def test_sockets_open_behind_usual_proxies(
    path: str, host: str, headers: dict[str, str], hosted_app: AppServer
) -> None:
    origin = "https://localhost:8443"
    with open_socket(
        hosted_app, path, page="/studio/", origin=origin, host=host, **headers
    ) as opened:
        if path == "/studio/push":
            assert "version" in json.loads(opened.recv(TIMEOUT_SECONDS))


@pytest.mark.parametrize("path", ["/studio/metrics", "/studio/_stcore/metrics"])
@pytest.mark.parametrize("end", ["", "%0A"])
def test_metrics_are_for_allowed_addresses(path: str, end: str, hosted_app: AppServer) -> None:
    assert get(hosted_app, path).status_code == 200
    assert get(hosted_app, path, {"X-Forwarded-For": "127.0.0.1"}).status_code == 200
    for headers in (
        {"X-Forwarded-For": STRANGER},
        {"X-Forwarded-For": f"127.0.0.1, {STRANGER}"},
        {"X-Forwarded-For": f"{STRANGER}, 127.0.0.1"},
        {"Forwarded": f"for={STRANGER}"},
        {"Forwarded": "for=127.0.0.1", "X-Forwarded-For": STRANGER},
        {"X-Forwarded-Proto": "https"},
    ):
        refused = get(hosted_app, path + end, headers)
        assert refused.status_code == 403
        assert refused.text == "Your address is not in KONTEXT_METRICS_ALLOW.\n"


def test_health_tells_others_the_status_alone(hosted_app: AppServer) -> None:
    known = get(hosted_app, "/studio/healthz").json()
    stranger = get(hosted_app, "/studio/healthz", {"X-Forwarded-For": STRANGER})

    assert (stranger.status_code, stranger.text) == (200, '{"status":"ok"}')
    assert {"version", "queued", "ready"} < known.keys()


def test_proxy_that_is_not_trusted_is_not_believed(seeded_app: SeededApp) -> None:
    """uvicorn believes it by itself, as it is on this machine."""
    app = seeded_app.app
    for path in ("/metrics", "/_stcore/metrics"):
        assert get(app, path).status_code == 200
        for header in ("X-Forwarded-For", "X-Real-IP", "Via", "Forwarded"):
            assert get(app, path, {header: "127.0.0.1"}).status_code == 403
    assert get(app, "/healthz", {"X-Forwarded-For": "127.0.0.1"}).json() == {"status": "ok"}
    [line] = logged(app, "forwarding headers ignored")
    assert line["proxy"] == "127.0.0.1"
    assert "KONTEXT_TRUSTED_PROXIES" in line["reason"]


@pytest.mark.parametrize("path", ["/push", "/_stcore/stream"])
def test_usual_recipe_of_nginx_needs_no_trust(path: str, seeded_app: SeededApp) -> None:
    with open_socket(
        seeded_app.app,
        path,
        page="/",
        origin="https://studio.example:8443",
        host="studio.example",
        X_Forwarded_Proto="https",
    ) as opened:
        if path == "/push":
            assert "version" in json.loads(opened.recv(TIMEOUT_SECONDS))


@pytest.mark.parametrize("path", ["/push", "/_stcore/stream"])
def test_refused_origin_is_logged_with_the_header_to_set(path: str, seeded_app: SeededApp) -> None:
    origin = f"https://{path.rpartition('/')[2]}.example"
    with pytest.raises(InvalidStatus, match="403"):
        open_socket(
            seeded_app.app,
            path,
            page="/",
            origin=origin,
            host="app:1",
            X_Forwarded_Host=f"{path.rpartition('/')[2]}.example",
        )

    [line] = [
        line
        for line in logged(seeded_app.app, "request of another origin refused")
        if line["origin"] == origin
    ]
    assert (line["path"], line["host"]) == (path, "app:1")
    assert "proxy_set_header Host $http_host" in line["hint"]
    assert "KONTEXT_TRUSTED_PROXIES" in line["hint"]


def test_form_of_another_site_is_refused(seeded_app: SeededApp) -> None:
    url = f"{seeded_app.app.url}/app/static/exports"
    form = {"ids": seeded_app.anna_picture}
    other, own = (
        requests.post(url, form, headers={"Origin": origin}, timeout=TIMEOUT_SECONDS)
        for origin in ("https://elsewhere.example", seeded_app.app.url)
    )

    assert (other.status_code, other.text) == (403, "This request came from another site.")
    assert own.status_code == 404  # without a cookie nobody has pictures
