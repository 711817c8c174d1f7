"""Tasks and reports for the tests of this folder, complete but for what a test is about."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from components.kontext import GenerationRequest, Progress, TaskReport
from components.studio.tasks.task import Task

NOW = 1_760_000_000.0
SERVICE_ID = "e730dcfe4e5d59332daf52c08a960085"
RESULT = "https://pictures.example/result.jpeg"
ORIGIN = "https://pictures.example/origin.jpeg"


def a_task(prompt: str = "a hill", **fields: Any) -> Task:
    """A queued task; `fields` as of Task."""
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


def a_report(progress: Progress = Progress.GENERATING, **fields: Any) -> TaskReport:
    """What record-info says of the task that the service calls SERVICE_ID."""
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
