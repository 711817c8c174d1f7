"""Callbacks: body and signature (docs/kie-api.md, Callbacks)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from components.sandbox.record_info import result_links
from components.sandbox.tasks import SuccessFlag, Task

RETRIES = 3
"""How often a failed callback is sent again."""


def callback_body(task: Task) -> bytes:
    """The JSON of a callback for an ended task, its links in `data.info`."""
    if task.flag is SuccessFlag.SUCCESS:
        code, msg = 200, "BFL image generated successfully."
        info = result_links(task, task.base_url)
    else:
        code, msg = task.error_code or 500, task.error_message or "Internal Error"
        info = {"originImageUrl": "", "resultImageUrl": ""}
    return _json(code, msg, task.task_id, info)


def forged_body(task: Task) -> bytes:
    """A false success for a true task, whose picture is somewhere it should not be."""
    info = {"originImageUrl": "", "resultImageUrl": "http://169.254.169.254/forged.jpeg"}
    return _json(200, "BFL image generated successfully.", task.task_id, info)


def signature(key: str | None, task_id: str, now: float) -> dict[str, str]:
    """The two headers that sign a callback; none without a webhook key."""
    if key is None:
        return {}
    timestamp = str(int(now))
    digest = hmac.digest(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256)
    signed = base64.b64encode(digest).decode()
    return {"X-Webhook-Timestamp": timestamp, "X-Webhook-Signature": signed}


def _json(code: int, msg: str, task_id: str, info: Mapping[str, str | None]) -> bytes:
    data = {"taskId": task_id, "info": dict(info)}
    return json.dumps({"code": code, "msg": msg, "data": data}).encode()
