"""The app without a browser, in a process that gets killed: `python -m tests.chaos.worker`.

It submits the tasks that no earlier process has submitted, and ends when nothing changes any more.
Of several replicas each submits its share.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from PIL import Image

from components.bootstrap import RunningApp
from components.kie import GenerationRequest
from components.server.logs import set_up_logs
from components.server.metrics import metrics_routes
from components.server.webhooks import webhook_routes
from components.studio.db.database import DatabaseError
from components.studio.settings import Settings
from components.studio.studio import Studio
from components.studio.tasks.models import Task, TaskState
from tests.support.http_server import serve_routes

T = TypeVar("T")
USER_IDS = ("a" * 32, "b" * 32, "c" * 32)
EDIT_EVERY = 4
AT_REST = {TaskState.DONE, TaskState.REFUSED, TaskState.FAILED, TaskState.UNCONFIRMED}


def prompt_of(number: int) -> str:
    """The prompt of the task with this number, different for each."""
    return f"Picture {number} of the chaos run, a hill"


def all_tasks(studio: Studio) -> list[Task]:
    """Every task of the run."""
    return [entry.task for user in USER_IDS for entry in studio.tasks.recent(user, limit=100_000)]


def submit(studio: Studio, number: int) -> None:
    """Submit one task; every fourth edits the user's own source image."""
    user_id = USER_IDS[number % len(USER_IDS)]
    source_id = None
    if number % EDIT_EVERY == 0:
        source = studio.selected_source(user_id)
        if source is None:
            encoded = BytesIO()
            Image.linear_gradient("L").resize((640, 480)).save(encoded, "PNG")
            source = studio.image_importer.from_bytes(user_id, encoded.getvalue(), label="a source")
            studio.select_source(user_id, source.id)
        source_id = source.id
    studio.tasks.submit(user_id, GenerationRequest(prompt=prompt_of(number)), source_id=source_id)


def retried(work: Callable[[], T]) -> T:
    """The result of the work, which may fail while the database or the store is away."""
    while True:
        try:
            return work()
        except (DatabaseError, OSError):
            time.sleep(0.1)


def submit_once(studio: Studio, number: int) -> None:
    """Submit one task as a person does: after an error they look whether it is there."""
    try:
        submit(studio, number)
    except (DatabaseError, OSError):
        time.sleep(0.5)
        stored = retried(lambda: all_tasks(studio))
        if prompt_of(number) not in {task.request.prompt for task in stored}:
            submit_once(studio, number)


def submit_all_and_wait(
    studio: Studio, numbers: Sequence[int], tasks: int, idle_seconds: float
) -> None:
    """Submit what is missing of these; return once all tasks have rested for `idle_seconds`."""
    submitted = {task.request.prompt for task in retried(lambda: all_tasks(studio))}
    for number in numbers:
        if prompt_of(number) not in submitted:
            submit_once(studio, number)
    idle_since = time.monotonic()
    states: list[TaskState] = []
    while time.monotonic() - idle_since < idle_seconds:
        time.sleep(0.1)
        before, states = states, [task.state for task in retried(lambda: all_tasks(studio))]
        if states != before or len(states) < tasks or not AT_REST.issuperset(states):
            idle_since = time.monotonic()


def main() -> int:
    """Work until all tasks are at rest; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.worker", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--kie-url", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tasks", type=int, required=True)
    parser.add_argument("--creates-per-10s", type=int, default=20)
    parser.add_argument(
        "--idle-seconds", type=float, default=4.0, help="how long a late callback may take"
    )
    parser.add_argument("--database-url", help="of PostgreSQL, for one of several replicas")
    parser.add_argument("--store", type=json.loads, default={}, help="settings of S3, as JSON")
    parser.add_argument("--share", type=int, nargs=2, default=(0, 1), metavar=("NUMBER", "OF"))
    options = parser.parse_args()
    set_up_logs()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # all is closed, as the app does it
    settings = Settings(
        api_key="chaos",
        base_url=options.kie_url,
        upload_base_url=options.kie_url,
        public_url=f"http://127.0.0.1:{options.port}",
        data_dir=options.folder,
        creates_per_10s=options.creates_per_10s,
        database_url=options.database_url,
        **options.store,
    )
    # The database may be cut off just now; the app tries again at the next page.
    opened = retried(lambda: RunningApp(settings))
    studio = opened.studio
    try:
        routes = [*webhook_routes(lambda: studio), *metrics_routes(lambda: studio)]
        with serve_routes(routes, options.port):
            first, step = options.share
            numbers = range(first, options.tasks, step)
            submit_all_and_wait(studio, numbers, options.tasks, options.idle_seconds)
    finally:
        opened.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
