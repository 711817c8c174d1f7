"""Counters of the worker since the process started."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, OrderedDict
from dataclasses import dataclass
from threading import Lock

BUCKETS_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
MAX_TRACKED_TASKS = 10_000


@dataclass(frozen=True)
class StatsSnapshot:
    """The counters at one moment. `rejected`: calls answered with 429.

    `stored_by_bucket`: images by the seconds from done to stored, not cumulated. The last bucket is
    for those above the highest of BUCKETS_SECONDS.
    """

    creates: int
    queries: int
    rejected: int
    stored_by_bucket: tuple[int, ...]
    stored_seconds: float


class WorkerStats:
    """Counts calls and images. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._buckets = [0] * (len(BUCKETS_SECONDS) + 1)
        self._seconds = 0.0
        self._done_at: OrderedDict[str, float] = OrderedDict()

    def count_create(self) -> None:
        """Count a create that is sent."""
        self._increment("creates")

    def count_query(self) -> None:
        """Count a query that is sent."""
        self._increment("queries")

    def count_rejection(self) -> None:
        """Count a call answered with 429."""
        self._increment("rejected")

    def mark_done(self, task_id: str, now: float) -> None:
        """The provider was first seen to have a result; `now` is monotonic."""
        with self._lock:
            self._done_at.setdefault(task_id, now)
            if len(self._done_at) > MAX_TRACKED_TASKS:
                self._done_at.popitem(last=False)

    def mark_stored(self, task_id: str, now: float) -> None:
        """The image is stored; not counted if an earlier process saw it done."""
        with self._lock:
            done_at = self._done_at.pop(task_id, None)
            if done_at is not None:
                self._buckets[bisect_left(BUCKETS_SECONDS, now - done_at)] += 1
                self._seconds += now - done_at

    def snapshot(self) -> StatsSnapshot:
        """The counters at this moment."""
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
