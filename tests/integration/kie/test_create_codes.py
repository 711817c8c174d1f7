"""What a code says of a create: the code in the body first, the HTTP status where it has none."""

import pytest

from components.kie import (
    FeatureOff,
    InvalidRequest,
    KeyRejected,
    KontextError,
    Maintenance,
    OutcomeUnknown,
    OutOfCredit,
    PromptRefused,
    RateLimited,
    ServiceFailed,
)
from tests.integration.kie.conftest import REQUEST, ClientAt
from tests.support.hostile_server import PAGE, HostileServer, envelope, http_response

CREDITS_TEXT = "Credits insufficient : Your current balance isn't sufficient to run this request."
SAFETY_TEXT = "The security tolerance level is out of range and should be 0-2 or 0-6"


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    ("code", "text", "error"),
    [
        (400, "Your prompt was flagged by Website as violating content policies.", PromptRefused),
        (401, "You do not have access permissions", KeyRejected),
        (402, CREDITS_TEXT, OutOfCredit),
        (500, CREDITS_TEXT, OutOfCredit),
        (500, SAFETY_TEXT, InvalidRequest),
        (404, "Not Found", InvalidRequest),
        (422, "aspectRatio is not supported", InvalidRequest),
        (408, "timeout", ServiceFailed),
        (429, "Your call frequency is too high. Please try again later.", RateLimited),
        ("429", "Your call frequency is too high. Please try again later.", RateLimited),
        (455, "maintenance", Maintenance),
        (500, "Server exception", ServiceFailed),
        (501, "generation failed", ServiceFailed),
        (505, "off", FeatureOff),
        (403, "?", OutcomeUnknown),
        (999, "?", OutcomeUnknown),
    ],
)
def test_the_code_of_the_body_decides_whatever_the_http_status(
    server: HostileServer,
    client_at: ClientAt,
    status: int,
    code: object,
    text: str,
    error: type[KontextError],
) -> None:
    answer = http_response(envelope(None, code=code, msg=text), status=status)
    with pytest.raises(KontextError) as caught:
        client_at(server.url_answering(answer)).create(REQUEST)
    assert type(caught.value) is error
    assert caught.value.code == int(str(code))
    if error is not InvalidRequest:
        assert caught.value.message == text


@pytest.mark.parametrize("code", [502, 503, 504, 520, 524, 530])
def test_a_gateways_code_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, code: int
) -> None:
    answer = http_response(envelope(None, code=code, msg="Gateway time-out"), status=200)
    with pytest.raises(OutcomeUnknown):
        client_at(server.url_answering(answer)).create(REQUEST)


@pytest.mark.parametrize(
    ("code", "text", "field"),
    [
        (500, SAFETY_TEXT, "safety_tolerance"),
        (422, "aspectRatio is not supported", "aspect_ratio"),
        (422, "inputImage must be a URL", "input_image"),
        (422, "prompt is required", "prompt"),
        (422, "This model is unknown", "model"),
        (422, "no", "request"),
    ],
)
def test_a_refused_field_is_named_where_the_service_names_it(
    server: HostileServer, client_at: ClientAt, code: int, text: str, field: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        client_at(server.url_answering(http_response(envelope(None, code=code, msg=text)))).create(
            REQUEST
        )
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("status", "error"), [(401, KeyRejected), (402, OutOfCredit), (429, RateLimited)]
)
def test_an_http_status_speaks_for_a_json_body_without_a_code(
    server: HostileServer, client_at: ClientAt, status: int, error: type[KontextError]
) -> None:
    with pytest.raises(error):
        client_at(server.url_answering(http_response(b'{"msg":"no"}', status=status))).create(
            REQUEST
        )


@pytest.mark.parametrize("status", [403, 404, 500, 502, 503])
def test_a_gateways_json_without_a_code_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, status: int
) -> None:
    with pytest.raises(OutcomeUnknown):
        client_at(server.url_answering(http_response(b'{"error":"x"}', status=status))).create(
            REQUEST
        )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("999999", 3600.0),
        ("nan", None),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ],
)
def test_a_429_page_is_a_rate_limit_with_the_wait_it_asks_for(
    server: HostileServer, client_at: ClientAt, header: str, seconds: float | None
) -> None:
    answer = http_response(PAGE, status=429, kind="text/html", headers={"Retry-After": header})
    with pytest.raises(RateLimited) as caught:
        client_at(server.url_answering(answer)).create(REQUEST)
    assert caught.value.retry_after_seconds == seconds
    assert len(server.received) == 1
