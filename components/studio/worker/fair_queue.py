"""Turns: what keeps one designer's two hundred pictures from delaying another's one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from components.studio.tasks.models import Task

MAX_TRACKED_USERS = 1000


class FairQueue:
    """Designers take turns: everybody's first task, then everybody's second, and so on."""

    def __init__(self) -> None:
        self._last_served: dict[str, int] = {}
        self._count = 0

    def mark_served(self, user_id: str) -> None:
        """Something was just done for this designer: others go before in the next round."""
        self._count += 1
        self._last_served.pop(user_id, None)
        self._last_served[user_id] = self._count
        if len(self._last_served) > MAX_TRACKED_USERS:
            del self._last_served[
                next(iter(self._last_served))
            ]  # the one who was served longest ago

    def sorted(self, tasks: Iterable[Task]) -> list[Task]:
        """The tasks by turns; within a designer's own, the order given stays."""
        rounds: Counter[str] = Counter()
        ranked = []
        for position, task in enumerate(tasks):
            rank = (rounds[task.user_id], self._last_served.get(task.user_id, 0), position)
            ranked.append((rank, task))
            rounds[task.user_id] += 1
        return [task for _, task in sorted(ranked, key=lambda pair: pair[0])]
