"""Every way the sandbox can misbehave, in one table, and the draw that decides when it does.

A fault strikes by its rate, or because a prompt asks for it by name: "sandbox:slow" or "[slow]".
What a fault does to an answer is in `breakage`, what it does to a task's record in `record`.
"""

import random
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Moment(StrEnum):
    """When a fault is drawn."""

    BEFORE = "on a create, before anything is made"
    EITHER = "on a create or a query, before anything is done; by name, on the first two creates"
    ANSWER = "on a create, once the task is made and paid"
    FATE = "once for a task, for its whole life"
    LOOK = "on each query; asked for by name, on a task's first three"
    DOWNLOAD = "on each download of a result"
    UPLOAD = "on each upload"


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour."""

    name: str
    moment: Moment
    description: str


_TABLE = (
    Fault("refused-at-once", Moment.BEFORE, "the create is answered with code 400, nothing made"),
    Fault("create-dropped", Moment.BEFORE, "the connection is reset, nothing made"),
    Fault("rate-limited", Moment.EITHER, "code 429 in an envelope with HTTP 200"),
    Fault("rate-limited-http", Moment.EITHER, "HTTP 429 with Retry-After"),
    Fault("no-credit-500", Moment.BEFORE, "the credits text under code 500"),
    Fault("maintenance", Moment.EITHER, "code 455"),
    Fault("create-lost", Moment.ANSWER, "made and paid, then the connection is reset"),
    Fault("create-timeout", Moment.ANSWER, "made and paid, the answer is held for a long time"),
    Fault("create-html", Moment.ANSWER, "made and paid, the answer is a 502 page in HTML"),
    Fault("create-cut", Moment.ANSWER, "made and paid, the answer's JSON is cut in the middle"),
    Fault("create-no-id", Moment.ANSWER, "made and paid, the success has no taskId"),
    Fault("slow", Moment.FATE, "takes five times as long"),
    Fault("refused", Moment.FATE, "ends with flag 3, errorCode 400: content policy"),
    Fault("create-failed", Moment.FATE, "ends with flag 2, errorCode 500"),
    Fault("generate-failed", Moment.FATE, "ends with flag 3, errorCode 501"),
    Fault("no-result", Moment.FATE, "ends with flag 1 but no resultImageUrl"),
    Fault("query-late", Moment.FATE, "the record does not exist for 4 seconds after creation"),
    Fault("flag-back", Moment.FATE, "flag 1 is shown once, then 0 once, then 1"),
    Fault("flag-unknown", Moment.FATE, "flag 7 while it runs and on the first two looks after"),
    Fault("wrong-task", Moment.FATE, "the first three looks show the record of another task"),
    Fault("iso-times", Moment.FATE, "times are ISO-8601 text instead of milliseconds"),
    Fault("result-private-link", Moment.FATE, "resultImageUrl points to a link-local address"),
    Fault("callback-duplicate", Moment.FATE, "the callback comes twice"),
    Fault("callback-early", Moment.FATE, "the task ends and calls back before the create answers"),
    Fault("callback-forged", Moment.FATE, "a false callback with a false signature comes first"),
    Fault("query-html", Moment.LOOK, "a query is answered with a 502 page in HTML"),
    Fault("query-cut", Moment.LOOK, "the JSON of a query is cut in the middle"),
    Fault("query-500", Moment.LOOK, "a query is answered with code 500"),
    Fault("result-html", Moment.DOWNLOAD, "HTTP 200 with a page in HTML instead of the picture"),
    Fault("result-403", Moment.DOWNLOAD, "HTTP 403"),
    Fault("result-404", Moment.DOWNLOAD, "HTTP 404"),
    Fault("result-cut", Moment.DOWNLOAD, "half of the promised bytes, then the end"),
    Fault("result-slow", Moment.DOWNLOAD, "the bytes drip"),
    Fault("result-endless", Moment.DOWNLOAD, "bytes without end"),
    Fault("result-mislabelled", Moment.DOWNLOAD, "PNG bytes called image/jpeg, or the reverse"),
    Fault("upload-down", Moment.UPLOAD, "HTTP 503 with a page in HTML"),
    Fault("upload-401", Moment.UPLOAD, "HTTP 401"),
)
FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _TABLE}

_WORD = re.compile(r"\bsandbox:([a-z0-9-]*[a-z0-9])|\[([a-z0-9-]+)\]", re.IGNORECASE)
_TURNED_AWAY = 2


class FaultsRejected(ValueError):
    """A fault is unknown, or a rate is not a number from 0 to 1; the message says which."""


class Faults:
    """The rates in force. Rates may be replaced from any thread at any time."""

    def __init__(self, rates: Mapping[str, float], seed: int | None) -> None:
        """Raises FaultsRejected."""
        self._dice = random.Random(seed)  # noqa: S311 - a draw of faults is no secret
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

    def strike(self, *moments: Moment, asked: Collection[str] = ()) -> str | None:
        """The fault that strikes now: an asked one before a drawn one, in the table's order."""
        rates = self._rates
        here = [fault.name for fault in _TABLE if fault.moment in moments]
        for name in here:
            if name in asked:
                return name
        drawn = (name for name in here if name in rates and self._dice.random() < rates[name])
        return next(drawn, None)

    def asked_of(self, account: str, prompt: str) -> frozenset[str]:
        """The faults this create asks for; a prompt is turned away only twice, then let in.

        So a client that waits and sends again, as it should, gets its picture.
        """
        asked = asked_for(prompt)
        turned_away = {name for name in asked if FAULTS[name].moment is Moment.EITHER}
        if not turned_away:
            return asked
        self._tries[account, prompt] += 1
        return asked if self._tries[account, prompt] <= _TURNED_AWAY else asked - turned_away

    def fate(self, asked: Collection[str]) -> tuple[str, ...]:
        """All that a task carries: what its prompt asked for and what its fate drew."""
        rates = self._rates
        drawn = {
            fault.name
            for fault in _TABLE
            if fault.moment is Moment.FATE
            and fault.name in rates
            and self._dice.random() < rates[fault.name]
        }
        return tuple(name for name in FAULTS if name in asked or name in drawn)


def asked_for(prompt: str) -> frozenset[str]:
    """The faults that a prompt asks for by name; unknown names are ordinary words."""
    found = {(match[1] or match[2]).lower() for match in _WORD.finditer(prompt)}
    return frozenset(found & FAULTS.keys())


def without_asking(prompt: str) -> str:
    """The prompt as the painter should read it, without the names of faults."""

    def keep(match: re.Match[str]) -> str:
        return "" if (match[1] or match[2]).lower() in FAULTS else match[0]

    return _WORD.sub(keep, prompt).strip()
