"""Only a connection that was never opened proves that a create was not sent."""

import ssl
from pathlib import Path

import pytest
import trustme

from components.kie import CertificateError, ConnectError, KieError, UnknownOutcomeError
from tests.integration.kie.conftest import API_KEY, REQUEST, TIMEOUT_S, MakeClient
from tests.support import hostile_website
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
        make_client(server.url_of(route).replace("http:", "https:"), TIMEOUT_S).create(REQUEST)
    assert [request.method for request in server.received] == ["HELLO"]


@pytest.mark.parametrize(
    ("host", "is_trusted", "expected"),
    [
        ("127.0.0.1", False, CertificateError),
        ("localhost", True, CertificateError),
        ("127.0.0.1", True, UnknownOutcomeError),
    ],
    ids=["unknown authority", "another host", "accepted"],
)
def test_certificate_that_is_not_accepted_says_so(
    make_client: MakeClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    is_trusted: bool,
    expected: type[KieError],
) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    bundle = tmp_path / "ca.pem"
    (authority if is_trusted else trustme.CA()).cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with (
        hostile_website.HostileServer(hostile_website.responds(), tls) as website,
        pytest.raises(KieError) as raised,
    ):
        make_client(f"https://{host}:{website.port}").create(REQUEST)
    assert type(raised.value) is expected


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
