"""A task of the sandbox: its request, its faults and its outcome."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Any, Self

from components.sandbox.create_request import CreateRequest
from components.sandbox.envelope import CONTENT_POLICY


class SuccessFlag(IntEnum):
    """`successFlag` of a record (docs/kie-api.md, Query)."""

    GENERATING = 0
    SUCCESS = 1
    CREATE_FAILED = 2
    GENERATE_FAILED = 3


@dataclass(frozen=True)
class Outcome:
    """A way to end without a picture."""

    flag: SuccessFlag
    code: int
    message: str


_FAILED, _NOT_CREATED = SuccessFlag.GENERATE_FAILED, SuccessFlag.CREATE_FAILED
OUTCOMES: Mapping[str, Outcome] = {
    "refused": Outcome(_FAILED, 400, CONTENT_POLICY),
    "create-failed": Outcome(_NOT_CREATED, 500, "The task could not be created upstream"),
    "generate-failed": Outcome(_FAILED, 501, "The generation of the image failed"),
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
    def forced_failure(self) -> Outcome | None:
        """Return the failure that a fault forces on the task, if any."""
        return next((OUTCOMES[name] for name in self.faults if name in OUTCOMES), None)

    @property
    def params(self) -> Any:
        """The create's JSON body, decoded."""
        return json.loads(self.param_json)

    def failed(self, end: Outcome) -> Self:
        """Return the task ended without a picture."""
        return replace(self, flag=end.flag, error_code=end.code, error_message=end.message)

    def to_json(self) -> str:
        """The task as text that `from_json` reads back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        fields = json.loads(text)
        faults, flag = tuple(fields["faults"]), SuccessFlag(fields["flag"])
        return cls(**{**fields, "faults": faults, "flag": flag})
