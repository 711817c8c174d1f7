"""A callback is a hint, believed only when it is well formed and, with a key, signed in time."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.kie import InvalidWebhookError, WebhookEvent, verify_webhook

NOW = 1_763_845_200.0
KEY = "whsec-1"


def body_of(code: object = 200, **data: Any) -> bytes:
    return json.dumps({"code": code, "msg": "…", "data": data}).encode()


def signed(task_id: str, *, at: float = NOW, key: str = KEY) -> dict[str, str]:
    stamp = str(int(at))
    digest = hmac.digest(key.encode(), f"{task_id}.{stamp}".encode(), hashlib.sha256)
    return {
        "X-Webhook-Timestamp": stamp,
        "X-Webhook-Signature": base64.b64encode(digest).decode(),
    }


def check(body: bytes, headers: dict[str, str], key: str | None = KEY) -> WebhookEvent:
    return verify_webhook(body, headers, webhook_key=key, now=NOW)


@pytest.mark.parametrize("name", ["taskId", "task_id", "recordId"])
def test_a_signed_callback_names_its_task_under_any_of_three_names(name: str) -> None:
    assert check(body_of(**{name: "t1"}), signed("t1")) == WebhookEvent(task_id="t1", code=200)


@pytest.mark.parametrize(("code", "read"), [(501, 501), ("400", 400), (None, None), ([], None)])
def test_the_code_is_only_what_the_sender_claims(code: object, read: int | None) -> None:
    assert check(body_of(code, taskId="t1"), signed("t1")).code == read


def test_header_names_may_have_any_case() -> None:
    headers = {name.upper(): value for name, value in signed("t1").items()}
    assert check(body_of(taskId="t1"), headers).task_id == "t1"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_of_clock_are_allowed(seconds: int) -> None:
    assert check(body_of(taskId="t1"), signed("t1", at=NOW + seconds)).task_id == "t1"


@pytest.mark.parametrize("seconds", [-301, 301, 10**12])
def test_a_signature_from_another_time_is_rejected(seconds: int) -> None:
    with pytest.raises(InvalidWebhookError, match="ago"):
        check(body_of(taskId="t1"), signed("t1", at=NOW + seconds))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Webhook-Timestamp": "1763845200"},
        {"X-Webhook-Signature": signed("t1")["X-Webhook-Signature"]},
        {**signed("t1"), "X-Webhook-Timestamp": "1763845201"},
        {**signed("t1"), "X-Webhook-Timestamp": "now"},
        {**signed("t1"), "X-Webhook-Timestamp": "nan"},
        {**signed("t1"), "X-Webhook-Signature": "é" * 44},
        {**signed("t1"), "X-Webhook-Signature": "\ud800"},
        signed("t2"),
        signed("t1", key="another"),
    ],
)
def test_a_callback_not_signed_for_this_task_is_rejected(headers: dict[str, str]) -> None:
    with pytest.raises(InvalidWebhookError):
        check(body_of(taskId="t1"), headers)


def test_a_signed_id_does_not_vouch_for_another_beside_it() -> None:
    with pytest.raises(InvalidWebhookError, match="more than one"):
        check(body_of(taskId="mine", task_id="theirs"), signed("theirs"))


def test_an_empty_webhook_key_trusts_nobody() -> None:
    with pytest.raises(InvalidWebhookError, match="empty"):
        check(body_of(taskId="t1"), signed("t1", key=""), key="")


def test_without_a_webhook_key_no_signature_is_asked_for() -> None:
    assert check(body_of(taskId="t1"), {}, key=None) == WebhookEvent(task_id="t1", code=200)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"data": null}',
        b'{"data": []}',
        body_of(),
        body_of(taskId=""),
        body_of(taskId=7),
        body_of(taskId="a" * 201),
        b'{"data": ' + b"[" * 50_000,
        body_of(taskId="t1", padding="x" * 65_536),
    ],
)
def test_a_malformed_or_oversized_callback_is_rejected(body: bytes) -> None:
    with pytest.raises(InvalidWebhookError):
        check(body, {}, key=None)


@settings(deadline=None)  # other work shares the machine
@given(st.binary(max_size=200), st.dictionaries(st.text(), st.text(), max_size=3))
def test_no_bytes_of_a_stranger_pass_a_key(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidWebhookError):
        check(body, headers)
