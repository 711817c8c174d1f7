"""The API key appears in no text, error or representation."""

import traceback

import pytest

from components.kie import (
    AuthenticationError,
    KieClient,
    KieError,
    ValidationError,
)
from tests.integration.kie.conftest import API_KEY, REQUEST, TIMEOUT_S, MakeClient, outcomes
from tests.support.hostile_server import HostileServer, envelope, http_response


@pytest.mark.parametrize(
    "key", ["", " ", "sk-1\n", "sk-1\r\nX-Evil: 1", "sk 1", "schlüssel", "sk-\ud800", "\x00"]
)
def test_unusable_key_is_rejected_without_showing_it(key: str) -> None:
    with pytest.raises(AuthenticationError) as raised:
        KieClient(api_key=key)
    assert not key.strip() or key.strip() not in str(raised.value)


@pytest.mark.parametrize("url", ["", "api.kie.ai", "ftp://api.kie.ai", "http://", "http://[::1"])
def test_invalid_base_url_is_rejected_by_name(url: str) -> None:
    with pytest.raises(ValidationError) as raised:
        KieClient(api_key=API_KEY, base_url=url)
    assert raised.value.field == "base_url"
    with pytest.raises(ValidationError) as raised:
        KieClient(api_key=API_KEY, upload_base_url=url)
    assert raised.value.field == "upload_base_url"


def test_client_repr_hides_the_key() -> None:
    with KieClient(api_key=API_KEY) as client:
        assert API_KEY not in repr(client) + str(client)


def test_provider_message_masks_the_key_and_is_at_most_500_characters(
    server: HostileServer, make_client: MakeClient
) -> None:
    echo = envelope(None, code=500, msg=f"Bearer {API_KEY} failed " + "x" * 2000)
    with pytest.raises(KieError) as raised:
        make_client(server.url_answering(http_response(echo))).create(REQUEST)
    assert raised.value.message.startswith("Bearer [key] failed x")
    assert len(raised.value.message) == 500


@pytest.mark.parametrize("route", ["reset_after_request", "not_http", "cut_json", "never_answer"])
def test_error_has_no_cause_that_could_hold_the_key(
    server: HostileServer, make_client: MakeClient, route: str
) -> None:
    client = make_client(server.url_of(route), TIMEOUT_S)
    calls = {"create": lambda: client.create(REQUEST), "credits": client.credits}
    for call, error in outcomes(lambda call: calls[call](), calls).items():
        assert isinstance(error, KieError), call
        assert error.__cause__ is None, call
        assert error.__context__ is None, call
        assert API_KEY not in "".join(traceback.format_exception(error)), call
