"""The balance is an exact number, and a download link is an http(s) URL."""

import json
from decimal import Decimal

import pytest

from components.kie import UnavailableError, ValidationError
from tests.integration.kie.conftest import MakeClient
from tests.support.hostile_server import HostileServer, envelope, http_response


@pytest.mark.parametrize(
    ("data", "balance"),
    [(994.5, "994.5"), (0.1, "0.1"), (7, "7"), ("12.25", "12.25"), (-3, "-3"), (0, "0")],
)
def test_balance_is_an_exact_decimal(
    server: HostileServer, make_client: MakeClient, data: object, balance: str
) -> None:
    assert make_client(server.url_answering(http_response(envelope(data)))).credits() == Decimal(
        balance
    )
    assert server.received[0].path.endswith("/api/v1/chat/credit")


@pytest.mark.parametrize("data", [None, True, "", "many", "NaN", "1e999999", {}, [5]])
def test_balance_that_is_not_a_number_is_unavailable_error(
    server: HostileServer, make_client: MakeClient, data: object
) -> None:
    with pytest.raises(UnavailableError):
        make_client(server.url_answering(http_response(envelope(data)))).credits()


def test_download_url_sends_the_url_of_the_file(
    server: HostileServer, make_client: MakeClient
) -> None:
    client = make_client(
        server.url_answering(http_response(envelope("https://files.example/d?signed=1")))
    )
    assert client.download_url("https://files.example/r.jpeg") == "https://files.example/d?signed=1"
    assert server.received[0].json == {"url": "https://files.example/r.jpeg"}


def test_download_url_of_a_foreign_file_is_validation_error(
    server: HostileServer, make_client: MakeClient
) -> None:
    client = make_client(
        server.url_answering(http_response(envelope(None, code=422, msg="url is wrong")))
    )
    with pytest.raises(ValidationError, match="url is wrong") as raised:
        client.download_url("https://other.example/r.jpeg")
    assert raised.value.field == "url"


@pytest.mark.parametrize("data", [None, "", "ftp://files.example/r", {}, 7])
def test_download_url_that_is_not_http_is_unavailable_error(
    server: HostileServer, make_client: MakeClient, data: object
) -> None:
    with pytest.raises(UnavailableError):
        make_client(server.url_answering(http_response(envelope(data)))).download_url(
            "https://files.example/r"
        )


def test_byte_order_mark_before_envelope_is_accepted(
    server: HostileServer, make_client: MakeClient
) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"code": 200, "data": 3}).encode()
    assert make_client(server.url_answering(http_response(body))).credits() == 3
