"""TLS: the certificate must be valid for the host of the URL."""

from __future__ import annotations

import ssl

import pytest
import trustme

from components.studio.safe_fetch.client import FetchError, FetchErrorCode, SafeHttpClient
from tests.support.hostile_website import (
    PICTURE,
    HostileServer,
    redirects,
    resolve_to_public,
    responds,
    sends,
    stalls,
)

AUTHORITY = trustme.CA()


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("pictures.example", "xn--strae-oqa.example").configure_cert(context)
    return context


def trusting_client(server: HostileServer) -> SafeHttpClient:
    """A client that trusts only the certificate authority of these tests."""
    trusting = ssl.create_default_context(cadata=AUTHORITY.cert_pem.bytes().decode())
    return SafeHttpClient(
        resolver=resolve_to_public, connect=server.connect, tls=trusting, budget_seconds=5
    )


def test_certificate_must_match_host_name() -> None:
    with HostileServer(responds(), server_tls()) as server:
        assert trusting_client(server).get_image("https://pictures.example/x") == PICTURE
        assert trusting_client(server).get_image("https://straße.example/x") == PICTURE
        with pytest.raises(FetchError, match="cannot prove") as caught:
            trusting_client(server).get_image("https://other.example/x")
    assert not caught.value.may_retry


def test_unknown_certificate_authority_is_rejected() -> None:
    with HostileServer(responds(), server_tls()) as server:
        client = SafeHttpClient(
            resolver=resolve_to_public, connect=server.connect, budget_seconds=5
        )
        with pytest.raises(FetchError, match="cannot prove"):
            client.get_image("https://pictures.example/x")


def test_redirect_from_https_to_http_is_rejected() -> None:
    with HostileServer(redirects("http://pictures.example/x"), server_tls()) as server:
        with pytest.raises(FetchError, match="not secure") as caught:
            trusting_client(server).get_image("https://pictures.example/x")
        assert len(server.requests) == 1
    assert caught.value.code is FetchErrorCode.NOT_ALLOWED


def test_server_without_tls_is_unreachable() -> None:
    with (
        HostileServer(sends(b"HTTP/1.1 400 No\r\n\r\n")) as server,
        pytest.raises(FetchError) as caught,
    ):
        trusting_client(server).get_image("https://pictures.example/x")
    assert caught.value.code is FetchErrorCode.UNREACHABLE


def test_stalled_tls_handshake_times_out() -> None:
    with HostileServer(stalls()) as server:
        client = SafeHttpClient(
            resolver=resolve_to_public, connect=server.connect, budget_seconds=0.3
        )
        with pytest.raises(FetchError) as caught:
            client.get_image("https://pictures.example/x")
    assert caught.value.code is FetchErrorCode.TIMEOUT
