"""Metrics in Prometheus' text format: what the worker counts, and what the database says now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.server.responses import run_or_503
from components.studio.studio import Studio
from components.studio.tasks.models import TaskState

# A second series for each counter, of no use here.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types for it


def metrics_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The route of metrics."""

    async def metrics(_request: Request) -> Response:
        return await run_or_503(_metrics, open_studio)

    return [Route("/metrics", metrics)]


def _metrics(open_studio: Callable[[], Studio]) -> Response:
    studio = open_studio()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_StudioCollector(studio))
    text = generate_latest(registry) + generate_latest(studio.worker_metrics)
    return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})


class _StudioCollector(Collector):
    """One reading of the database."""

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
        for kind, size_bytes in asdict(self._studio.storage.usage()).items():
            if size_bytes is not None:
                disk.add_metric([kind], size_bytes)
        yield disk
