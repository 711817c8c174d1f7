"""Verification of the provider's webhooks ("callbacks" in its documentation).

The body is not signed. A webhook only triggers a query, and the result is read from that query
(docs/kie-api.md, Callbacks).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from components.kie import parsing
from components.kie.errors import InvalidWebhookError

MAX_WEBHOOK_BYTES: Final = 64 * 1024
"""Far more than a documented webhook has (docs/kie-api.md, Callbacks)."""

_MAX_CLOCK_SKEW_SECONDS: Final = 300  # allowed difference between the two clocks
# Flux tasks send `taskId`; the vendor's guide on signatures reads `task_id`.
_TASK_ID_FIELDS: Final = ("taskId", "task_id", "recordId")


@dataclass(frozen=True)
class WebhookEvent:
    """The task to query. `code` is unsigned and cannot be trusted; None if unreadable."""

    task_id: str
    code: int | None


def verify_webhook(
    body: bytes, headers: Mapping[str, str], *, webhook_key: str | None, now: float
) -> WebhookEvent:
    """Return the task that a webhook names. `now`: unix seconds. Header names have any case.

    Without a `webhook_key` no signature is checked: then the URL must contain a secret.
    Raises InvalidWebhookError for a malformed body or one over 64 KB. With a `webhook_key`, also
    for a missing or wrong signature, or one more than 5 minutes from `now`.
    """
    if len(body) > MAX_WEBHOOK_BYTES:
        raise InvalidWebhookError("larger than 64 KB")
    envelope = parsing.parse_envelope(body)
    record = parsing.parse_object(envelope.data) if envelope is not None else None
    if envelope is None or record is None:
        raise InvalidWebhookError("no JSON envelope with data")
    task_ids = [record[name] for name in _TASK_ID_FIELDS if record.get(name) is not None]
    task_id = parsing.parse_task_id(task_ids[0]) if task_ids else None
    # The signature covers one id only.
    if task_id is None or any(other != task_id for other in task_ids):
        raise InvalidWebhookError("no usable task id, or more than one")
    if webhook_key is not None:
        _check_signature(task_id, headers, webhook_key=webhook_key, now=now)
    return WebhookEvent(task_id=task_id, code=envelope.code)


def _check_signature(
    task_id: str, headers: Mapping[str, str], *, webhook_key: str, now: float
) -> None:
    if not webhook_key:
        raise InvalidWebhookError("the webhook key is empty: anyone could sign with it")
    lowercase_headers = {name.lower(): value for name, value in headers.items()}
    timestamp = lowercase_headers.get("x-webhook-timestamp", "")
    signature = lowercase_headers.get("x-webhook-signature", "")
    if not timestamp or not signature:
        raise InvalidWebhookError("not signed")
    seconds = parsing.parse_int(timestamp)
    if seconds is None or abs(now - seconds) > _MAX_CLOCK_SKEW_SECONDS:
        raise InvalidWebhookError("signed too long ago, or in the future")
    signed_text = f"{task_id}.{timestamp}".encode()
    digest = hmac.new(webhook_key.encode(), signed_text, hashlib.sha256).digest()
    # As bytes: compare_digest raises TypeError for text that is not ASCII.
    if not hmac.compare_digest(base64.b64encode(digest), signature.encode(errors="replace")):
        raise InvalidWebhookError("wrong signature")
