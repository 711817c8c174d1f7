"""The tally: what the engine did since the process began, for those who watch it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, OrderedDict
from dataclasses import dataclass
from threading import Lock

BUCKETS_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
MAX_TRACKED_TASKS = 10_000


@dataclass(frozen=True)
class StatsSnapshot:
    """One moment's reading. `rejected`: calls answered with 429.

    `stored_by_bucket`: pictures by the seconds from done to stored, not cumulated; the last is
    for those above the highest of BUCKETS_SECONDS.
    """

    creates: int
    queries: int
    rejected: int
    stored_by_bucket: tuple[int, ...]
    stored_seconds: float


class WorkerStats:
    """Counts calls and pictures. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._buckets = [0] * (len(BUCKETS_SECONDS) + 1)
        self._seconds = 0.0
        self._done_at: OrderedDict[str, float] = OrderedDict()

    def count_create(self) -> None:
        """A create is sent."""
        self._increment("creates")

    def count_query(self) -> None:
        """A query is sent."""
        self._increment("queries")

    def count_rejection(self) -> None:
        """A call was answered with 429."""
        self._increment("rejected")

    def mark_done(self, task_id: str, now: float) -> None:
        """The service was first seen to have a picture; `now` on a clock that never goes back."""
        with self._lock:
            self._done_at.setdefault(task_id, now)
            if len(self._done_at) > MAX_TRACKED_TASKS:
                self._done_at.popitem(last=False)

    def mark_stored(self, task_id: str, now: float) -> None:
        """The picture is on disk; not counted if an earlier process saw it done."""
        with self._lock:
            done_at = self._done_at.pop(task_id, None)
            if done_at is not None:
                self._buckets[bisect_left(BUCKETS_SECONDS, now - done_at)] += 1
                self._seconds += now - done_at

    def snapshot(self) -> StatsSnapshot:
        """The counts at this moment."""
        with self._lock:
            return StatsSnapshot(
                creates=self._counts["creates"],
                queries=self._counts["queries"],
                rejected=self._counts["rejected"],
                stored_by_bucket=tuple(self._buckets),
                stored_seconds=self._seconds,
            )

    def _increment(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
