"""What the service says of one task at one moment, in our types."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from components.kie import parsing


class ProviderState(StrEnum):
    """How far a task has come: the service's `successFlag` (contract.md §3)."""

    GENERATING = "generating"
    SUCCEEDED = "succeeded"
    CREATE_FAILED = "create failed"
    GENERATE_FAILED = "generate failed"
    UNKNOWN = "unknown"
    """A flag nobody documented: keep asking."""


@dataclass(frozen=True)
class TaskStatus:
    """One answer of record-info (contract.md §3).

    `result_url`: the service's copy, good for 14 days; may be missing even on a success.
    `origin_url`: the same picture at the upstream, good for 10 minutes.
    `created_at_ms`, `completed_at_ms`: epoch milliseconds, UTC.
    `parameters`: the request as the service wrote it down, under its wire names.
    """

    task_id: str
    state: ProviderState
    result_url: str | None
    origin_url: str | None
    error_code: int | None
    error_message: str | None
    created_at_ms: int | None
    completed_at_ms: int | None
    parameters: Mapping[str, object] | None


_STATE_BY_FLAG = {
    0: ProviderState.GENERATING,
    1: ProviderState.SUCCEEDED,
    2: ProviderState.CREATE_FAILED,
    3: ProviderState.GENERATE_FAILED,
}


def parse_task_status(data: object, *, task_id: str, hide: str) -> TaskStatus | None:
    """The report in a query's `data`; None if it is of another task or of another shape.

    `hide`: the key, masked in the service's words.
    """
    record = parsing.parse_object(data)
    if record is None or record.get("taskId") not in (None, task_id):
        return None
    flag = parsing.parse_int(record.get("successFlag"))
    if flag is None:
        return None
    links = parsing.parse_object(record.get("response")) or {}
    return TaskStatus(
        task_id=task_id,
        state=_STATE_BY_FLAG.get(flag, ProviderState.UNKNOWN),
        result_url=parsing.parse_url(links.get("resultImageUrl")),
        origin_url=parsing.parse_url(links.get("originImageUrl")),
        error_code=parsing.parse_int(record.get("errorCode")),
        error_message=parsing.parse_message(record.get("errorMessage"), hide=hide) or None,
        created_at_ms=parsing.parse_timestamp_ms(record.get("createTime")),
        completed_at_ms=parsing.parse_timestamp_ms(record.get("completeTime")),
        parameters=parsing.parse_object(record.get("paramJson")),
    )
