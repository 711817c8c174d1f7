"""A create is sent at most once: without a clear response its outcome is unknown."""

from pathlib import Path

import pytest

from components.kie import UnknownOutcomeError
from tests.integration.kie.conftest import API_KEY, REQUEST, TIMEOUT_S, MakeClient, outcomes
from tests.support.hostile_server import (
    ACCEPTED,
    HTML_PAGE,
    TASK_ID,
    HostileServer,
    envelope,
    http_response,
)
from tests.support.studio_fixture import wait_until


def test_create_posts_payload_with_key_and_returns_task_id(
    server: HostileServer, make_client: MakeClient
) -> None:
    assert make_client(server.url_answering(http_response(ACCEPTED))).create(REQUEST) == TASK_ID
    (request,) = server.received
    assert (request.method, request.path) == ("POST", "/response-0/api/v1/flux/kontext/generate")
    assert request.headers["authorization"] == f"Bearer {API_KEY}"
    assert request.headers["content-type"] == "application/json"
    assert request.json == REQUEST.to_payload()


def test_each_create_uses_a_new_connection_and_closes_it(
    server: HostileServer, make_client: MakeClient
) -> None:
    client = make_client(server.url_answering(http_response(ACCEPTED)))
    client.create(REQUEST)
    client.create(REQUEST)
    assert [request.connection for request in server.received] == [1, 2]
    assert {request.headers["connection"] for request in server.received} == {"close"}


def test_netrc_entry_does_not_replace_api_key(
    server: HostileServer,
    make_client: MakeClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    make_client(server.url_answering(http_response(ACCEPTED))).create(REQUEST)
    assert server.received[0].headers["authorization"] == f"Bearer {API_KEY}"


def test_base_url_may_end_with_a_slash(server: HostileServer, make_client: MakeClient) -> None:
    make_client(server.url_answering(http_response(ACCEPTED)) + "/").create(REQUEST)
    assert server.received[0].path == "/response-0/api/v1/flux/kontext/generate"


@pytest.mark.parametrize(
    "route",
    [
        "reset_after_request",
        "hang_up_after_request",
        "not_http",
        "cut_json",
        "cut_json_with_matching_length",
        "cut_chunk",
        "broken_gzip",
        "endless_body",
    ],
)
def test_lost_response_is_unknown_outcome_and_is_not_resent(
    server: HostileServer, make_client: MakeClient, route: str
) -> None:
    with pytest.raises(UnknownOutcomeError) as raised:
        make_client(server.url_of(route)).create(REQUEST)
    assert raised.value.message
    assert len(server.received) == 1


def test_response_that_never_ends_is_unknown_outcome_and_is_not_resent(
    server: HostileServer, make_client: MakeClient
) -> None:
    told = outcomes(
        lambda route: make_client(server.url_of(route), TIMEOUT_S).create(REQUEST),
        ["never_answer", "endless_continue", "drip_headers", "drip_body", "drip_closing_body"],
    )
    assert {route: type(error) for route, error in told.items()} == dict.fromkeys(
        told, UnknownOutcomeError
    )
    assert [told[route].message for route in ("never_answer", "endless_continue")] == [
        "no answer within 2 s"
    ] * 2
    assert all(error.message for error in told.values())
    wait_until(lambda: len(server.received) >= 5)
    assert sorted(request.path.split("/")[1] for request in server.received) == sorted(told)


def test_complete_envelope_counts_although_connection_fails(
    server: HostileServer, make_client: MakeClient
) -> None:
    routes = ["cut_after_last_bracket", "open_after_complete_json"]
    assert outcomes(
        lambda route: make_client(server.url_of(route), TIMEOUT_S).create(REQUEST), routes
    ) == dict.fromkeys(routes, TASK_ID)


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 500, 502, 503, 520, 530])
def test_html_page_is_unknown_outcome(
    server: HostileServer, make_client: MakeClient, status: int
) -> None:
    with pytest.raises(UnknownOutcomeError) as raised:
        make_client(
            server.url_answering(http_response(HTML_PAGE, status=status, content_type="text/html"))
        ).create(REQUEST)
    assert raised.value.code == status


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_not_followed_and_is_unknown_outcome(
    server: HostileServer, make_client: MakeClient, status: int
) -> None:
    target = server.url_answering(http_response(ACCEPTED))
    redirect = http_response(ACCEPTED, status=status, headers={"Location": target})
    with pytest.raises(UnknownOutcomeError):
        make_client(server.url_answering(redirect)).create(REQUEST)
    assert len(server.received) == 1


def test_endless_redirect_body_is_not_read_to_its_end(
    server: HostileServer, make_client: MakeClient
) -> None:
    longer_than_any_test_s = 3600
    with pytest.raises(UnknownOutcomeError) as raised:
        make_client(server.url_of("endless_redirect"), longer_than_any_test_s).create(REQUEST)
    assert raised.value.code == 302


AMBIGUOUS_BODIES = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "string": b'"success"',
    "number": b"200",
    "empty object": b"{}",
    "deep nesting": b"[" * 100_000,
    "huge code": b'{"code": ' + b"9" * 5000 + b"}",
    "code NaN": b'{"code": NaN}',
    "not UTF-8": b"\xff\xfe\xfa",
    "no data": envelope(None),
    "data is a list": envelope([]),
    "data is a string": envelope(TASK_ID),
    "no id": envelope({}),
    "id null": envelope({"taskId": None}),
    "id is a number": envelope({"taskId": 7}),
    "empty id": envelope({"taskId": ""}),
    "blank id": envelope({"taskId": "  "}),
    "id of two lines": envelope({"taskId": "a\nb"}),
    "id too long": envelope({"taskId": "a" * 201}),
    "code null": envelope({"taskId": TASK_ID}, code=None),
    "code true": envelope({"taskId": TASK_ID}, code=True),
    "code 0": envelope({"taskId": TASK_ID}, code=0),
    "code 201": envelope({"taskId": TASK_ID}, code=201),
    "code 200.5": envelope({"taskId": TASK_ID}, code=200.5),
}


@pytest.mark.parametrize("body", AMBIGUOUS_BODIES.values(), ids=AMBIGUOUS_BODIES)
def test_ambiguous_body_is_unknown_outcome(
    server: HostileServer, make_client: MakeClient, body: bytes
) -> None:
    with pytest.raises(UnknownOutcomeError):
        make_client(server.url_answering(http_response(body))).create(REQUEST)
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [304, 400, 401, 429, 500])
def test_success_code_with_http_error_is_unknown_outcome(
    server: HostileServer, make_client: MakeClient, status: int
) -> None:
    with pytest.raises(UnknownOutcomeError):
        make_client(server.url_answering(http_response(ACCEPTED, status=status))).create(REQUEST)


@pytest.mark.parametrize("code", [None, 0, 400, 402, 429, 455, 500, 504, 999])
@pytest.mark.parametrize("status", [200, 429, 500])
def test_error_with_task_id_is_unknown_outcome_and_keeps_the_id(
    server: HostileServer, make_client: MakeClient, code: int | None, status: int
) -> None:
    response = http_response(envelope({"taskId": TASK_ID}, code=code, msg="no"), status=status)
    with pytest.raises(UnknownOutcomeError) as raised:
        make_client(server.url_answering(response)).create(REQUEST)
    assert raised.value.task_id == TASK_ID


@pytest.mark.parametrize(
    "task_id",
    ["task_flux_abc123", "7", "Ωμέγα", "a" * 200],
    ids=["prefixed", "digit", "Greek", "200 letters"],
)
def test_task_id_may_have_any_format(
    server: HostileServer, make_client: MakeClient, task_id: str
) -> None:
    client = make_client(server.url_answering(http_response(envelope({"taskId": task_id}))))
    assert client.create(REQUEST) == task_id
