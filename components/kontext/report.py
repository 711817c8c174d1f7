"""What the service says of one task at one moment, in our types."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Progress(StrEnum):
    """How far a task has come: the service's `successFlag` (contract.md §3)."""

    GENERATING = "generating"
    SUCCEEDED = "succeeded"
    CREATE_FAILED = "create failed"
    GENERATE_FAILED = "generate failed"
    UNKNOWN = "unknown"
    """A flag nobody documented: keep asking."""


@dataclass(frozen=True)
class TaskReport:
    """One answer of record-info (contract.md §3).

    `result_url`: the service's copy, good for 14 days; may be missing even on a success.
    `origin_url`: the same picture at the upstream, good for 10 minutes.
    `created_at_ms`, `completed_at_ms`: epoch milliseconds, UTC.
    `parameters`: the request as the service wrote it down, under its wire names.
    """

    task_id: str
    progress: Progress
    result_url: str | None
    origin_url: str | None
    error_code: int | None
    error_message: str | None
    created_at_ms: int | None
    completed_at_ms: int | None
    parameters: Mapping[str, object] | None
