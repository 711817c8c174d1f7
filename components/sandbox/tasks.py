"""A task of the sandbox: its request, its faults and its outcome."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Any, Self

from components.sandbox.create_request import CreateRequest
from components.sandbox.faults import FAULTS, FaultPoint


class SuccessFlag(IntEnum):
    """`successFlag` of a record (docs/kie-api.md, Query)."""

    GENERATING = 0
    SUCCESS = 1
    CREATE_FAILED = 2
    GENERATE_FAILED = 3


Failure = tuple[SuccessFlag, int, str]
"""How a task ends without a picture: its flag, error code and error message."""
FAILURES: Mapping[str, Failure] = {
    fault.name: (SuccessFlag(int(flag)), int(code), message)
    for fault in FAULTS.values()
    if fault.point is FaultPoint.TASK and fault.sends
    for flag, code, message in [fault.sends.split(" ", 2)]
}


@dataclass(frozen=True, kw_only=True)
class Task(CreateRequest):
    """An accepted create and what became of it. Times are unix seconds, paths our own host's."""

    task_id: str
    account: str
    paid: float
    faults: tuple[str, ...]
    seed: int
    base_url: str
    created_at: float
    due_at: float
    flag: SuccessFlag = SuccessFlag.GENERATING
    ended_at: float | None = None
    error_code: int | None = None
    error_message: str | None = None
    result_path: str | None = None
    origin_path: str | None = None
    callback_owed: bool = False

    @property
    def params(self) -> Any:
        """The create's JSON body, decoded."""
        return json.loads(self.param_json)

    def failed(self, flag: SuccessFlag, code: int, message: str) -> Self:
        """Return the task ended without a picture."""
        return replace(self, flag=flag, error_code=code, error_message=message)

    def to_json(self) -> str:
        """The task as text that `from_json` reads back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        fields = json.loads(text)
        faults, flag = tuple(fields["faults"]), SuccessFlag(fields["flag"])
        return cls(**{**fields, "faults": faults, "flag": flag})
