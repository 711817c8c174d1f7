"""A create is at most once: without a clear answer its outcome is unknown, never "failed"."""

import time
from pathlib import Path

import pytest

from components.kie import OutcomeUnknown
from tests.integration.kie.conftest import IMPATIENT_SECONDS, KEY, REQUEST, ClientAt
from tests.support.hostile_server import (
    ACCEPTED,
    PAGE,
    TASK_ID,
    HostileServer,
    envelope,
    http_response,
)


def test_a_create_returns_the_task_id_and_posts_the_body_with_the_key(
    server: HostileServer, client_at: ClientAt
) -> None:
    assert client_at(server.url_answering(http_response(ACCEPTED))).create(REQUEST) == TASK_ID
    (seen,) = server.received
    assert (seen.method, seen.path) == ("POST", "/answer-0/api/v1/flux/kontext/generate")
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["content-type"] == "application/json"
    assert seen.json == REQUEST.body()


def test_each_create_opens_a_connection_of_its_own_and_asks_to_close_it(
    server: HostileServer, client_at: ClientAt
) -> None:
    client = client_at(server.url_answering(http_response(ACCEPTED)))
    client.create(REQUEST)
    client.create(REQUEST)
    assert [seen.connection for seen in server.received] == [1, 2]
    assert {seen.headers["connection"] for seen in server.received} == {"close"}


def test_a_netrc_entry_never_replaces_the_key(
    server: HostileServer,
    client_at: ClientAt,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client_at(server.url_answering(http_response(ACCEPTED))).create(REQUEST)
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_trailing_slash_of_the_base_url_is_tolerated(
    server: HostileServer, client_at: ClientAt
) -> None:
    client_at(server.url_answering(http_response(ACCEPTED)) + "/").create(REQUEST)
    assert server.received[0].path == "/answer-0/api/v1/flux/kontext/generate"


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
        client_at(server.url_of(route), IMPATIENT_SECONDS).create(REQUEST)
    assert time.monotonic() - began < 5
    assert caught.value.message
    assert len(server.received) == 1


@pytest.mark.parametrize("route", ["cut_after_last_bracket", "kept_open_after_whole_json"])
def test_a_whole_envelope_keeps_its_task_id_though_the_connection_ends_badly(
    server: HostileServer, client_at: ClientAt, route: str
) -> None:
    assert client_at(server.url_of(route), IMPATIENT_SECONDS).create(REQUEST) == TASK_ID


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 500, 502, 503, 520, 530])
def test_a_page_of_html_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, status: int
) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        client_at(
            server.url_answering(http_response(PAGE, status=status, kind="text/html"))
        ).create(REQUEST)
    assert caught.value.code == status


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, status: int
) -> None:
    elsewhere = server.url_answering(http_response(ACCEPTED))
    moved = http_response(ACCEPTED, status=status, headers={"Location": elsewhere})
    with pytest.raises(OutcomeUnknown):
        client_at(server.url_answering(moved)).create(REQUEST)
    assert len(server.received) == 1


def test_no_more_than_a_megabyte_of_a_redirect_is_read(
    server: HostileServer, client_at: ClientAt
) -> None:
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown) as caught:
        client_at(server.url_of("endless_redirect"), patience_seconds=20).create(REQUEST)
    assert caught.value.code == 302
    assert time.monotonic() - began < 10


UNCLEAR = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a word": b'"success"',
    "a number": b"200",
    "an empty object": b"{}",
    "deep nesting": b"[" * 100_000,
    "a huge code": b'{"code": ' + b"9" * 5000 + b"}",
    "a code of NaN": b'{"code": NaN}',
    "no text": b"\xff\xfe\xfa",
    "no data": envelope(None),
    "data in a list": envelope([]),
    "data in a word": envelope(TASK_ID),
    "no id": envelope({}),
    "an id of null": envelope({"taskId": None}),
    "a number for an id": envelope({"taskId": 7}),
    "an empty id": envelope({"taskId": ""}),
    "a blank id": envelope({"taskId": "  "}),
    "an id of two lines": envelope({"taskId": "a\nb"}),
    "an id too long": envelope({"taskId": "a" * 201}),
    "a code of null": envelope({"taskId": TASK_ID}, code=None),
    "a code of true": envelope({"taskId": TASK_ID}, code=True),
    "code 0": envelope({"taskId": TASK_ID}, code=0),
    "code 201": envelope({"taskId": TASK_ID}, code=201),
    "code 200.5": envelope({"taskId": TASK_ID}, code=200.5),
}


@pytest.mark.parametrize("body", UNCLEAR.values(), ids=UNCLEAR)
def test_an_answer_without_a_clear_yes_or_no_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, body: bytes
) -> None:
    with pytest.raises(OutcomeUnknown):
        client_at(server.url_answering(http_response(body))).create(REQUEST)
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [304, 400, 401, 429, 500])
def test_a_yes_under_an_http_error_is_an_unknown_outcome(
    server: HostileServer, client_at: ClientAt, status: int
) -> None:
    with pytest.raises(OutcomeUnknown):
        client_at(server.url_answering(http_response(ACCEPTED, status=status))).create(REQUEST)


@pytest.mark.parametrize("code", [None, 0, 400, 402, 429, 455, 500, 504, 999])
@pytest.mark.parametrize("status", [200, 429, 500])
def test_a_no_that_names_a_task_is_an_unknown_outcome_and_tells_the_id(
    server: HostileServer, client_at: ClientAt, code: int | None, status: int
) -> None:
    answer = http_response(envelope({"taskId": TASK_ID}, code=code, msg="no"), status=status)
    with pytest.raises(OutcomeUnknown) as caught:
        client_at(server.url_answering(answer)).create(REQUEST)
    assert caught.value.task_id == TASK_ID


@pytest.mark.parametrize(
    "task_id",
    ["task_flux_abc123", "7", "Ωμέγα", "a" * 200],
    ids=["words", "a digit", "Greek", "200 letters"],
)
def test_a_task_id_may_have_any_shape(
    server: HostileServer, client_at: ClientAt, task_id: str
) -> None:
    assert client_at(server.url_answering(http_response(envelope({"taskId": task_id})))).create(
        REQUEST
    ) == (task_id)
