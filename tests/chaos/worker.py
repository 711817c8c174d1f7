"""The app without a browser, in a process that gets killed: `python -m tests.chaos.worker`.

It submits the tasks that no earlier process has submitted, and ends when nothing changes any more.
"""

from __future__ import annotations

import argparse
import sys
import time
from io import BytesIO
from pathlib import Path

from PIL import Image

from components.bootstrap import Opened
from components.kie import GenerationRequest
from components.server.logs import set_up_logs
from components.server.metrics import metrics_routes
from components.server.webhooks import callback_routes
from components.studio.settings import Settings
from components.studio.studio import Studio
from components.studio.tasks.models import State, Task
from tests.support.http_server import serve_routes

USER_IDS = ("a" * 32, "b" * 32, "c" * 32)
EDIT_EVERY = 4
AT_REST = {State.DONE, State.REFUSED, State.FAILED, State.UNCONFIRMED}


def prompt_of(number: int) -> str:
    """The prompt of the task with this number, different for each."""
    return f"Picture {number} of the chaos run, a hill"


def all_tasks(studio: Studio) -> list[Task]:
    """Every task of the run."""
    return [entry.task for user in USER_IDS for entry in studio.entries(user, limit=100_000)]


def submit(studio: Studio, number: int) -> None:
    """Submit one task; every fourth edits the user's own source image."""
    user_id = USER_IDS[number % len(USER_IDS)]
    source_id = None
    if number % EDIT_EVERY == 0:
        source = studio.chosen_source(user_id)
        if source is None:
            encoded = BytesIO()
            Image.linear_gradient("L").resize((640, 480)).save(encoded, "PNG")
            source = studio.bring_in(user_id, encoded.getvalue(), label="a source")
            studio.choose_source(user_id, source.id)
        source_id = source.id
    studio.submit(user_id, GenerationRequest(prompt=prompt_of(number)), source_id=source_id)


def submit_all_and_wait(studio: Studio, tasks: int, idle_seconds: float) -> None:
    """Submit what is missing; return once all tasks have rested for `idle_seconds`."""
    submitted = {task.request.prompt for task in all_tasks(studio)}
    for number in range(tasks):
        if prompt_of(number) not in submitted:
            submit(studio, number)
    idle_since = time.monotonic()
    states: list[State] = []
    while time.monotonic() - idle_since < idle_seconds:
        time.sleep(0.1)
        before, states = states, [task.state for task in all_tasks(studio)]
        if states != before or not AT_REST.issuperset(states):
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
    options = parser.parse_args()
    set_up_logs()
    opened = Opened(
        Settings(
            api_key="chaos",
            base_url=options.kie_url,
            upload_base_url=options.kie_url,
            public_url=f"http://127.0.0.1:{options.port}",
            data_dir=options.folder,
            creates_per_10s=options.creates_per_10s,
        )
    )
    studio = opened.studio
    try:
        routes = [*callback_routes(lambda: studio), *metrics_routes(lambda: studio)]
        with serve_routes(routes, options.port):
            submit_all_and_wait(studio, options.tasks, options.idle_seconds)
    finally:
        opened.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
