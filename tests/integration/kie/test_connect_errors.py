"""Only a connection that was never opened tells for certain that a create was not sent."""

import pytest

from components.kie import GenerationRequest, NeverSent, OutcomeUnknown
from tests.integration.kie.conftest import IMPATIENT_SECONDS, KEY, ClientAt
from tests.support.hostile_server import HostileServer

REQUEST = GenerationRequest(prompt="a red kite over dunes")


def test_a_refused_connection_was_never_sent(client_at: ClientAt, closed_port: int) -> None:
    with pytest.raises(NeverSent, match="refused"):
        client_at(f"http://127.0.0.1:{closed_port}").create(REQUEST)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "x" * 70])
def test_a_name_that_does_not_resolve_was_never_sent(client_at: ClientAt, host: str) -> None:
    with pytest.raises(NeverSent):
        client_at(f"http://{host}").create(REQUEST)


@pytest.mark.parametrize("route", ["not_tls", "reset_tls", "never_answer_tls"])
def test_a_failed_tls_handshake_was_never_sent(
    server: HostileServer, client_at: ClientAt, route: str
) -> None:
    server.tls_hello_route = route
    with pytest.raises(NeverSent):
        client_at(server.url_of(route).replace("http:", "https:"), IMPATIENT_SECONDS).create(
            REQUEST
        )
    assert [seen.method for seen in server.received] == ["HELLO"]


def test_a_ca_bundle_that_is_missing_was_never_sent(
    server: HostileServer, client_at: ClientAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(NeverSent):
        client_at(server.url_of("not_tls").replace("http:", "https:")).create(REQUEST)


def test_a_proxy_that_refuses_the_connection_was_never_sent(
    client_at: ClientAt, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    with pytest.raises(NeverSent):
        client_at("http://service.invalid").create(REQUEST)


def test_a_proxy_that_refuses_the_tunnel_was_never_sent(
    server: HostileServer, client_at: ClientAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.port}")
    with pytest.raises(NeverSent):
        client_at("https://service.invalid").create(REQUEST)
    assert [seen.method for seen in server.received] == ["CONNECT"]
    assert KEY not in str(server.received)


def test_a_proxy_that_loses_the_answer_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    with pytest.raises(OutcomeUnknown):
        client_at("http://service.invalid").create(REQUEST)
    assert [seen.path for seen in server.received] == [
        "http://service.invalid/api/v1/flux/kontext/generate"
    ]
