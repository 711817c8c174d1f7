"""A studio without a browser in a process that gets killed: `python -m tests.chaos.worker`.

It asks for as many pictures as it is told to, whatever was asked for before it was killed, and
ends once nothing moves any more.
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
from components.studio.tasks.models import FINAL, State, Task
from tests.support.http_server import serve_routes

DESIGNERS = ("a" * 32, "b" * 32, "c" * 32)
QUIET_SECONDS = 4.0  # a callback may still turn up
EDIT_EVERY = 4
_RESTING = FINAL | {State.UNCONFIRMED}


def prompt_of(number: int) -> str:
    """The words of the picture with this number; no two are alike."""
    return f"Picture {number} of the drill, a hill"


def all_tasks(studio: Studio) -> list[Task]:
    """Every task of the drill."""
    return [
        entry.task for designer in DESIGNERS for entry in studio.entries(designer, limit=100_000)
    ]


def ask_for(studio: Studio, number: int) -> None:
    """Ask for one picture; every fourth is an edit of the designer's own source."""
    designer = DESIGNERS[number % len(DESIGNERS)]
    source_id = None
    if number % EDIT_EVERY == 0:
        source = studio.chosen_source(designer)
        if source is None:
            encoded = BytesIO()
            Image.linear_gradient("L").resize((640, 480)).save(encoded, "PNG")
            source = studio.bring_in(designer, encoded.getvalue(), label="a source")
            studio.choose_source(designer, source.id)
        source_id = source.id
    studio.submit(designer, GenerationRequest(prompt=prompt_of(number)), source_id=source_id)


def work(studio: Studio, tasks: int) -> None:
    """Ask for what was not yet asked for, and return once all has come to rest."""
    asked = {task.request.prompt for task in all_tasks(studio)}
    for number in range(tasks):
        if prompt_of(number) not in asked:
            ask_for(studio, number)
    quiet_since = time.monotonic()
    states: list[State] = []
    while time.monotonic() - quiet_since < QUIET_SECONDS:
        time.sleep(0.2)
        before, states = states, [task.state for task in all_tasks(studio)]
        if states != before or not _RESTING.issuperset(states):
            quiet_since = time.monotonic()


def main() -> int:
    """Work until all has come to rest; the process's exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.worker", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--service", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tasks", type=int, required=True)
    parser.add_argument("--creates-per-10s", type=int, default=20)
    wanted = parser.parse_args()
    set_up_logs()
    opened = Opened(
        Settings(
            api_key="drill",
            base_url=wanted.service,
            upload_base_url=wanted.service,
            public_url=f"http://127.0.0.1:{wanted.port}",
            data_dir=wanted.folder,
            creates_per_10s=wanted.creates_per_10s,
        )
    )
    studio = opened.studio
    try:
        routes = [*callback_routes(lambda: studio), *metrics_routes(lambda: studio)]
        with serve_routes(routes, wanted.port):
            work(studio, wanted.tasks)
    finally:
        opened.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
