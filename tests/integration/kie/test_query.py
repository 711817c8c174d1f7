"""Queries: read whatever their age and shape, asked again where unclear."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from components.kie import (
    InvalidRequest,
    KeyRejected,
    KontextError,
    NeverSent,
    Progress,
    RateLimited,
    ServiceFailed,
    ServiceUnavailable,
    TaskNotFound,
    TaskReport,
)
from tests.integration.kie.conftest import IMPATIENT_SECONDS, KEY, ClientAt
from tests.support.hostile_server import PAGE, TASK_ID, HostileServer, envelope, http_response


def record(**fields: Any) -> dict[str, Any]:
    """A record as recorded from the live service, with some fields changed."""
    return {
        "taskId": TASK_ID,
        "paramJson": '{"prompt":"a kite","safetyTolerance":2}',
        "successFlag": 1,
        "response": {
            "resultImageUrl": "https://files.example/r.jpeg",
            "originImageUrl": "https://upstream.example/o.jpeg",
        },
        "createTime": 1763845200000,
        "completeTime": 1763845212345,
        "errorCode": None,
        "errorMessage": None,
        **fields,
    }


@pytest.fixture
def report_of(server: HostileServer, client_at: ClientAt) -> Any:
    def ask(**fields: Any) -> TaskReport:
        return client_at(server.url_answering(http_response(envelope(record(**fields))))).query(
            TASK_ID
        )

    return ask


def test_a_finished_task_is_reported_whole(server: HostileServer, report_of: Any) -> None:
    assert report_of() == TaskReport(
        task_id=TASK_ID,
        progress=Progress.SUCCEEDED,
        result_url="https://files.example/r.jpeg",
        origin_url="https://upstream.example/o.jpeg",
        error_code=None,
        error_message=None,
        created_at_ms=1763845200000,
        completed_at_ms=1763845212345,
        parameters={"prompt": "a kite", "safetyTolerance": 2},
    )
    assert server.received[0].method == "GET"
    assert server.received[0].path.endswith(f"/api/v1/flux/kontext/record-info?taskId={TASK_ID}")
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("flag", "progress"),
    [
        (0, Progress.GENERATING),
        (1, Progress.SUCCEEDED),
        (2, Progress.CREATE_FAILED),
        (3, Progress.GENERATE_FAILED),
        ("3", Progress.GENERATE_FAILED),
        (1.0, Progress.SUCCEEDED),
        (7, Progress.UNKNOWN),
        (-1, Progress.UNKNOWN),
    ],
)
def test_every_flag_is_a_progress_and_an_undocumented_one_is_unknown(
    report_of: Any, flag: object, progress: Progress
) -> None:
    assert report_of(successFlag=flag).progress is progress


def test_a_failed_task_tells_its_code_and_words(report_of: Any) -> None:
    report = report_of(successFlag=3, response=None, errorCode="400", errorMessage="flagged\nso")
    assert (report.error_code, report.error_message) == (400, "flagged so")
    assert report.result_url is None


@pytest.mark.parametrize(
    ("value", "milliseconds"),
    [
        (1763845200123, 1763845200123),
        ("1763845200123", 1763845200123),
        (1763845200, 1763845200000),
        (1763845200.5, 1763845200500),
        ("2025-11-22T21:00:00Z", 1763845200000),
        ("2025-11-22T21:00:00.250+00:00", 1763845200250),
        ("2025-11-22T22:00:00+01:00", 1763845200000),
        ("2025-11-22 21:00:00", 1763845200000),
        (None, None),
        ("", None),
        ("soon", None),
        (True, None),
        (0, None),
        (-5, None),
        (10**30, None),
        ("0001-01-01T00:00:00+23:00", None),
        ([], None),
    ],
)
def test_times_are_read_as_milliseconds_in_every_form_seen(
    report_of: Any, value: object, milliseconds: int | None
) -> None:
    assert report_of(createTime=value).created_at_ms == milliseconds


@pytest.mark.parametrize(
    "response",
    [
        None,
        "",
        [],
        {},
        {"resultImageUrl": None},
        {"resultImageUrl": ""},
        {"resultImageUrl": "javascript:alert(1)"},
        {"resultImageUrl": "file:///etc/hosts"},
        {"resultImageUrl": "//files.example/r.jpeg"},
        {"resultImageUrl": ["https://files.example/r.jpeg"]},
    ],
)
def test_a_link_that_is_not_http_is_treated_as_absent(report_of: Any, response: object) -> None:
    assert report_of(response=response).result_url is None


@pytest.mark.parametrize("text", [None, "", "{", "[1]", "[" * 100_000, 7])
def test_parameters_that_cannot_be_read_are_none(report_of: Any, text: object) -> None:
    assert report_of(paramJson=text).parameters is None


def test_a_record_that_does_not_say_whose_it_is_is_taken_for_what_was_asked(
    report_of: Any,
) -> None:
    assert report_of(taskId=None).task_id == TASK_ID


@pytest.mark.parametrize("task_id", ["another", 7, ""])
def test_the_record_of_another_task_is_never_taken_for_this_one(
    report_of: Any, task_id: object
) -> None:
    with pytest.raises(ServiceUnavailable):
        report_of(taskId=task_id)


@pytest.mark.parametrize("flag", [None, True, "done", [], 0.5])
def test_a_record_without_a_readable_flag_may_be_asked_for_again(
    report_of: Any, flag: object
) -> None:
    with pytest.raises(ServiceUnavailable):
        report_of(successFlag=flag)


@pytest.mark.parametrize(
    "route",
    [
        "reset_after_request",
        "hang_up_after_request",
        "never_answer",
        "not_http",
        "cut_json",
        "cut_chunk",
        "broken_gzip",
        "drip_headers",
        "drip_body",
        "endless_body",
    ],
)
def test_a_query_without_an_answer_ends_in_its_budget_and_may_be_repeated(
    server: HostileServer, client_at: ClientAt, route: str
) -> None:
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        client_at(server.url_of(route), IMPATIENT_SECONDS).query(TASK_ID)
    assert time.monotonic() - began < 5
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http_response(PAGE, status=502, kind="text/html"), ServiceUnavailable),
        (http_response(PAGE, status=401, kind="text/html"), ServiceUnavailable),
        (http_response(b'{"message":"no route"}', status=404), ServiceUnavailable),
        (http_response(b""), ServiceUnavailable),
        (http_response(envelope(None)), ServiceUnavailable),
        (http_response(envelope(record()), status=500), ServiceUnavailable),
        (http_response(envelope(None, code=422, msg="The record does not exist")), TaskNotFound),
        (http_response(envelope(None, code=429)), RateLimited),
        (http_response(envelope(None, code=401)), KeyRejected),
        (http_response(b'{"code":401,"msg":"You do not have access permissions"}'), KeyRejected),
        (http_response(envelope(None, code=500)), ServiceFailed),
        (http_response(envelope(None, code=400)), ServiceFailed),
    ],
)
def test_a_query_that_fails_says_how(
    server: HostileServer, client_at: ClientAt, answer: bytes, error: type[KontextError]
) -> None:
    with pytest.raises(KontextError) as caught:
        client_at(server.url_answering(answer)).query(TASK_ID)
    assert type(caught.value) is error


def test_a_query_that_never_left_may_be_repeated_like_any_other(
    client_at: ClientAt, closed_port: int
) -> None:
    with pytest.raises(NeverSent) as caught:
        client_at(f"http://127.0.0.1:{closed_port}").query(TASK_ID)
    assert isinstance(caught.value, ServiceUnavailable)


@pytest.mark.parametrize("task_id", ["", " ", "a\nb", "a" * 201])
def test_an_id_that_cannot_be_one_is_not_asked_for(
    server: HostileServer, client_at: ClientAt, task_id: str
) -> None:
    with pytest.raises(InvalidRequest, match="Task ID"):
        client_at(server.url_answering(http_response(envelope(record())))).query(task_id)
    assert server.received == []


def test_an_id_of_odd_signs_is_escaped(server: HostileServer, client_at: ClientAt) -> None:
    client_at(server.url_answering(http_response(envelope(record(taskId="a&b=c #1"))))).query(
        "a&b=c #1"
    )
    assert server.received[0].path.endswith("?taskId=a%26b%3Dc+%231")


def test_questions_share_a_connection_and_no_cookie(
    server: HostileServer, client_at: ClientAt
) -> None:
    answer = http_response(envelope(record()), headers={"Set-Cookie": "who=me; Path=/"})
    client = client_at(server.url_answering(answer))
    for _ in range(3):
        client.query(TASK_ID)
    assert [seen.connection for seen in server.received] == [1, 1, 1]
    assert not any("cookie" in seen.headers for seen in server.received)


def test_a_connection_used_again_is_held_to_the_budget_too(
    server: HostileServer, client_at: ClientAt
) -> None:
    base_url = server.url_answering(http_response(envelope(record())), then="drip_body")
    client = client_at(base_url, 2 * IMPATIENT_SECONDS)
    client.query(TASK_ID)
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        client.query(TASK_ID)
    assert time.monotonic() - began < 5
    assert [seen.connection for seen in server.received] == [1, 1]


def test_one_client_serves_many_threads(server: HostileServer, client_at: ClientAt) -> None:
    client = client_at(server.url_answering(http_response(envelope(record()))))
    with ThreadPoolExecutor(8) as threads:
        reports = list(threads.map(client.query, [TASK_ID] * 40))
    assert {report.progress for report in reports} == {Progress.SUCCEEDED}
    assert len(server.received) == 40
