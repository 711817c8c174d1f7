"""Errors of a create by code: the body's code decides, or the HTTP status if it has none."""

import pytest

from components.kie import (
    AuthenticationError,
    ContentPolicyError,
    FeatureDisabledError,
    InsufficientCreditsError,
    KieError,
    MaintenanceError,
    RateLimitError,
    ServerError,
    UnknownOutcomeError,
    ValidationError,
)
from tests.integration.kie.conftest import REQUEST, MakeClient
from tests.support.hostile_server import (
    HTML_PAGE,
    TASK_ID,
    HostileServer,
    envelope,
    http_response,
)

CREDITS_TEXT = "Credits insufficient : Your current balance isn't sufficient to run this request."
SAFETY_TEXT = "The security tolerance level is out of range and should be 0-2 or 0-6"


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    ("code", "text", "error"),
    [
        (
            400,
            "Your prompt was flagged by Website as violating content policies.",
            ContentPolicyError,
        ),
        (401, "You do not have access permissions", AuthenticationError),
        (402, CREDITS_TEXT, InsufficientCreditsError),
        (500, CREDITS_TEXT, InsufficientCreditsError),
        (500, SAFETY_TEXT, ValidationError),
        (404, "Not Found", ValidationError),
        (422, "aspectRatio is not supported", ValidationError),
        (408, "timeout", ServerError),
        (429, "Your call frequency is too high. Please try again later.", RateLimitError),
        ("429", "Your call frequency is too high. Please try again later.", RateLimitError),
        (455, "maintenance", MaintenanceError),
        (500, "Server exception", ServerError),
        (501, "generation failed", ServerError),
        (505, "off", FeatureDisabledError),
        (403, "?", UnknownOutcomeError),
        (999, "?", UnknownOutcomeError),
    ],
)
def test_body_code_decides_whatever_the_http_status(
    server: HostileServer,
    make_client: MakeClient,
    status: int,
    code: object,
    text: str,
    error: type[KieError],
) -> None:
    response = http_response(envelope(None, code=code, msg=text), status=status)
    with pytest.raises(KieError) as raised:
        make_client(server.url_answering(response)).create(REQUEST)
    assert type(raised.value) is error
    assert raised.value.code == int(str(code))
    if error is not ValidationError:
        assert raised.value.message == text


@pytest.mark.parametrize("code", [502, 503, 504, 520, 524, 530])
def test_gateway_code_is_unknown_outcome(
    server: HostileServer, make_client: MakeClient, code: int
) -> None:
    response = http_response(envelope(None, code=code, msg="Gateway time-out"), status=200)
    with pytest.raises(UnknownOutcomeError):
        make_client(server.url_answering(response)).create(REQUEST)


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
def test_validation_error_names_the_field_in_the_message(
    server: HostileServer, make_client: MakeClient, code: int, text: str, field: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        make_client(
            server.url_answering(http_response(envelope(None, code=code, msg=text)))
        ).create(REQUEST)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, AuthenticationError), (402, InsufficientCreditsError), (429, RateLimitError)],
)
def test_http_status_decides_for_json_without_code(
    server: HostileServer, make_client: MakeClient, status: int, error: type[KieError]
) -> None:
    with pytest.raises(error):
        make_client(server.url_answering(http_response(b'{"msg":"no"}', status=status))).create(
            REQUEST
        )


@pytest.mark.parametrize("status", [403, 404, 500, 502, 503])
def test_gateway_json_without_code_is_unknown_outcome(
    server: HostileServer, make_client: MakeClient, status: int
) -> None:
    with pytest.raises(UnknownOutcomeError):
        make_client(server.url_answering(http_response(b'{"error":"x"}', status=status))).create(
            REQUEST
        )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("86400", 86400.0),
        ("999999999", 604800.0),
        ("nan", None),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ],
)
def test_http_429_page_is_rate_limit_error_with_retry_after(
    server: HostileServer, make_client: MakeClient, header: str, seconds: float | None
) -> None:
    response = http_response(
        HTML_PAGE, status=429, content_type="text/html", headers={"Retry-After": header}
    )
    with pytest.raises(RateLimitError) as raised:
        make_client(server.url_answering(response)).create(REQUEST)
    assert raised.value.retry_after_seconds == seconds
    assert len(server.received) == 1


LONG = "x" * 3_000_000


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (envelope(LONG, code=429, msg="slower"), RateLimitError),
        (envelope(LONG, code=400, msg="flagged"), ContentPolicyError),
        (envelope(LONG, code=500, msg=CREDITS_TEXT), InsufficientCreditsError),
        (envelope(None, code=401, msg=LONG), AuthenticationError),
        (b' {"success": false, "code": "455", "msg": "' + LONG.encode(), MaintenanceError),
    ],
    ids=["429", "400", "credits", "long message", "success first"],
)
def test_code_of_a_body_over_the_limit_is_understood(
    server: HostileServer, make_client: MakeClient, body: bytes, error: type[KieError]
) -> None:
    with pytest.raises(KieError) as raised:
        make_client(server.url_answering(http_response(body))).create(REQUEST)
    assert type(raised.value) is error
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize(
    "body",
    [
        envelope({"taskId": TASK_ID, "more": LONG}, code=429),
        envelope({"taskId": TASK_ID, "more": LONG}, code=200),
        b'{"data": "taskId' + envelope(LONG, code=429),
    ],
    ids=["429", "200", "unreadable"],
)
def test_body_over_the_limit_that_mentions_a_task_is_unknown_outcome(
    server: HostileServer, make_client: MakeClient, status: int, body: bytes
) -> None:
    with pytest.raises(UnknownOutcomeError):
        make_client(server.url_answering(http_response(body, status=status))).create(REQUEST)


@pytest.mark.parametrize(
    "body",
    [
        envelope(LONG),
        b'{"data": "' + LONG.encode(),
        b'{"data": {"code": 429}, "msg": "' + LONG.encode(),
        b'["code", 429, "' + LONG.encode(),
        b',"code": 429, "msg": "' + LONG.encode(),
        b'{"code": 429 "msg": "' + LONG.encode(),
        b'{"code": ' + b"4" * 2_000_000,
        b'{"code"' + b" " * 2_000_000,
        b"<html>" + LONG.encode(),
    ],
    ids=["200", "no code", "deeper", "list", "comma", "not JSON", "cut number", "cut key", "HTML"],
)
def test_body_over_the_limit_without_a_code_is_unknown_outcome(
    server: HostileServer, make_client: MakeClient, body: bytes
) -> None:
    with pytest.raises(UnknownOutcomeError):
        make_client(server.url_answering(http_response(body))).create(REQUEST)
