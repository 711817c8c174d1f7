"""Only a connection that was never opened proves that a create was not sent."""

import pytest

from components.kie import ConnectError, UnknownOutcomeError
from tests.integration.kie.conftest import API_KEY, REQUEST, SHORT_TIMEOUT_S, MakeClient
from tests.support.hostile_server import HostileServer


def test_refused_connection_is_connect_error(make_client: MakeClient, closed_port: int) -> None:
    with pytest.raises(ConnectError, match="refused"):
        make_client(f"http://127.0.0.1:{closed_port}").create(REQUEST)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "x" * 70])
def test_unresolvable_host_is_connect_error(make_client: MakeClient, host: str) -> None:
    with pytest.raises(ConnectError):
        make_client(f"http://{host}").create(REQUEST)


@pytest.mark.parametrize("route", ["not_tls", "reset_tls", "never_answer_tls"])
def test_failed_tls_handshake_is_connect_error(
    server: HostileServer, make_client: MakeClient, route: str
) -> None:
    server.tls_hello_route = route
    with pytest.raises(ConnectError):
        make_client(server.url_of(route).replace("http:", "https:"), SHORT_TIMEOUT_S).create(
            REQUEST
        )
    assert [request.method for request in server.received] == ["HELLO"]


def test_missing_ca_bundle_is_connect_error(
    server: HostileServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(ConnectError):
        make_client(server.url_of("not_tls").replace("http:", "https:")).create(REQUEST)


def test_refused_proxy_connection_is_connect_error(
    make_client: MakeClient, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    with pytest.raises(ConnectError):
        make_client("http://provider.invalid").create(REQUEST)


def test_rejected_proxy_tunnel_is_connect_error(
    server: HostileServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.port}")
    with pytest.raises(ConnectError):
        make_client("https://provider.invalid").create(REQUEST)
    assert [request.method for request in server.received] == ["CONNECT"]
    assert API_KEY not in str(server.received)


def test_reset_by_proxy_after_request_is_unknown_outcome(
    server: HostileServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    with pytest.raises(UnknownOutcomeError):
        make_client("http://provider.invalid").create(REQUEST)
    assert [request.path for request in server.received] == [
        "http://provider.invalid/api/v1/flux/kontext/generate"
    ]
