"""The fault table, and the choice of which fault happens when.

A fault happens by its rate, or because a prompt asks for it by name: "sandbox:slow" or "[slow]".
`fault_responses` says what a fault does to a response, `record_info` what it does to a record,
`task_runner` and `task_api` what it does to a task.
"""

import random
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from components.sandbox.renderer.canvas import table


class FaultPoint(StrEnum):
    """When a fault may happen; the values are shown to users."""

    CREATE = "on a create, before anything is made"
    CREATE_OR_QUERY = "on a create or a query, before anything is done; by name, on two creates"
    REPLY = "on a create, once the task is made and paid"
    TASK = "once for a task, for its whole life"
    QUERY = "on each query; by name, on a task's first three"
    DOWNLOAD = "on each download of a result"
    UPLOAD = "on each upload"


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour."""

    name: str
    point: FaultPoint
    description: str
    sends: str
    """What is sent instead of the response, or how a task fails (see `faults.txt`), if anything."""


FAULTS: Mapping[str, Fault] = {
    name: Fault(name, FaultPoint[point.upper()], what, sends)
    for name, (line,) in table("faults.txt", Path(__file__).parent).items()
    for point, what, sends in [map(str.strip, line.split("|"))]
}
_WORD = re.compile(r"\bsandbox:([a-z0-9-]*[a-z0-9])|\[([a-z0-9-]+)\]", re.IGNORECASE)


class FaultsRejected(ValueError):
    """A fault is unknown, or a rate is not a number from 0 to 1; the message says which."""


class Faults:
    """The rates in force, those above 0. Rates may be replaced from any thread at any time."""

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
        self.rates = {name: float(rate) for name, rate in rates.items() if rate}

    def choose(self, *points: FaultPoint, requested: Collection[str] = ()) -> str | None:
        """Return the fault that happens now: a requested one first, else one by its rate."""
        names = [fault.name for fault in FAULTS.values() if fault.point in points]
        asked = (name for name in names if name in requested)
        return next(asked, None) or next(self._by_rate(names), None)

    def _by_rate(self, names: Iterable[str]) -> Iterator[str]:
        rates = self.rates
        return (name for name in names if name in rates and self._dice.random() < rates[name])

    def faults_for_create(self, account: str, prompt: str) -> frozenset[str]:
        """Return the faults that a create's prompt names; a prompt is rejected at most twice.

        So a client that waits and sends again, as it should, gets its picture.
        """
        requested = faults_in_prompt(prompt)
        rejecting = {name for name in requested if FAULTS[name].point is FaultPoint.CREATE_OR_QUERY}
        if not rejecting:
            return requested
        self._tries[account, prompt] += 1
        again = self._tries[account, prompt] <= 2
        return requested if again else requested - rejecting

    def faults_for_task(self, requested: Collection[str]) -> tuple[str, ...]:
        """Return all faults of a new task: those its prompt names and those chosen by rate."""
        names = [fault.name for fault in FAULTS.values() if fault.point is FaultPoint.TASK]
        chosen = {*requested, *self._by_rate(names)}
        return tuple(name for name in FAULTS if name in chosen)


def faults_in_prompt(prompt: str) -> frozenset[str]:
    """Return the faults that a prompt names; unknown names are ordinary words."""
    found = {(match[1] or match[2]).lower() for match in _WORD.finditer(prompt)}
    return frozenset(found & FAULTS.keys())


def strip_fault_markers(prompt: str) -> str:
    """Return the prompt without the names of faults, as the renderer should read it."""
    return _WORD.sub(lambda m: "" if (m[1] or m[2]).lower() in FAULTS else m[0], prompt).strip()
