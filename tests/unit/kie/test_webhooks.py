"""Webhooks: accepted only if well formed and, with a webhook key, signed recently."""

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
WEBHOOK_KEY = "whsec-1"


def webhook_body(code: object = 200, **data: Any) -> bytes:
    return json.dumps({"code": code, "msg": "…", "data": data}).encode()


def signed_headers(task_id: str, *, at: float = NOW, key: str = WEBHOOK_KEY) -> dict[str, str]:
    timestamp = str(int(at))
    digest = hmac.digest(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256)
    return {
        "X-Webhook-Timestamp": timestamp,
        "X-Webhook-Signature": base64.b64encode(digest).decode(),
    }


def verify(body: bytes, headers: dict[str, str], key: str | None = WEBHOOK_KEY) -> WebhookEvent:
    return verify_webhook(body, headers, webhook_key=key, now=NOW)


@pytest.mark.parametrize("name", ["taskId", "task_id", "recordId"])
def test_task_id_may_have_any_of_three_field_names(name: str) -> None:
    assert verify(webhook_body(**{name: "t1"}), signed_headers("t1")) == WebhookEvent(
        task_id="t1", code=200
    )


@pytest.mark.parametrize(("code", "parsed"), [(501, 501), ("400", 400), (None, None), ([], None)])
def test_code_is_parsed_and_may_be_missing(code: object, parsed: int | None) -> None:
    assert verify(webhook_body(code, taskId="t1"), signed_headers("t1")).code == parsed


def test_header_names_may_have_any_case() -> None:
    headers = {name.upper(): value for name, value in signed_headers("t1").items()}
    assert verify(webhook_body(taskId="t1"), headers).task_id == "t1"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_timestamp_within_five_minutes_is_accepted(seconds: int) -> None:
    assert verify(webhook_body(taskId="t1"), signed_headers("t1", at=NOW + seconds)).task_id == "t1"


@pytest.mark.parametrize("seconds", [-301, 301, 10**12])
def test_timestamp_beyond_five_minutes_is_rejected(seconds: int) -> None:
    with pytest.raises(InvalidWebhookError, match="ago"):
        verify(webhook_body(taskId="t1"), signed_headers("t1", at=NOW + seconds))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Webhook-Timestamp": "1763845200"},
        {"X-Webhook-Signature": signed_headers("t1")["X-Webhook-Signature"]},
        {**signed_headers("t1"), "X-Webhook-Timestamp": "1763845201"},
        {**signed_headers("t1"), "X-Webhook-Timestamp": "now"},
        {**signed_headers("t1"), "X-Webhook-Timestamp": "nan"},
        {**signed_headers("t1"), "X-Webhook-Signature": "é" * 44},
        {**signed_headers("t1"), "X-Webhook-Signature": "\ud800"},
        signed_headers("t2"),
        signed_headers("t1", key="another"),
    ],
)
def test_missing_or_wrong_signature_is_rejected(headers: dict[str, str]) -> None:
    with pytest.raises(InvalidWebhookError):
        verify(webhook_body(taskId="t1"), headers)


def test_two_different_task_ids_are_rejected() -> None:
    with pytest.raises(InvalidWebhookError, match="more than one"):
        verify(webhook_body(taskId="mine", task_id="theirs"), signed_headers("theirs"))


def test_empty_webhook_key_rejects_every_webhook() -> None:
    with pytest.raises(InvalidWebhookError, match="empty"):
        verify(webhook_body(taskId="t1"), signed_headers("t1", key=""), key="")


def test_without_webhook_key_no_signature_is_required() -> None:
    assert verify(webhook_body(taskId="t1"), {}, key=None) == WebhookEvent(task_id="t1", code=200)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"data": null}',
        b'{"data": []}',
        webhook_body(),
        webhook_body(taskId=""),
        webhook_body(taskId=7),
        webhook_body(taskId="a" * 201),
        b'{"data": ' + b"[" * 50_000,
        webhook_body(taskId="t1", padding="x" * 65_536),
    ],
)
def test_malformed_or_oversized_body_is_rejected(body: bytes) -> None:
    with pytest.raises(InvalidWebhookError):
        verify(body, {}, key=None)


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=200), st.dictionaries(st.text(), st.text(), max_size=3))
def test_arbitrary_bytes_are_rejected_with_a_webhook_key(
    body: bytes, headers: dict[str, str]
) -> None:
    with pytest.raises(InvalidWebhookError):
        verify(body, headers)
