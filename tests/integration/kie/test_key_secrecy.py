"""The key is shown to the service and to nobody else."""

import traceback

import pytest

from components.kie import (
    GenerationRequest,
    InvalidRequest,
    KeyRejected,
    KontextClient,
    KontextError,
)
from tests.integration.kie.conftest import IMPATIENT_SECONDS, KEY, ClientAt
from tests.support.hostile_server import HostileServer, envelope, http_response

REQUEST = GenerationRequest(prompt="a kite")


@pytest.mark.parametrize(
    "key", ["", " ", "sk-1\n", "sk-1\r\nX-Evil: 1", "sk 1", "schlüssel", "sk-\ud800", "\x00"]
)
def test_a_key_no_header_can_carry_is_rejected_without_showing_it(key: str) -> None:
    with pytest.raises(KeyRejected) as caught:
        KontextClient(api_key=key)
    assert not key.strip() or key.strip() not in str(caught.value)


@pytest.mark.parametrize("url", ["", "api.kie.ai", "ftp://api.kie.ai", "http://", "http://[::1"])
def test_a_base_url_that_is_no_web_address_is_refused_by_name(url: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        KontextClient(api_key=KEY, base_url=url)
    assert caught.value.field == "base_url"
    with pytest.raises(InvalidRequest) as caught:
        KontextClient(api_key=KEY, upload_base_url=url)
    assert caught.value.field == "upload_base_url"


def test_a_client_does_not_show_its_key() -> None:
    with KontextClient(api_key=KEY) as client:
        assert KEY not in repr(client) + str(client)


def test_words_of_the_service_never_repeat_the_key_and_stay_short(
    server: HostileServer, client_at: ClientAt
) -> None:
    echo = envelope(None, code=500, msg=f"Bearer {KEY} failed " + "x" * 2000)
    with pytest.raises(KontextError) as caught:
        client_at(server.url_answering(http_response(echo))).create(REQUEST)
    assert caught.value.message.startswith("Bearer [key] failed x")
    assert len(caught.value.message) == 500


@pytest.mark.parametrize("route", ["reset_after_request", "never_answer", "not_http", "cut_json"])
def test_an_error_carries_no_other_exception_that_could_hold_the_key(
    server: HostileServer, client_at: ClientAt, route: str
) -> None:
    client = client_at(server.url_of(route), IMPATIENT_SECONDS)
    for call in (lambda: client.create(REQUEST), client.credits):
        with pytest.raises(KontextError) as caught:
            call()
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
        assert KEY not in "".join(traceback.format_exception(caught.value))
