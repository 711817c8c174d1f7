"""Queries: every recorded form of a response is parsed, and an unclear one may be repeated."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from components.kie import (
    AuthenticationError,
    ConnectError,
    KieError,
    ProviderState,
    RateLimitError,
    ServerError,
    TaskNotFoundError,
    TaskStatus,
    UnavailableError,
    ValidationError,
)
from tests.integration.kie.conftest import API_KEY, TIMEOUT_S, MakeClient, outcomes
from tests.support.hostile_server import HTML_PAGE, TASK_ID, HostileServer, envelope, http_response
from tests.support.studio_fixture import wait_until


def record(**fields: Any) -> dict[str, Any]:
    """A `data` object as recorded from the live service, with `fields` changed."""
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
def query_status(server: HostileServer, make_client: MakeClient) -> Any:
    """Query a task whose record has these fields changed."""

    def query(**fields: Any) -> TaskStatus:
        response = http_response(envelope(record(**fields)))
        return make_client(server.url_answering(response)).query(TASK_ID)

    return query


def test_finished_task_status_has_all_fields(server: HostileServer, query_status: Any) -> None:
    assert query_status() == TaskStatus(
        task_id=TASK_ID,
        state=ProviderState.SUCCEEDED,
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
    assert server.received[0].headers["authorization"] == f"Bearer {API_KEY}"


@pytest.mark.parametrize(
    ("flag", "state"),
    [
        (0, ProviderState.GENERATING),
        (1, ProviderState.SUCCEEDED),
        (2, ProviderState.CREATE_FAILED),
        (3, ProviderState.GENERATE_FAILED),
        ("3", ProviderState.GENERATE_FAILED),
        (1.0, ProviderState.SUCCEEDED),
        (True, ProviderState.SUCCEEDED),
        (False, ProviderState.GENERATING),
        (7, ProviderState.UNKNOWN),
        (-1, ProviderState.UNKNOWN),
    ],
)
def test_success_flag_maps_to_state_and_undocumented_flag_to_unknown(
    query_status: Any, flag: object, state: ProviderState
) -> None:
    assert query_status(successFlag=flag).state is state


def test_failed_task_status_has_code_and_message(query_status: Any) -> None:
    status = query_status(successFlag=3, response=None, errorCode="400", errorMessage="flagged\nso")
    assert (status.error_code, status.error_message) == (400, "flagged so")
    assert status.result_url is None


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
def test_create_time_is_parsed_to_milliseconds(
    query_status: Any, value: object, milliseconds: int | None
) -> None:
    assert query_status(createTime=value).created_at_ms == milliseconds


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
def test_result_url_that_is_not_http_is_none(query_status: Any, response: object) -> None:
    assert query_status(response=response).result_url is None


@pytest.mark.parametrize("text", [None, "", "{", "[1]", "[" * 100_000, 7])
def test_unreadable_parameters_are_none(query_status: Any, text: object) -> None:
    assert query_status(paramJson=text).parameters is None


def test_record_without_task_id_belongs_to_the_queried_task(query_status: Any) -> None:
    assert query_status(taskId=None).task_id == TASK_ID


@pytest.mark.parametrize("task_id", ["another", 7, ""])
def test_record_of_another_task_is_unavailable_error(query_status: Any, task_id: object) -> None:
    with pytest.raises(UnavailableError):
        query_status(taskId=task_id)


@pytest.mark.parametrize("flag", [None, "done", "true", [], 0.5])
def test_record_without_readable_flag_is_unavailable_error(query_status: Any, flag: object) -> None:
    with pytest.raises(UnavailableError):
        query_status(successFlag=flag)


@pytest.mark.parametrize(
    "route",
    [
        "reset_after_request",
        "hang_up_after_request",
        "not_http",
        "cut_json",
        "cut_chunk",
        "broken_gzip",
        "endless_body",
    ],
)
def test_query_without_response_is_unavailable_error_and_is_sent_once(
    server: HostileServer, make_client: MakeClient, route: str
) -> None:
    with pytest.raises(UnavailableError):
        make_client(server.url_of(route)).query(TASK_ID)
    assert len(server.received) == 1


def test_query_that_never_ends_is_unavailable_error_and_is_sent_once(
    server: HostileServer, make_client: MakeClient
) -> None:
    told = outcomes(
        lambda route: make_client(server.url_of(route), TIMEOUT_S).query(TASK_ID),
        ["never_answer", "drip_headers", "drip_body"],
    )
    assert {route: isinstance(error, UnavailableError) for route, error in told.items()} == {
        "never_answer": True,
        "drip_headers": True,
        "drip_body": True,
    }
    wait_until(lambda: len(server.received) >= 3)
    assert sorted(request.path.split("/")[1] for request in server.received) == sorted(told)


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (http_response(HTML_PAGE, status=502, content_type="text/html"), UnavailableError),
        (http_response(HTML_PAGE, status=401, content_type="text/html"), UnavailableError),
        (http_response(b'{"message":"no route"}', status=404), UnavailableError),
        (http_response(b""), UnavailableError),
        (http_response(envelope(None)), UnavailableError),
        (http_response(envelope(record()), status=500), UnavailableError),
        (
            http_response(envelope(None, code=422, msg="The record does not exist")),
            TaskNotFoundError,
        ),
        (http_response(envelope(None, code=429)), RateLimitError),
        (http_response(envelope(None, code=401)), AuthenticationError),
        (
            http_response(b'{"code":401,"msg":"You do not have access permissions"}'),
            AuthenticationError,
        ),
        (http_response(envelope(None, code=500)), ServerError),
        (http_response(envelope(None, code=400)), ServerError),
    ],
)
def test_query_error_class_fits_the_response(
    server: HostileServer, make_client: MakeClient, response: bytes, error: type[KieError]
) -> None:
    with pytest.raises(KieError) as raised:
        make_client(server.url_answering(response)).query(TASK_ID)
    assert type(raised.value) is error


def test_query_connect_error_is_an_unavailable_error(
    make_client: MakeClient, closed_port: int
) -> None:
    with pytest.raises(ConnectError) as raised:
        make_client(f"http://127.0.0.1:{closed_port}").query(TASK_ID)
    assert isinstance(raised.value, UnavailableError)


@pytest.mark.parametrize("task_id", ["", " ", "a\nb", "a" * 201])
def test_invalid_task_id_is_not_sent(
    server: HostileServer, make_client: MakeClient, task_id: str
) -> None:
    with pytest.raises(ValidationError, match="Task ID"):
        make_client(server.url_answering(http_response(envelope(record())))).query(task_id)
    assert server.received == []


def test_task_id_is_percent_encoded(server: HostileServer, make_client: MakeClient) -> None:
    make_client(server.url_answering(http_response(envelope(record(taskId="a&b=c #1"))))).query(
        "a&b=c #1"
    )
    assert server.received[0].path.endswith("?taskId=a%26b%3Dc+%231")


def test_queries_share_a_connection_and_send_no_cookie(
    server: HostileServer, make_client: MakeClient
) -> None:
    response = http_response(envelope(record()), headers={"Set-Cookie": "who=me; Path=/"})
    client = make_client(server.url_answering(response))
    for _ in range(3):
        client.query(TASK_ID)
    assert [request.connection for request in server.received] == [1, 1, 1]
    assert not any("cookie" in request.headers for request in server.received)


def test_total_timeout_also_ends_a_query_on_a_reused_connection(
    server: HostileServer, make_client: MakeClient
) -> None:
    base_url = server.url_answering(http_response(envelope(record())), then="drip_body")
    client = make_client(base_url, TIMEOUT_S)
    client.query(TASK_ID)
    with pytest.raises(UnavailableError):
        client.query(TASK_ID)
    assert [request.connection for request in server.received] == [1, 1]


def test_threads_can_share_a_client(server: HostileServer, make_client: MakeClient) -> None:
    client = make_client(server.url_answering(http_response(envelope(record()))))
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(client.query, [TASK_ID] * 40))
    assert {status.state for status in statuses} == {ProviderState.SUCCEEDED}
    assert len(server.received) == 40
