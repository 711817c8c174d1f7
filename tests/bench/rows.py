"""A row of the table, and the table as text that the next run can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """What was measured: the median of some rounds, beside another way or a limit.

    `goal` is the most that `ours` may be, in `unit`; or the ratio, if it is `of_ratio`.
    """

    what: str
    ours: float
    unit: str
    beside: float | None = None
    than: str = ""
    goal: float | None = None
    of_ratio: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours as a multiple of what stands beside it."""
        return self.ours / self.beside if self.beside else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        reached = self.ratio if self.of_ratio else self.ours
        return None if self.goal is None or reached is None else reached <= self.goal

    def cells(self) -> list[str]:
        """The row as texts, below `HEAD`."""
        goal = "" if self.goal is None else f"≤ {self.goal:g} {'×' if self.of_ratio else self.unit}"
        met = {None: "", True: "yes", False: "**no**"}[self.met]
        beside = "" if self.beside is None else f"{amount(self.beside)} {self.unit}: "
        return [
            "" if self.ratio is None else f"{self.ratio:.2f} ×",
            self.what,
            f"{amount(self.ours)} {self.unit}",
            f"{beside}{self.than}",
            goal,
            met,
            self.note,
        ]


HEAD = ("ratio", "what", "ours", "beside", "goal", "met", "more")
_RATIO, _WHAT, _OURS = range(3)


def amount(number: float) -> str:
    """A number with three digits or all before the point."""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def typical(values: Iterable[float]) -> tuple[float, str]:
    """The median, and a note on the worst and on how many there were."""
    found = list(values)
    return median(found), f"worst {amount(max(found))}, n = {len(found)}"


def write_table(rows: Sequence[Row], before: Mapping[str, str]) -> str:
    """The rows as a Markdown table; `before` are an earlier run's amounts, by `what`."""
    head = [*HEAD, "before"] if before else list(HEAD)
    lines = [row.cells() + ([before.get(row.what, "")] if before else []) for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    rules = ["-" * max(3, width) for width in widths]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in (head, rules, *lines)
    )


def read_table(text: str) -> dict[str, str]:
    """Ratio, or else amount, of each row that `write_table` wrote."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) >= len(HEAD) and cells[_WHAT] not in {"what", ""} and set(line) - set("|- "):
            ratio, ours = cells[_RATIO], cells[_OURS]
            found[cells[_WHAT]] = f"{ratio} ({ours})" if ratio else ours
    return found
