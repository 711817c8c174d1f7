"""docs/kie-api.md, Create: what a create takes, and what it refuses."""

import json
import re
from typing import Any

import pytest

from tests.integration.sandbox.conftest import Caller

SAFETY = "The security tolerance level is out of range and should be 0-2 or 0-6"


def test_a_create_answers_with_an_id_of_32_hex_digits(caller: Caller) -> None:
    answer = caller.send("[refused] a hill")
    assert answer.status_code == 200
    envelope = answer.json()
    assert (envelope["code"], envelope["msg"]) == (200, "success")
    assert list(envelope["data"]) == ["taskId"]
    assert re.fullmatch(r"[0-9a-f]{32}", envelope["data"]["taskId"])


def test_every_documented_field_is_taken_and_comes_back_in_param_json(caller: Caller) -> None:
    sent = {
        "prompt": "[refused] un château",
        "aspectRatio": "16:21",
        "model": "flux-kontext-max",
        "outputFormat": "png",
        "inputImage": "https://example.com/a.png",
        "enableTranslation": False,
        "promptUpsampling": True,
        "safetyTolerance": 0,
        "uploadCn": True,
        "watermark": "studio",
    }
    record = caller.record(caller.task(**sent))
    assert json.loads(record["paramJson"]) == sent


def test_null_and_empty_mean_the_default(caller: Caller) -> None:
    blank = {"aspectRatio": "", "inputImage": None, "callBackUrl": "", "safetyTolerance": None}
    assert caller.create("[refused]", **blank)["code"] == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", ""),
        ("prompt", "  "),
        ("prompt", 7),
        ("model", "flux-pro"),
        ("aspectRatio", "5:4"),
        ("aspectRatio", ["1:1"]),
        ("outputFormat", "webp"),
        ("inputImage", "data:image/png;base64,AAAA"),
        ("inputImage", "/etc/passwd"),
        ("callBackUrl", "ftp://example.com/"),
        ("enableTranslation", "yes"),
        ("promptUpsampling", 1),
        ("safetyTolerance", "2"),
        ("safetyTolerance", True),
        ("watermark", 5),
    ],
)
def test_a_wrong_field_is_a_422_that_names_it(caller: Caller, field: str, value: Any) -> None:
    before = caller.credit()
    envelope = caller.create(**{field: value})
    assert (envelope["code"], envelope["data"]) == (422, None)
    assert field in envelope["msg"]
    assert caller.credit() == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_a_422(caller: Caller, body: bytes) -> None:
    answer = caller.post("/api/v1/flux/kontext/generate", data=body)
    assert (answer.status_code, answer.json()["code"]) == (200, 422)


@pytest.mark.parametrize("safety", [0, 3, 6])
def test_safety_goes_to_six_without_an_input(caller: Caller, safety: int) -> None:
    assert caller.create("[refused]", safetyTolerance=safety)["code"] == 200


@pytest.mark.parametrize("safety", [-1, 7, 2.5, 10**400])
def test_safety_out_of_range_is_a_500_with_the_vendors_sentence(
    caller: Caller, safety: float
) -> None:
    envelope = caller.create(safetyTolerance=safety)
    assert envelope == {"code": 500, "msg": SAFETY, "data": None}


def test_safety_goes_to_two_with_an_input(caller: Caller) -> None:
    link = "https://example.com/a.png"
    assert caller.create("[refused]", inputImage=link, safetyTolerance=2)["code"] == 200
    assert caller.create("[refused]", inputImage=link, safetyTolerance=3)["msg"] == SAFETY


def test_half_a_surrogate_pair_in_a_prompt_breaks_nothing(caller: Caller) -> None:
    body = b'{"prompt": "[refused] a \\ud800 hill", "watermark": "\\udfff"}'
    answer = caller.post("/api/v1/flux/kontext/generate", data=body)
    record = caller.record(answer.json()["data"]["taskId"])
    assert json.loads(record["paramJson"])["prompt"] == "[refused] a \ud800 hill"


def test_a_disallowed_prompt_is_accepted_and_refused_on_record(caller: Caller) -> None:
    task_id = caller.task("a Nude statue")
    record = caller.ended(task_id)
    assert record["successFlag"] == 3
    assert record["errorCode"] == 400
    assert record["errorMessage"] == (
        "Your prompt was flagged by Website as violating content policies."
    )
    assert caller.query(task_id)["code"] == 200


def test_a_disallowed_word_within_another_word_is_allowed(caller: Caller) -> None:
    task_id = caller.task("the gorell family [generate-failed]")
    assert caller.ended(task_id)["errorCode"] == 501
