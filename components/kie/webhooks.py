"""Checks a callback of the service. It is a hint to look at a task now, and nothing else.

Its body is not signed, so the result is read from a query (contract.md §5).
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
"""Many times what a callback of the contract has (contract.md §5)."""

_MAX_CLOCK_SKEW_SECONDS: Final = 300  # how far the sender's clock may be from ours
_TASK_ID_FIELDS: Final = (
    "taskId",
    "task_id",
    "recordId",
)  # Flux sends the first, the guide the second


@dataclass(frozen=True)
class WebhookEvent:
    """Which task to look at. `code` is what the sender claims, unsigned; None if it is odd."""

    task_id: str
    code: int | None


def verify_webhook(
    body: bytes, headers: Mapping[str, str], *, webhook_key: str | None, now: float
) -> WebhookEvent:
    """The hint in a callback; `now` in unix seconds, header names in any case.

    Raises CallbackRejected: malformed, over 64 KB, or, with a `webhook_key`, not signed with it
    within 5 minutes of `now`. Without a key the address of the callback must be the secret.
    """
    if len(body) > MAX_WEBHOOK_BYTES:
        raise InvalidWebhookError("larger than 64 KB")
    envelope = parsing.parse_envelope(body)
    record = parsing.parse_object(envelope.data) if envelope is not None else None
    if envelope is None or record is None:
        raise InvalidWebhookError("no JSON envelope with data")
    named = [record[name] for name in _TASK_ID_FIELDS if record.get(name) is not None]
    task_id = parsing.parse_task_id(named[0]) if named else None
    if task_id is None or any(other != task_id for other in named):
        raise InvalidWebhookError("no usable task id, or more than one")
    if webhook_key is not None:
        _check_signature(task_id, headers, webhook_key=webhook_key, now=now)
    return WebhookEvent(task_id=task_id, code=envelope.code)


def _check_signature(
    task_id: str, headers: Mapping[str, str], *, webhook_key: str, now: float
) -> None:
    if not webhook_key:
        raise InvalidWebhookError("the webhook key is empty: anyone could sign with it")
    sent = {name.lower(): value for name, value in headers.items()}
    timestamp = sent.get("x-webhook-timestamp", "")
    signature = sent.get("x-webhook-signature", "")
    if not timestamp or not signature:
        raise InvalidWebhookError("not signed")
    seconds = parsing.parse_int(timestamp)
    if seconds is None or abs(now - seconds) > _MAX_CLOCK_SKEW_SECONDS:
        raise InvalidWebhookError("signed too long ago, or in the future")
    text = f"{task_id}.{timestamp}".encode()
    digest = hmac.new(webhook_key.encode(), text, hashlib.sha256).digest()
    # As bytes: compare_digest refuses text that is not ASCII.
    if not hmac.compare_digest(base64.b64encode(digest), signature.encode(errors="replace")):
        raise InvalidWebhookError("wrong signature")
