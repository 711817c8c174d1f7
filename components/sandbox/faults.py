"""The fault table, and the choice of which fault happens when.

A fault happens by its rate, or because a prompt asks for it by name: "sandbox:slow" or "[slow]".
`fault_responses` says what a fault does to a response, `record_info` what it does to a record.
"""

import random
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class FaultPoint(StrEnum):
    """When a fault may happen; the values are shown to users."""

    CREATE = "on a create, before anything is made"
    CREATE_OR_QUERY = (
        "on a create or a query, before anything is done; by name, on the first two creates"
    )
    REPLY = "on a create, once the task is made and paid"
    TASK = "once for a task, for its whole life"
    QUERY = "on each query; requested for by name, on a task's first three"
    DOWNLOAD = "on each download of a result"
    UPLOAD = "on each upload"


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour."""

    name: str
    point: FaultPoint
    description: str


_TABLE = (
    Fault(
        "refused-at-once", FaultPoint.CREATE, "the create is answered with code 400, nothing made"
    ),
    Fault("create-dropped", FaultPoint.CREATE, "the connection is reset, nothing made"),
    Fault("rate-limited", FaultPoint.CREATE_OR_QUERY, "code 429 in an envelope with HTTP 200"),
    Fault("rate-limited-http", FaultPoint.CREATE_OR_QUERY, "HTTP 429 with Retry-After"),
    Fault("no-credit-500", FaultPoint.CREATE, "the credits text under code 500"),
    Fault("maintenance", FaultPoint.CREATE_OR_QUERY, "code 455"),
    Fault("create-lost", FaultPoint.REPLY, "made and paid, then the connection is reset"),
    Fault("create-timeout", FaultPoint.REPLY, "made and paid, the answer is held for a long time"),
    Fault("create-html", FaultPoint.REPLY, "made and paid, the answer is a 502 page in HTML"),
    Fault("create-cut", FaultPoint.REPLY, "made and paid, the answer's JSON is cut in the middle"),
    Fault("create-no-id", FaultPoint.REPLY, "made and paid, the success has no taskId"),
    Fault("slow", FaultPoint.TASK, "takes five times as long"),
    Fault("refused", FaultPoint.TASK, "ends with flag 3, errorCode 400: content policy"),
    Fault("create-failed", FaultPoint.TASK, "ends with flag 2, errorCode 500"),
    Fault("generate-failed", FaultPoint.TASK, "ends with flag 3, errorCode 501"),
    Fault("no-result", FaultPoint.TASK, "ends with flag 1 but no resultImageUrl"),
    Fault("query-late", FaultPoint.TASK, "the record does not exist for 4 seconds after creation"),
    Fault("flag-back", FaultPoint.TASK, "flag 1 is shown once, then 0 once, then 1"),
    Fault("flag-unknown", FaultPoint.TASK, "flag 7 while it runs and on the first two looks after"),
    Fault("wrong-task", FaultPoint.TASK, "the first three looks show the record of another task"),
    Fault("iso-times", FaultPoint.TASK, "times are ISO-8601 text instead of milliseconds"),
    Fault("result-private-link", FaultPoint.TASK, "resultImageUrl points to a link-local address"),
    Fault("callback-duplicate", FaultPoint.TASK, "the callback comes twice"),
    Fault(
        "callback-early", FaultPoint.TASK, "the task ends and calls back before the create answers"
    ),
    Fault(
        "callback-forged", FaultPoint.TASK, "a false callback with a false signature comes first"
    ),
    Fault("query-html", FaultPoint.QUERY, "a query is answered with a 502 page in HTML"),
    Fault("query-cut", FaultPoint.QUERY, "the JSON of a query is cut in the middle"),
    Fault("query-500", FaultPoint.QUERY, "a query is answered with code 500"),
    Fault(
        "result-html", FaultPoint.DOWNLOAD, "HTTP 200 with a page in HTML instead of the picture"
    ),
    Fault("result-403", FaultPoint.DOWNLOAD, "HTTP 403"),
    Fault("result-404", FaultPoint.DOWNLOAD, "HTTP 404"),
    Fault("result-cut", FaultPoint.DOWNLOAD, "half of the promised bytes, then the end"),
    Fault("result-slow", FaultPoint.DOWNLOAD, "the bytes drip"),
    Fault("result-endless", FaultPoint.DOWNLOAD, "bytes without end"),
    Fault("result-mislabelled", FaultPoint.DOWNLOAD, "PNG bytes called image/jpeg, or the reverse"),
    Fault("upload-down", FaultPoint.UPLOAD, "HTTP 503 with a page in HTML"),
    Fault("upload-401", FaultPoint.UPLOAD, "HTTP 401"),
)
FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _TABLE}

_WORD = re.compile(r"\bsandbox:([a-z0-9-]*[a-z0-9])|\[([a-z0-9-]+)\]", re.IGNORECASE)
_REJECTED_CREATES = 2


class FaultsRejected(ValueError):
    """A fault is unknown, or a rate is not a number from 0 to 1; the message says which."""


class Faults:
    """The rates in force. Rates may be replaced from any thread at any time."""

    def __init__(self, rates: Mapping[str, float], seed: int | None) -> None:
        """Raises FaultsRejected."""
        self._dice = random.Random(seed)  # noqa: S311 - no secret
        self._tries: Counter[tuple[str, str]] = Counter()
        self.replace(rates)

    def replace(self, rates: Mapping[str, float]) -> None:
        """Put these rates in force; names left out fall to 0. Raises FaultsRejected."""
        for name, rate in rates.items():
            if name not in FAULTS:
                raise FaultsRejected(f"{name!r} is no fault; known are: {', '.join(FAULTS)}")
            if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
                raise FaultsRejected(f"the rate of {name} must be a number from 0 to 1")
        self._rates = {name: float(rate) for name, rate in rates.items() if rate}

    def rates(self) -> dict[str, float]:
        """The rates above 0."""
        return dict(self._rates)

    def choose(self, *points: FaultPoint, requested: Collection[str] = ()) -> str | None:
        """Return the fault that happens now: a requested one first, else one by its rate."""
        rates = self._rates
        names = [fault.name for fault in _TABLE if fault.point in points]
        for name in names:
            if name in requested:
                return name
        drawn = (name for name in names if name in rates and self._dice.random() < rates[name])
        return next(drawn, None)

    def faults_for_create(self, account: str, prompt: str) -> frozenset[str]:
        """Return the faults that a create's prompt names; a prompt is rejected at most twice.

        So a client that waits and sends again, as it should, gets its picture.
        """
        requested = faults_in_prompt(prompt)
        rejecting = {name for name in requested if FAULTS[name].point is FaultPoint.CREATE_OR_QUERY}
        if not rejecting:
            return requested
        self._tries[account, prompt] += 1
        return (
            requested
            if self._tries[account, prompt] <= _REJECTED_CREATES
            else requested - rejecting
        )

    def faults_for_task(self, requested: Collection[str]) -> tuple[str, ...]:
        """Return all faults of a new task: those its prompt names and those chosen by rate."""
        rates = self._rates
        drawn = {
            fault.name
            for fault in _TABLE
            if fault.point is FaultPoint.TASK
            and fault.name in rates
            and self._dice.random() < rates[fault.name]
        }
        return tuple(name for name in FAULTS if name in requested or name in drawn)


def faults_in_prompt(prompt: str) -> frozenset[str]:
    """Return the faults that a prompt names; unknown names are ordinary words."""
    found = {(match[1] or match[2]).lower() for match in _WORD.finditer(prompt)}
    return frozenset(found & FAULTS.keys())


def strip_fault_markers(prompt: str) -> str:
    """Return the prompt without the names of faults, as the renderer should read it."""

    def keep(match: re.Match[str]) -> str:
        return "" if (match[1] or match[2]).lower() in FAULTS else match[0]

    return _WORD.sub(keep, prompt).strip()
