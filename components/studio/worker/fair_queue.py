"""Turns: what keeps one designer's two hundred pictures from delaying another's one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from components.studio.tasks.models import Task

MOST_REMEMBERED = 1000


class Turns:
    """Designers take turns: everybody's first task, then everybody's second, and so on."""

    def __init__(self) -> None:
        self._served: dict[str, int] = {}
        self._count = 0

    def served(self, designer: str) -> None:
        """Something was just done for this designer: others go before in the next round."""
        self._count += 1
        self._served.pop(designer, None)
        self._served[designer] = self._count
        if len(self._served) > MOST_REMEMBERED:
            del self._served[next(iter(self._served))]  # the one who was served longest ago

    def order(self, tasks: Iterable[Task]) -> list[Task]:
        """The tasks by turns; within a designer's own, the order given stays."""
        rounds: Counter[str] = Counter()
        ranked = []
        for position, task in enumerate(tasks):
            rank = (rounds[task.designer], self._served.get(task.designer, 0), position)
            ranked.append((rank, task))
            rounds[task.designer] += 1
        return [task for _, task in sorted(ranked, key=lambda pair: pair[0])]
