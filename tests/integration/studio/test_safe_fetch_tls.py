"""Over TLS a website must prove that it is the one that the link names."""

from __future__ import annotations

import ssl
import time

import pytest
import trustme

from components.studio.safe_fetch.client import FetchError, FetchErrorCode, SafeHttpClient
from tests.support.bad_images import PICTURE, HostileServer, answers, public, redirects, says, waits

AUTHORITY = trustme.CA()


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("pictures.example").configure_cert(context)
    return context


def secure_fetch(server: HostileServer) -> SafeHttpClient:
    """One that trusts the authority of these tests, and no other."""
    trusting = ssl.create_default_context(cadata=AUTHORITY.cert_pem.bytes().decode())
    return SafeHttpClient(resolve=public, connect=server.connect, tls=trusting, budget_seconds=5)


def test_a_certificate_is_checked_against_the_name_and_not_the_address() -> None:
    with HostileServer(answers(), server_tls()) as server:
        assert secure_fetch(server).get("https://pictures.example/x").data == PICTURE
        with pytest.raises(FetchError, match="cannot prove") as caught:
            secure_fetch(server).get("https://other.example/x")
    assert not caught.value.may_retry


def test_an_unknown_certificate_is_refused() -> None:
    with HostileServer(answers(), server_tls()) as server:
        fetch = SafeHttpClient(resolve=public, connect=server.connect, budget_seconds=5)
        with pytest.raises(FetchError, match="cannot prove"):
            fetch.get("https://pictures.example/x")


def test_a_secure_link_never_leads_to_one_that_is_not() -> None:
    with HostileServer(redirects("http://pictures.example/x"), server_tls()) as server:
        with pytest.raises(FetchError, match="not secure") as caught:
            secure_fetch(server).get("https://pictures.example/x")
        assert len(server.requests) == 1
    assert caught.value.code is FetchErrorCode.NOT_ALLOWED


def test_a_server_that_speaks_no_tls_is_unreachable() -> None:
    with (
        HostileServer(says(b"HTTP/1.1 400 No\r\n\r\n")) as server,
        pytest.raises(FetchError) as caught,
    ):
        secure_fetch(server).get("https://pictures.example/x")
    assert caught.value.code is FetchErrorCode.UNREACHABLE


def test_a_stalled_handshake_cannot_outlast_the_budget() -> None:
    with HostileServer(waits()) as server:
        fetch = SafeHttpClient(resolve=public, connect=server.connect, budget_seconds=0.3)
        began = time.monotonic()
        with pytest.raises(FetchError) as caught:
            fetch.get("https://pictures.example/x")
        assert time.monotonic() - began < 3
    assert caught.value.code is FetchErrorCode.TIMEOUT
