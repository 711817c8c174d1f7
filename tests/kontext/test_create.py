"""A create is at most once: without a clear answer its outcome is unknown, never "failed"."""

import time
from pathlib import Path

import pytest

from components.kontext import (
    FeatureOff,
    GenerationRequest,
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
from tests.kontext.conftest import IMPATIENT_SECONDS, KEY, ClientAt
from tests.kontext.hostile import ACCEPTED, PAGE, TASK_ID, HostileServer, envelope, http

REQUEST = GenerationRequest(prompt="a red kite over dunes")


def test_a_create_returns_the_task_id_and_posts_the_body_with_the_key(
    server: HostileServer, client_at: ClientAt
) -> None:
    assert client_at(server.answering(http(ACCEPTED))).create(REQUEST) == TASK_ID
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", "/answer-0/api/v1/flux/kontext/generate")
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["content-type"] == "application/json"
    assert seen.json == REQUEST.body()


def test_each_create_opens_a_connection_of_its_own_and_asks_to_close_it(
    server: HostileServer, client_at: ClientAt
) -> None:
    client = client_at(server.answering(http(ACCEPTED)))
    client.create(REQUEST)
    client.create(REQUEST)
    assert [seen.connection for seen in server.seen] == [1, 2]
    assert {seen.headers["connection"] for seen in server.seen} == {"close"}


@pytest.mark.parametrize(
    "route",
    [
        "reset_after_request",
        "hang_up_after_request",
        "never_answer",
        "not_http",
        "cut_json",
        "cut_json_of_right_length",
        "cut_chunk",
        "broken_gzip",
        "drip_headers",
        "drip_body",
        "drip_last_body",
        "continue_for_ever",
        "endless_body",
    ],
)
def test_a_lost_answer_is_an_unknown_outcome_within_its_budget_and_is_never_sent_again(
    server: HostileServer, client_at: ClientAt, route: str
) -> None:
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown) as caught:
        client_at(server.at(route), IMPATIENT_SECONDS).create(REQUEST)
    assert time.monotonic() - began < 5
    assert caught.value.message
    assert len(server.seen) == 1


@pytest.mark.parametrize("route", ["cut_after_last_bracket", "kept_open_after_whole_json"])
def test_a_whole_envelope_keeps_its_task_id_though_the_connection_ends_badly(
    server: HostileServer, client_at: ClientAt, route: str
) -> None:
    assert client_at(server.at(route), IMPATIENT_SECONDS).create(REQUEST) == TASK_ID


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 500, 502, 503, 520, 530])
def test_a_page_of_html_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, status: int
) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        client_at(server.answering(http(PAGE, status=status, kind="text/html"))).create(REQUEST)
    assert caught.value.code == status


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, status: int
) -> None:
    elsewhere = server.answering(http(ACCEPTED))
    moved = http(ACCEPTED, status=status, headers={"Location": elsewhere})
    with pytest.raises(OutcomeUnknown):
        client_at(server.answering(moved)).create(REQUEST)
    assert len(server.seen) == 1


def test_no_more_than_a_megabyte_of_a_redirect_is_read(
    server: HostileServer, client_at: ClientAt
) -> None:
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown) as caught:
        client_at(server.at("endless_redirect"), patience_seconds=20).create(REQUEST)
    assert caught.value.code == 302
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"success"',
        b"200",
        b"{}",
        b"[" * 100_000,
        b'{"code": ' + b"9" * 5000 + b"}",
        b'{"code": NaN}',
        b"\xff\xfe\xfa",
        envelope(None),
        envelope([]),
        envelope(TASK_ID),
        envelope({}),
        envelope({"taskId": None}),
        envelope({"taskId": 7}),
        envelope({"taskId": ""}),
        envelope({"taskId": "  "}),
        envelope({"taskId": "a\nb"}),
        envelope({"taskId": "a" * 201}),
        envelope({"taskId": TASK_ID}, code=None),
        envelope({"taskId": TASK_ID}, code=True),
        envelope({"taskId": TASK_ID}, code=0),
        envelope({"taskId": TASK_ID}, code=201),
        envelope({"taskId": TASK_ID}, code=200.5),
    ],
)
def test_an_answer_without_a_clear_yes_or_no_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, body: bytes
) -> None:
    with pytest.raises(OutcomeUnknown):
        client_at(server.answering(http(body))).create(REQUEST)


@pytest.mark.parametrize("status", [304, 400, 401, 429, 500])
def test_a_yes_under_an_http_error_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, status: int
) -> None:
    with pytest.raises(OutcomeUnknown):
        client_at(server.answering(http(ACCEPTED, status=status))).create(REQUEST)


@pytest.mark.parametrize("code", [None, 0, 400, 402, 429, 455, 500, 504, 999])
@pytest.mark.parametrize("status", [200, 429, 500])
def test_a_no_that_names_a_task_is_an_unknown_outcome_and_tells_the_id(
    server: HostileServer, client_at: ClientAt, code: int | None, status: int
) -> None:
    answer = http(envelope({"taskId": TASK_ID}, code=code, msg="no"), status=status)
    with pytest.raises(OutcomeUnknown) as caught:
        client_at(server.answering(answer)).create(REQUEST)
    assert caught.value.task_id == TASK_ID


@pytest.mark.parametrize("task_id", ["task_flux_abc123", "7", "Ωμέγα", "a" * 200])
def test_a_task_id_may_have_any_shape(
    server: HostileServer, client_at: ClientAt, task_id: str
) -> None:
    assert client_at(server.answering(http(envelope({"taskId": task_id})))).create(REQUEST) == (
        task_id
    )


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
    answer = http(envelope(None, code=code, msg=text), status=status)
    with pytest.raises(KontextError) as caught:
        client_at(server.answering(answer)).create(REQUEST)
    assert type(caught.value) is error
    assert caught.value.code == int(str(code))
    if error is not InvalidRequest:
        assert caught.value.message == text


@pytest.mark.parametrize("code", [502, 503, 504, 520, 524, 530])
def test_a_gateways_code_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, code: int
) -> None:
    answer = http(envelope(None, code=code, msg="Gateway time-out"), status=200)
    with pytest.raises(OutcomeUnknown):
        client_at(server.answering(answer)).create(REQUEST)


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
        client_at(server.answering(http(envelope(None, code=code, msg=text)))).create(REQUEST)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("status", "error"), [(401, KeyRejected), (402, OutOfCredit), (429, RateLimited)]
)
def test_an_http_status_speaks_for_a_json_body_without_a_code(
    server: HostileServer, client_at: ClientAt, status: int, error: type[KontextError]
) -> None:
    with pytest.raises(error):
        client_at(server.answering(http(b'{"msg":"no"}', status=status))).create(REQUEST)


@pytest.mark.parametrize("status", [403, 404, 500, 502, 503])
def test_a_gateways_json_without_a_code_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, status: int
) -> None:
    with pytest.raises(OutcomeUnknown):
        client_at(server.answering(http(b'{"error":"x"}', status=status))).create(REQUEST)


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
    answer = http(PAGE, status=429, kind="text/html", headers={"Retry-After": header})
    with pytest.raises(RateLimited) as caught:
        client_at(server.answering(answer)).create(REQUEST)
    assert caught.value.retry_after_seconds == seconds
    assert len(server.seen) == 1


def test_a_netrc_entry_never_replaces_the_key(
    server: HostileServer,
    client_at: ClientAt,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client_at(server.answering(http(ACCEPTED))).create(REQUEST)
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_trailing_slash_of_the_base_url_is_tolerated(
    server: HostileServer, client_at: ClientAt
) -> None:
    client_at(server.answering(http(ACCEPTED)) + "/").create(REQUEST)
    assert server.seen[0].path == "/answer-0/api/v1/flux/kontext/generate"
