"""Metrics in Prometheus' text format.

Read at each request into a registry of that request, so that nothing is global.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        counted = self._studio.status().tasks_by_state
        for state in TaskState:
            tasks.add_metric([state.value], counted.get(state, 0))
        yield tasks
        counts = self._studio.stats()
        yield CounterMetricFamily("kontext_creates", "Creates sent.", counts.creates)
        yield CounterMetricFamily("kontext_queries", "Queries sent.", counts.queries)
        yield CounterMetricFamily("kontext_rejected", "Calls answered with 429.", counts.rejected)
        yield _storage_histogram(counts)


def _storage_histogram(counts: StatsSnapshot) -> Metric:
    bounds = [*(str(bound) for bound in BUCKETS_SECONDS), "+Inf"]
    cumulated = accumulate(counts.stored_by_bucket)
    return HistogramMetricFamily(
        "kontext_done_to_stored_seconds",
        "From the service's success to the picture on disk.",
        buckets=[(bound, float(count)) for bound, count in zip(bounds, cumulated, strict=True)],
        sum_value=counts.stored_seconds,
    )
