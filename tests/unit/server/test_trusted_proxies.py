"""What a proxy says is believed if the operator trusts it, and left alone otherwise."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from components.server.trusted_proxies import BelieveTrustedProxies
from components.studio.settings import Networks

PROXY, OUTER, CLIENT = "10.0.0.1", "10.0.0.2", "203.0.113.7"
TRUSTED = (ip_network("10.0.0.0/30"),)


def resolve(
    headers: dict[str, str],
    *,
    peer: str = PROXY,
    trusted: Networks = TRUSTED,
    kind: str = "http",
    base_path: str = "",
    root_path: str = "",
    receive: Any = None,
) -> Scope:
    """The scope that the app gets from a request with these headers."""
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    async def send(_message: Message) -> None:
        raise AssertionError("nothing is sent")

    scope: Scope = {
        "type": kind,
        "scheme": "ws" if kind == "websocket" else "http",
        "client": (peer, 5000),
        "path": "/gallery",
        "root_path": root_path,
        "headers": [
            (name.lower().encode(), value.encode())
            for name, value in {"Host": "app:8501", **headers}.items()
        ],
    }
    middleware = BelieveTrustedProxies(app, trusted=trusted, base_path=base_path)
    asyncio.run(middleware(scope, receive, send))
    return seen[0]


def host(scope: Scope) -> str:
    [value] = [value for name, value in scope["headers"] if name == b"host"]
    return str(value, "latin-1")


def client(scope: Scope) -> str | None:
    return scope["client"] and scope["client"][0]


def test_trusted_proxy_names_scheme_client_and_host() -> None:
    scope = resolve(
        {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": CLIENT,
            "X-Forwarded-Host": "studio.example:8443",
        }
    )

    assert (scope["scheme"], client(scope), host(scope)) == ("https", CLIENT, "studio.example:8443")
    assert [name for name, _ in scope["headers"]] == [b"host"]


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        (f"for={CLIENT};proto=https;host=a.example", (CLIENT, "https", "a.example")),
        ('For="[2001:db8::17]:4711"; Proto=HTTPS', ("2001:db8::17", "https", "app:8501")),
        (f'for="{CLIENT}:99";host="a.example:8443"', (CLIENT, "http", "a.example:8443")),
        ("for=unknown;proto=https", (None, "https", "app:8501")),
        ("for=_hidden, for=10.0.0.2;proto=https", (None, "http", "app:8501")),
        (f"for=1.2.3.4;proto=http, for={CLIENT};proto=https", (CLIENT, "https", "app:8501")),
    ],
)
def test_rfc_7239_header_is_read(forwarded: str, expected: tuple[str | None, str, str]) -> None:
    scope = resolve({"Forwarded": forwarded})

    assert (client(scope), scope["scheme"], host(scope)) == expected


@pytest.mark.parametrize("said", ["https", "wss", "HTTPS"])
def test_websocket_gets_the_scheme_of_websockets(said: str) -> None:
    assert resolve({"X-Forwarded-Proto": said}, kind="websocket")["scheme"] == "wss"
    assert resolve({"X-Forwarded-Proto": said})["scheme"] == "https"


@pytest.mark.parametrize("peer", ["10.0.0.4", "203.0.113.7", "::1", "not an address"])
@pytest.mark.parametrize("header", ["X-Forwarded-Proto", "Forwarded"])
def test_nobody_else_is_believed(peer: str, header: str) -> None:
    said = {
        "X-Forwarded-Proto": {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "127.0.0.1",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/evil",
        },
        "Forwarded": {"Forwarded": "for=127.0.0.1;proto=https;host=evil.example"},
    }[header]
    scope = resolve(said, peer=peer)

    assert (scope["scheme"], host(scope), scope["path"]) == ("http", "app:8501", "/gallery")
    assert client(scope) == (None if peer == "not an address" else peer)
    assert header.lower().encode() in dict(scope["headers"])


def test_no_proxy_is_trusted_unless_named() -> None:
    scope = resolve({"X-Forwarded-Proto": "https"}, peer="127.0.0.1", trusted=())

    assert scope["scheme"] == "http"


def test_addresses_that_the_client_made_up_are_skipped() -> None:
    scope = resolve({"X-Forwarded-For": f"127.0.0.1, {CLIENT}, {OUTER}"})

    assert client(scope) == CLIENT


def test_each_of_two_proxies_says_its_own_scheme() -> None:
    scope = resolve(
        {
            "X-Forwarded-For": f"127.0.0.1, {CLIENT}, {OUTER}",
            "X-Forwarded-Proto": "ftp, https, http",
            "X-Forwarded-Host": "evil.example, studio.example, inner",
        }
    )

    assert (scope["scheme"], host(scope)) == ("https", "studio.example")


def test_proxy_that_names_no_client_hides_the_client() -> None:
    assert client(resolve({"X-Forwarded-Proto": "https"})) is None
    assert client(resolve({})) == PROXY


@pytest.mark.parametrize(
    "forwarded", ["for=127.0.0.1", f"for={CLIENT};proto=http", f"for={CLIENT};host=evil.example"]
)
def test_contradicting_headers_are_not_believed(forwarded: str) -> None:
    scope = resolve(
        {
            "Forwarded": forwarded,
            "X-Forwarded-For": CLIENT,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "studio.example",
        }
    )

    assert (client(scope), scope["scheme"], host(scope)) == (PROXY, "http", "app:8501")
    assert b"forwarded" in dict(scope["headers"])


def test_agreeing_headers_are_believed() -> None:
    scope = resolve({"Forwarded": f'for="{CLIENT}:99";proto=https', "X-Forwarded-For": CLIENT})

    assert (client(scope), scope["scheme"]) == (CLIENT, "https")


@pytest.mark.parametrize(
    "value", ["a b", "evil.example/path", "a@b", "a,b c", "", "a.example:", "[::1", "x:123456"]
)
def test_malformed_host_is_ignored(value: str) -> None:
    assert host(resolve({"X-Forwarded-Host": value, "X-Forwarded-Proto": "http"})) == "app:8501"


@pytest.mark.parametrize("value", ["javascript", "httpss", ""])
def test_unknown_scheme_is_ignored(value: str) -> None:
    assert resolve({"X-Forwarded-Proto": value})["scheme"] == "http"


@pytest.mark.parametrize("forwarded", ["for", 'for="1.2.3.4', "for=1.2.3.4;;", "=1", "for=a b"])
def test_malformed_forwarded_header_says_nothing(forwarded: str) -> None:
    scope = resolve({"Forwarded": forwarded})

    assert (client(scope), scope["scheme"], host(scope)) == (None, "http", "app:8501")


@pytest.mark.parametrize("prefix", ["/studio", "/studio/"])
def test_prefix_that_the_proxy_removed_is_the_root_path(prefix: str) -> None:
    scope = resolve({"X-Forwarded-Prefix": prefix})

    assert (scope["root_path"], scope["path"]) == ("/studio", "/studio/gallery")


@pytest.mark.parametrize("prefix", ["studio", "//evil.example", "/../x", "/a b", "/", "/a//b"])
def test_malformed_prefix_is_ignored(prefix: str) -> None:
    scope = resolve({"X-Forwarded-Prefix": prefix})

    assert (scope["root_path"], scope["path"]) == ("", "/gallery")


def test_prefix_is_not_added_to_a_path_that_the_app_knows() -> None:
    said = {"X-Forwarded-Prefix": "/studio"}

    assert resolve(said, base_path="/studio")["path"] == "/gallery"
    assert resolve(said, root_path="/studio")["path"] == "/gallery"


def test_ipv4_address_of_an_ipv6_socket_is_recognised() -> None:
    assert resolve({"X-Forwarded-Proto": "https"}, peer="::ffff:10.0.0.1")["scheme"] == "https"


def test_ignored_headers_are_logged_once_for_each_proxy(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None: ...

    middleware = BelieveTrustedProxies(app, trusted=TRUSTED)

    async def request(peer: str) -> None:
        headers = [(b"x-forwarded-proto", b"https")]
        scope = {"type": "http", "scheme": "http", "client": (peer, 1), "headers": headers}
        await middleware(scope, None, None)  # type: ignore[arg-type]

    for peer in ("192.0.2.1", "192.0.2.1", "192.0.2.2", PROXY):
        asyncio.run(request(peer))
    assert [record.__dict__["proxy"] for record in caplog.records] == ["192.0.2.1", "192.0.2.2"]
    assert "KONTEXT_TRUSTED_PROXIES" in caplog.records[0].__dict__["reason"]


class FakeTransport:
    """What uvicorn keeps of a connection."""

    def __init__(self, peer: object, *, encrypted: bool = False) -> None:
        self.transport = self
        self._extra = {"peername": peer, "sslcontext": object() if encrypted else None}

    def get_extra_info(self, name: str) -> object:
        return self._extra[name]

    async def receive(self) -> None: ...


def test_connection_itself_says_who_the_proxy_is() -> None:
    """uvicorn has overwritten the scope's client by the header already."""
    receive = FakeTransport((PROXY, 5000)).receive
    said = {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "https"}

    trusted = resolve(said, peer=CLIENT, receive=receive)
    assert (client(trusted), trusted["scheme"]) == (CLIENT, "https")
    untrusted = resolve({**said, "X-Forwarded-For": PROXY}, peer=PROXY, trusted=(), receive=receive)
    assert (client(untrusted), untrusted["scheme"]) == (PROXY, "http")


def test_encrypted_connection_is_https() -> None:
    receive = FakeTransport((CLIENT, 5000), encrypted=True).receive

    assert resolve({}, peer=CLIENT, receive=receive)["scheme"] == "https"


def test_unix_socket_has_no_address() -> None:
    assert client(resolve({}, receive=FakeTransport("/run/studio.sock").receive)) is None
