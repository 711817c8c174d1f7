"""What the service says of one task at one moment, in our types."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from components.kie import parsing


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


_PROGRESS = {
    0: Progress.GENERATING,
    1: Progress.SUCCEEDED,
    2: Progress.CREATE_FAILED,
    3: Progress.GENERATE_FAILED,
}


def read_report(data: object, *, task_id: str, hide: str) -> TaskReport | None:
    """The report in a query's `data`; None if it is of another task or of another shape.

    `hide`: the key, masked in the service's words.
    """
    record = parsing.mapping(data)
    if record is None or record.get("taskId") not in (None, task_id):
        return None
    flag = parsing.whole_number(record.get("successFlag"))
    if flag is None:
        return None
    links = parsing.mapping(record.get("response")) or {}
    return TaskReport(
        task_id=task_id,
        progress=_PROGRESS.get(flag, Progress.UNKNOWN),
        result_url=parsing.link(links.get("resultImageUrl")),
        origin_url=parsing.link(links.get("originImageUrl")),
        error_code=parsing.whole_number(record.get("errorCode")),
        error_message=parsing.words(record.get("errorMessage"), hide=hide) or None,
        created_at_ms=parsing.time_ms(record.get("createTime")),
        completed_at_ms=parsing.time_ms(record.get("completeTime")),
        parameters=parsing.mapping(record.get("paramJson")),
    )
