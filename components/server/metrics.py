"""Metrics in Prometheus' text format.

Read at each request into a registry of that request, so that nothing is global.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import accumulate

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.server.responses import run_or_503
from components.studio.studio import Studio
from components.studio.tasks.models import TaskState
from components.studio.worker.stats import BUCKETS_SECONDS, StatsSnapshot


def metrics_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The route of metrics."""

    async def metrics(_request: Request) -> Response:
        return await run_or_503(_metrics, open_studio)

    return [Route("/metrics", metrics)]


def _metrics(open_studio: Callable[[], Studio]) -> Response:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_StudioCollector(open_studio()))
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


class _StudioCollector(Collector):
    """One reading of the counters, which begin at 0 with the process."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def collect(self) -> Iterator[Metric]:
        """Every metric. Raises DatabaseError."""
        tasks = GaugeMetricFamily("kontext_tasks", "Tasks in the database.", labels=["state"])
        tasks_by_state = self._studio.status().tasks_by_state
        for state in TaskState:
            tasks.add_metric([state.value], tasks_by_state.get(state, 0))
        yield tasks
        disk = GaugeMetricFamily(
            "kontext_disk_bytes", "Bytes of files, and free bytes of the disk.", labels=["kind"]
        )
        for kind, size_bytes in asdict(self._studio.disk_usage()).items():
            disk.add_metric([kind], size_bytes)
        yield disk
        stats = self._studio.stats()
        yield CounterMetricFamily("kontext_creates", "Creates sent.", stats.creates)
        yield CounterMetricFamily("kontext_queries", "Queries sent.", stats.queries)
        yield CounterMetricFamily("kontext_rejected", "Calls answered with 429.", stats.rejected)
        yield _storage_histogram(stats)


def _storage_histogram(stats: StatsSnapshot) -> Metric:
    bounds = [*(str(bound) for bound in BUCKETS_SECONDS), "+Inf"]
    cumulative = accumulate(stats.stored_by_bucket)
    return HistogramMetricFamily(
        "kontext_done_to_stored_seconds",
        "From the provider's success to the image on disk.",
        buckets=[(bound, float(count)) for bound, count in zip(bounds, cumulative, strict=True)],
        sum_value=stats.stored_seconds,
    )
