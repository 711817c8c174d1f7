"""Build tasks and status reports with defaults for all that a test does not set."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from components.kie import GenerationRequest, ProviderState, TaskStatus
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState

NOW = 1_760_000_000.0
PROVIDER_ID = "e730dcfe4e5d59332daf52c08a960085"
RESULT_URL = "https://pictures.example/result.jpeg"
ORIGIN_URL = "https://pictures.example/origin.jpeg"


def make_task(prompt: str = "a hill", **fields: Any) -> Task:
    """A queued task; `fields` are those of the class."""
    values: dict[str, Any] = {
        "id": uuid.uuid4().hex,
        "user_id": "d" * 32,
        "batch": uuid.uuid4().hex,
        "request": GenerationRequest(prompt=prompt),
        "token": uuid.uuid4().hex,
        "price": Decimal(5),
        "created_at": NOW,
    }
    return Task(**{**values, **fields})


def make_status(state: ProviderState = ProviderState.GENERATING, **fields: Any) -> TaskStatus:
    """The status that record-info gives of the task with the id PROVIDER_ID."""
    values: dict[str, Any] = {
        "task_id": PROVIDER_ID,
        "state": state,
        "result_url": None,
        "origin_url": None,
        "error_code": None,
        "error_message": None,
        "created_at_ms": None,
        "completed_at_ms": None,
        "parameters": None,
    }
    return TaskStatus(**{**values, **fields})


def failure_reason(task: Task) -> FailureReason | None:
    """Why the last step of the task failed, if it did."""
    return task.failure.reason if task.failure else None


def error_name(value: object) -> str | None:
    """The class name of an error, as the id of a test case; None for other values."""
    return type(value).__name__ if isinstance(value, Exception) else None


SUBMITTING_TASK = make_task(state=TaskState.SUBMITTING, sent_at=NOW)
UNCONFIRMED_TASK = make_task(
    state=TaskState.UNCONFIRMED, sent_at=NOW, failure=Failure(FailureReason.NO_RESPONSE)
)
GENERATING_TASK = make_task(
    state=TaskState.GENERATING,
    provider_id=PROVIDER_ID,
    accepted_at=NOW,
    polling_since=NOW,
    sent_at=NOW,
)
STORING_TASK = make_task(
    state=TaskState.STORING,
    provider_id=PROVIDER_ID,
    accepted_at=NOW,
    polling_since=NOW,
    result_url=RESULT_URL,
)
