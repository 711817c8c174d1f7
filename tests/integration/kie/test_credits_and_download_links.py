"""The balance is an exact number, and a download link leads to the web."""

import json
from decimal import Decimal

import pytest

from components.kie import InvalidRequest, ServiceUnavailable
from tests.integration.kie.conftest import ClientAt
from tests.support.hostile_server import HostileServer, envelope, http_response


@pytest.mark.parametrize(
    ("data", "balance"),
    [(994.5, "994.5"), (0.1, "0.1"), (7, "7"), ("12.25", "12.25"), (-3, "-3"), (0, "0")],
)
def test_the_balance_is_an_exact_decimal(
    server: HostileServer, client_at: ClientAt, data: object, balance: str
) -> None:
    assert client_at(server.url_answering(http_response(envelope(data)))).credits() == Decimal(
        balance
    )
    assert server.received[0].path.endswith("/api/v1/chat/credit")


@pytest.mark.parametrize("data", [None, True, "", "many", "NaN", "1e999999", {}, [5]])
def test_a_balance_that_is_no_number_is_no_balance(
    server: HostileServer, client_at: ClientAt, data: object
) -> None:
    with pytest.raises(ServiceUnavailable):
        client_at(server.url_answering(http_response(envelope(data)))).credits()


def test_a_download_link_is_asked_for_by_the_files_address(
    server: HostileServer, client_at: ClientAt
) -> None:
    client = client_at(
        server.url_answering(http_response(envelope("https://files.example/d?signed=1")))
    )
    assert client.download_url("https://files.example/r.jpeg") == "https://files.example/d?signed=1"
    assert server.received[0].json == {"url": "https://files.example/r.jpeg"}


def test_a_download_link_for_a_foreign_file_is_refused_by_name(
    server: HostileServer, client_at: ClientAt
) -> None:
    client = client_at(
        server.url_answering(http_response(envelope(None, code=422, msg="url is wrong")))
    )
    with pytest.raises(InvalidRequest, match="url is wrong") as caught:
        client.download_url("https://other.example/r.jpeg")
    assert caught.value.field == "url"


@pytest.mark.parametrize("data", [None, "", "ftp://files.example/r", {}, 7])
def test_a_download_link_must_be_http(
    server: HostileServer, client_at: ClientAt, data: object
) -> None:
    with pytest.raises(ServiceUnavailable):
        client_at(server.url_answering(http_response(envelope(data)))).download_url(
            "https://files.example/r"
        )


def test_a_byte_order_mark_does_not_hide_an_envelope(
    server: HostileServer, client_at: ClientAt
) -> None:
    answer = b"\xef\xbb\xbf" + json.dumps({"code": 200, "data": 3}).encode()
    assert client_at(server.url_answering(http_response(answer))).credits() == 3
