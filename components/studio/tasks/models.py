"""A task: its states, its failure reasons and its record.

`transitions.py` decides how it passes from one state to the next.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from urllib.parse import urlsplit

from components.kie import GenerationRequest


class TaskState(StrEnum):
    """State of a task. The values are stored: add, never rename."""

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
IN_PROGRESS = frozenset(
    {TaskState.QUEUED, TaskState.SUBMITTING, TaskState.GENERATING, TaskState.STORING}
)
"""What ends by itself: nobody is asked to do something about it."""
_STATE_BY_WORD = {state.value: state for state in TaskState}


def shown_state(word: str, *, has_image: bool) -> TaskState:
    """The state to show. A word of a later version is done with an image, else failed."""
    return _STATE_BY_WORD.get(word, TaskState.DONE if has_image else TaskState.FAILED)


class FailureReason(StrEnum):
    """Why a task waits or failed, one value per thing that a user can do. Values are stored."""

    CONTENT_POLICY = "policy"
    AUTH = "key"
    CREDITS = "credit"
    INVALID = "invalid"
    FEATURE_OFF = "feature_off"
    RATE_LIMITED = "busy"
    MAINTENANCE = "maintenance"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
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
    UPLOAD_REFUSED = "upload_refused"
    SOURCE_MISSING = "source_missing"
    DISK = "disk"
    INTERNAL = "ours"
    WITHDRAWN = "withdrawn"
    NOT_WATCHED = "not_watched"
    HELD = "held"


STOPPED_BY_USER = frozenset({FailureReason.WITHDRAWN, FailureReason.NOT_WATCHED})
"""What a user has done with a task that is stored as failed: nothing went wrong."""

NOT_CHARGED = frozenset(
    {
        FailureReason.AUTH,
        FailureReason.CREDITS,
        FailureReason.INVALID,
        FailureReason.RATE_LIMITED,
        FailureReason.MAINTENANCE,
        FailureReason.UNREACHABLE,
        FailureReason.CERTIFICATE,
        FailureReason.UPLOAD,
        FailureReason.UPLOAD_REFUSED,
        FailureReason.SOURCE_MISSING,
        FailureReason.WITHDRAWN,
    }
)
"""Failures of tasks that were certainly not charged for: nothing of theirs was made."""


def new_token() -> str:
    """An unguessable token for the task's webhook URL."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Failure:
    """Why a task waits or failed, with the provider's code and message if there are any."""

    reason: FailureReason
    code: int | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One requested image. Times are epoch seconds."""

    id: str
    """Ours: 32 hex digits. The id at the provider is `provider_id`."""
    user_id: str
    batch: str
    """Shared by the variants of one submission."""
    request: GenerationRequest
    """As typed. `input_image` and `callback_url` are filled in only when it is sent."""
    source_id: str | None = None
    """The image that is edited, or None for an image made from text alone."""
    token: str
    """Unguessable; part of the webhook URL."""
    price: Decimal
    """Credits expected when it was submitted."""
    created_at: float
    state: TaskState = TaskState.QUEUED
    """Or the word of a later version, which no rule changes."""
    failure: Failure | None = None
    provider_id: str | None = None
    sent_at: float | None = None
    """When its create was sent. Still set when it is queued to be sent a second time."""
    accepted_at: float | None = None
    polling_since: float | None = None
    finished_at: float | None = None
    result_url: str | None = None
    origin_url: str | None = None
    image_id: str | None = None
    retry_at: float = 0.0
    attempts: int = 0
    """Failed attempts of the current step: sends while queued, downloads while storing."""
    empty_successes: int = 0
    not_found_since: float | None = None

    @property
    def is_edit(self) -> bool:
        """Whether it changes an image instead of making one."""
        return self.source_id is not None

    @property
    def result_host(self) -> str:
        """The host that has the result; empty while none is known."""
        return urlsplit(self.result_url or "").netloc
