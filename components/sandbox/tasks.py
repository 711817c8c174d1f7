"""A task of the sandbox: what was ordered, what it carries, and how it ended."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Any, Self

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


OUTCOMES: Mapping[str, Outcome] = {
    "refused": Outcome(SuccessFlag.GENERATE_FAILED, 400, CONTENT_POLICY),
    "create-failed": Outcome(
        SuccessFlag.CREATE_FAILED, 500, "The task could not be created upstream"
    ),
    "generate-failed": Outcome(
        SuccessFlag.GENERATE_FAILED, 501, "The generation of the image failed"
    ),
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One accepted create. Times are unix seconds, paths are on the sandbox's own host."""

    task_id: str
    account: str
    prompt: str
    model: str
    aspect_ratio: str | None
    output_format: str
    input_image: str | None
    callback_url: str | None
    param_json: str
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
        """How the task is bound to fail, if it is."""
        return next((OUTCOMES[name] for name in self.faults if name in OUTCOMES), None)

    @property
    def params(self) -> Any:
        """The create's JSON body, decoded."""
        return json.loads(self.param_json)

    def due_in(self, seconds: float) -> Self:
        """The same task, to end so many seconds after it was created."""
        return replace(self, due_at=self.created_at + seconds)

    def to_json(self) -> str:
        """The task as text that `from_json` reads back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        fields = json.loads(text)
        return cls(
            **{**fields, "faults": tuple(fields["faults"]), "flag": SuccessFlag(fields["flag"])}
        )
