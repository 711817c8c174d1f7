"""Any response is parsed or raises a KieError, and never one that allows a resend by mistake."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.kie import (
    ConnectError,
    KieError,
    RateLimitError,
    UnavailableError,
    UnknownOutcomeError,
    parsing,
)
from components.kie.error_mapping import Endpoint, parse_response
from components.kie.models import parse_task_status
from components.kie.transport import HttpResponse
from components.kie.uploads import parse_uploaded_file

fuzz_settings = settings(deadline=None, max_examples=60)  # the machine may be busy

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["200", "NaN", "1e400", "http://[", "https://files.example/a", "\ud800"])
)
keys = st.sampled_from(
    [
        "code",
        "msg",
        "data",
        "taskId",
        "successFlag",
        "response",
        "resultImageUrl",
        "originImageUrl",
        "paramJson",
        "errorCode",
        "errorMessage",
        "createTime",
        "completeTime",
        "downloadUrl",
        "fileSize",
    ]
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner), max_leaves=12
)
codes = st.sampled_from([0, 200, 201, 302, 400, 401, 402, 404, 408, 422, 429, 455, 500, 501, 505])
statuses = st.sampled_from([200, 201, 302, 400, 401, 402, 403, 404, 422, 429, 500, 502, 503])
envelopes = st.fixed_dictionaries({}, optional={"code": codes | scalars, "msg": values}) | values


@pytest.mark.parametrize("endpoint", Endpoint)
@fuzz_settings
@given(body=envelopes, status=statuses)
@example(body={"code": 200, "data": {"taskId": "t"}}, status=429)
def test_any_json_is_data_or_a_kie_error(endpoint: Endpoint, body: object, status: int) -> None:
    raw = json.dumps(body).encode()
    raised: KieError | None = None
    try:
        parse_response(HttpResponse(status, {}, raw), endpoint, secret="sk-1")
    except KieError as error:
        raised = error
    if raised is None:
        assert 200 <= status < 300
        assert isinstance(body, dict)
        assert float(body["code"]) == 200
    elif isinstance(raised, RateLimitError):  # it allows a resend, so it needs an explicit 429
        envelope = parsing.parse_envelope(raw)
        assert status == 429 or (envelope is not None and envelope.code == 429)
    elif endpoint is Endpoint.CREATE:
        assert not isinstance(raised, UnavailableError)
    else:
        assert not isinstance(raised, ConnectError | UnknownOutcomeError)


@fuzz_settings
@given(values)
def test_any_query_or_upload_data_is_parsed_or_none(data: Any) -> None:
    status = parse_task_status(data, task_id="t1", secret="sk-1")
    if status is not None:
        for url in (status.result_url, status.origin_url):
            assert url is None or url.startswith(("http://", "https://"))
        assert isinstance(status.error_code, int | None)
    uploaded = parse_uploaded_file(data, secret="sk-1")
    assert uploaded is None or uploaded.download_url.startswith(("http://", "https://"))


@fuzz_settings
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_an_envelope_or_none(body: bytes) -> None:
    envelope = parsing.parse_envelope(body)
    assert envelope is None or isinstance(envelope, parsing.Envelope)
