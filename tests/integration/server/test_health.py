"""The health check and the metrics."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
import requests
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families

from components.server.health import health_routes
from components.server.metrics import metrics_routes
from components.studio.db.database import DatabaseError
from components.studio.settings import SettingsError
from components.studio.storage import MaintenanceThread
from components.studio.studio import Studio
from components.studio.tasks.models import FailureReason, TaskState
from tests.support.http_server import serve_routes
from tests.support.studio_fixture import running_studio, wait_until


def samples(text: str) -> dict[str, float]:
    """All samples of Prometheus' text format, keyed by name and label."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_health_reports_queue_and_pause_reason(tmp_path: Path) -> None:
    with (
        running_studio(tmp_path) as studio_fixture,
        serve_routes([*health_routes(lambda: studio_fixture.studio)]) as url,
    ):
        response = requests.get(f"{url}/healthz", timeout=60)
        assert response.status_code == 200
        healthy = response.json()
        assert (healthy["ready"], healthy["queued"]) == (True, 0)
        assert healthy["oldest_waiting_seconds"] is None
        studio_fixture.sandbox.set_faults({"no-credit-500": 1})
        studio_fixture.submit()
        wait_until(
            lambda: (
                studio_fixture.studio.pause_reason is not None
                and bool(studio_fixture.studio.worker.queue())
            )
        )
        paused = requests.get(f"{url}/healthz", timeout=60).json()
        assert (paused["queued"], paused["held_by"]) == (1, FailureReason.CREDITS)
        assert 0 <= paused["oldest_waiting_seconds"] < 60
        studio_fixture.studio.worker.stop()
        assert requests.get(f"{url}/healthz", timeout=60).status_code == 503


def test_health_fails_while_the_database_cannot_be_written(tmp_path: Path) -> None:
    with (
        running_studio(
            tmp_path, settings={"busy_timeout_seconds": 0.05}, faults={"query-500": 1}
        ) as fixture,
        serve_routes([*health_routes(lambda: fixture.studio)]) as url,
        closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as connection,
    ):
        task = fixture.wait_for(fixture.submit(), TaskState.GENERATING)
        connection.execute("BEGIN IMMEDIATE")
        fixture.sandbox.set_faults({})
        wait_until(lambda: requests.get(f"{url}/healthz", timeout=60).status_code == 503)
        connection.execute("ROLLBACK")
        fixture.wait_for(task, TaskState.DONE)
        assert requests.get(f"{url}/healthz", timeout=60).status_code == 200


def test_idle_studio_notices_a_lock_and_tells_every_page(tmp_path: Path) -> None:
    told = threading.Event()
    with (
        running_studio(tmp_path, settings={"busy_timeout_seconds": 0.05}) as fixture,
        serve_routes([*health_routes(lambda: fixture.studio)]) as url,
        closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as connection,
    ):
        studio = fixture.studio
        maintenance = MaintenanceThread(studio.gallery, studio.prompts, studio.worker.check_storage)
        studio.subscribe("a" * 32, told.set)
        connection.execute("BEGIN IMMEDIATE")
        maintenance.start()
        assert told.wait(20)
        response = requests.get(f"{url}/healthz", timeout=20)
        assert response.status_code == 503
        assert "database is busy" in response.json()["why"]
        told.clear()
        connection.execute("ROLLBACK")
        assert told.wait(20)
        assert requests.get(f"{url}/healthz", timeout=20).status_code == 200
        maintenance.stop()


@pytest.mark.parametrize("error", [DatabaseError("It is locked."), SettingsError("KIE_X.")])
@pytest.mark.parametrize("path", ["healthz", "metrics"])
def test_health_reports_why_the_studio_cannot_open(error: Exception, path: str) -> None:
    def raise_error() -> Studio:
        raise error

    with serve_routes([*health_routes(raise_error), *metrics_routes(raise_error)]) as url:
        response = requests.get(f"{url}/{path}", timeout=60)
    assert response.status_code == 503
    assert str(error) in response.text


def test_metrics_count_tasks_calls_and_storage_time(tmp_path: Path) -> None:
    with (
        running_studio(tmp_path) as studio_fixture,
        serve_routes([*metrics_routes(lambda: studio_fixture.studio)]) as url,
    ):
        studio_fixture.wait_for(studio_fixture.submit("a hill"), TaskState.DONE)
        studio_fixture.wait_for(studio_fixture.submit("[refused] a hill"), TaskState.REFUSED)
        response = requests.get(f"{url}/metrics", timeout=60)
    values = samples(response.text)
    assert response.headers["content-type"].startswith("text/plain")
    assert values["kontext_tasks done"] == values["kontext_tasks refused"] == 1
    assert values["kontext_tasks queued"] == 0
    assert values["kontext_creates_total"] == 2
    assert values["kontext_rejected_total"] == 0
    assert values["kontext_queries_total"] >= 2
    assert values["kontext_done_to_stored_seconds_count"] == 1
    assert values["kontext_done_to_stored_seconds_bucket +Inf"] == 1


def test_metrics_of_two_studios_are_separate(tmp_path: Path) -> None:
    with running_studio(tmp_path / "a") as first, running_studio(tmp_path / "b") as second:
        first.wait_for(first.submit(), TaskState.DONE)
        with serve_routes([*metrics_routes(lambda: second.studio)]) as url:
            values = samples(requests.get(f"{url}/metrics", timeout=60).text)
    assert values["kontext_creates_total"] == 0


def test_disk_use_is_in_details_and_metrics(tmp_path: Path) -> None:
    file = BytesIO()
    Image.new("RGBA", (640, 480), (200, 0, 0, 90)).save(file, "PNG")

    def bytes_of(folder: str) -> int:
        return sum(path.stat().st_size for path in tmp_path.glob(f"{folder}/*/*"))

    with running_studio(tmp_path) as fixture:
        studio = fixture.studio
        record = studio.image_importer.from_bytes("a" * 32, file.getvalue(), label="x")
        studio.gallery.move_to_trash("a" * 32, [record.id])
        routes = [*health_routes(lambda: studio), *metrics_routes(lambda: studio)]
        with serve_routes(routes) as url:
            disk = requests.get(f"{url}/healthz", timeout=60).json()["disk_bytes"]
            metrics = samples(requests.get(f"{url}/metrics", timeout=60).text)

    assert disk["free"] > 0
    for kind, folder in (
        ("images", "pictures"),
        ("originals", "originals"),
        ("thumbnails", "thumbnails"),
    ):
        assert disk[kind] == bytes_of(folder) > 0
        assert metrics[f"kontext_disk_bytes {kind}"] == disk[kind]
