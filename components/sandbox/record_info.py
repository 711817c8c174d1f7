"""What a query shows of a task (docs/kie-api.md, Query), and how its faults change that."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from components.sandbox.envelope import NO_RECORD, ApiError
from components.sandbox.tasks import SuccessFlag, Task

FAULTY_QUERIES = 3
"""How many queries of a task show a fault that later queries no longer show."""
_UNDOCUMENTED_FLAG = 7
_PRIVATE_LINK = "http://169.254.169.254/latest/meta-data/picture.jpeg"


@dataclass(frozen=True)
class QueryCount:
    """How often a task was queried, the present query included."""

    total: int
    after_end: int


def record_info_data(task: Task, count: QueryCount, now: float, base_url: str) -> dict[str, Any]:
    """The `data` of a query at this moment, its links under `base_url`.

    Raises ApiError (422) while the fault "query-late" hides the task.
    """
    if "query-late" in task.faults and now < task.created_at + 4:
        raise ApiError(422, NO_RECORD)
    flag = _shown_flag(task, count)
    ended = flag in (SuccessFlag.SUCCESS, SuccessFlag.CREATE_FAILED, SuccessFlag.GENERATE_FAILED)
    return {
        "taskId": task.task_id,
        "paramJson": task.param_json,
        "successFlag": flag,
        "response": result_links(task, base_url) if flag == SuccessFlag.SUCCESS else None,
        "createTime": _time(task.created_at, task),
        "completeTime": _time(task.ended_at, task) if ended else None,
        "errorCode": task.error_code if ended else None,
        "errorMessage": task.error_message if ended else None,
    }


def result_links(task: Task, base_url: str) -> dict[str, str | None]:
    """The two links of a finished picture; both null when it has none (docs/kie-api.md, Query)."""
    if task.result_path is None or task.origin_path is None:
        return {"originImageUrl": None, "resultImageUrl": None}
    private = "result-private-link" in task.faults
    return {
        "originImageUrl": base_url + task.origin_path,
        "resultImageUrl": _PRIVATE_LINK if private else base_url + task.result_path,
    }


def _shown_flag(task: Task, count: QueryCount) -> int:
    if task.flag is SuccessFlag.GENERATING or count.after_end < FAULTY_QUERIES:
        if "flag-unknown" in task.faults:
            return _UNDOCUMENTED_FLAG
        if "flag-back" in task.faults and count.after_end == 2:
            return SuccessFlag.GENERATING
    return task.flag


def _time(seconds: float | None, task: Task) -> int | str | None:
    if seconds is None:
        return None
    if "iso-times" in task.faults:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return round(seconds * 1000)
