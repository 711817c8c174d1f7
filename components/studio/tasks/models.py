"""What a task is: its states, what may stand in its way, and the record that the ledger keeps.

How it passes from one state to the next is `life`'s.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from components.kie import GenerationRequest


class TaskState(StrEnum):
    """Where a task stands. The values are stored: add, never rename."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    GENERATING = "generating"
    STORING = "storing"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    STILL_RUNNING = "still_running"


FINAL = frozenset({TaskState.DONE, TaskState.REFUSED, TaskState.FAILED})
UNFINISHED = frozenset(TaskState) - FINAL


class FailureReason(StrEnum):
    """What stands in a task's way, one value per thing that a designer can do about it."""

    CONTENT_POLICY = "policy"
    AUTH = "key"
    CREDITS = "credit"
    INVALID = "invalid"
    FEATURE_OFF = "feature_off"
    RATE_LIMITED = "busy"
    MAINTENANCE = "maintenance"
    UNREACHABLE = "unreachable"
    SERVICE_FAILED = "service_failed"
    NO_RESPONSE = "no_answer"
    NOT_CREATED = "not_created"
    NOT_GENERATED = "not_generated"
    UNKNOWN_TASK = "unknown_task"
    UNVERIFIED_ID = "unproven"
    ID_MISMATCH = "wrong_task"
    UNKNOWN_STATUS = "odd_progress"
    NO_RESULT = "no_result"
    DOWNLOAD_FAILED = "result_lost"
    UPLOAD = "upload"
    SOURCE_MISSING = "source_missing"
    DISK = "disk"
    INTERNAL = "ours"


def new_token() -> str:
    """An unguessable name by which a callback calls a task."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Failure:
    """What stands in the way, with the service's own words where it gave any."""

    reason: FailureReason
    code: int | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One picture that a designer asked for. Times are epoch seconds."""

    id: str
    """Ours: 32 hex digits. The service's own id is `service_id`."""
    user_id: str
    batch: str
    """Shared by the variants of one press."""
    request: GenerationRequest
    """As typed. `input_image` and `callback_url` are filled in only when it is sent."""
    source_id: str | None = None
    """The picture that is edited, or None when a picture is made from words alone."""
    token: str
    """Unguessable; the service's callback bears it."""
    price: Decimal
    """Credits expected when it was asked for."""
    created_at: float
    state: TaskState = TaskState.QUEUED
    failure: Failure | None = None
    provider_id: str | None = None
    sent_at: float | None = None
    """When its create left. Still set in the queue: it left once, and is to be sent again."""
    accepted_at: float | None = None
    polling_since: float | None = None
    finished_at: float | None = None
    result_url: str | None = None
    origin_url: str | None = None
    image_id: str | None = None
    retry_at: float = 0.0
    attempts: int = 0
    """Failed tries of the current step: sends while queued, fetches while storing."""
    empty_successes: int = 0
    not_found_since: float | None = None

    @property
    def is_edit(self) -> bool:
        """Whether it changes a picture instead of making one."""
        return self.source_id is not None
