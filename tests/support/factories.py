"""Build tasks and status reports with defaults for all that a test does not set."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from components.kie import GenerationRequest, Progress, TaskReport
from components.studio.tasks.models import Obstacle, State, Task, Trouble

NOW = 1_760_000_000.0
SERVICE_ID = "e730dcfe4e5d59332daf52c08a960085"
RESULT_URL = "https://pictures.example/result.jpeg"
ORIGIN_URL = "https://pictures.example/origin.jpeg"


def make_task(prompt: str = "a hill", **fields: Any) -> Task:
    """A queued task; `fields` are those of the class."""
    values: dict[str, Any] = {
        "id": uuid.uuid4().hex,
        "designer": "d" * 32,
        "batch": uuid.uuid4().hex,
        "request": GenerationRequest(prompt=prompt),
        "token": uuid.uuid4().hex,
        "price": Decimal(5),
        "created_at": NOW,
    }
    return Task(**{**values, **fields})


def make_status(progress: Progress = Progress.GENERATING, **fields: Any) -> TaskReport:
    """The status that record-info gives of the task with the id SERVICE_ID."""
    values: dict[str, Any] = {
        "task_id": SERVICE_ID,
        "progress": progress,
        "result_url": None,
        "origin_url": None,
        "error_code": None,
        "error_message": None,
        "created_at_ms": None,
        "completed_at_ms": None,
        "parameters": None,
    }
    return TaskReport(**{**values, **fields})


def failure_reason(task: Task) -> Trouble | None:
    """Why the last step of the task failed, if it did."""
    return task.obstacle.trouble if task.obstacle else None


def error_name(value: object) -> str | None:
    """The class name of an error, as the id of a test case; None for other values."""
    return type(value).__name__ if isinstance(value, Exception) else None


SUBMITTING_TASK = make_task(state=State.SUBMITTING, sent_at=NOW)
UNCONFIRMED_TASK = make_task(
    state=State.UNCONFIRMED, sent_at=NOW, obstacle=Obstacle(Trouble.NO_ANSWER)
)
GENERATING_TASK = make_task(
    state=State.GENERATING, service_id=SERVICE_ID, accepted_at=NOW, watched_since=NOW, sent_at=NOW
)
STORING_TASK = make_task(
    state=State.STORING,
    service_id=SERVICE_ID,
    accepted_at=NOW,
    watched_since=NOW,
    result_url=RESULT_URL,
)
