"""A studio at work on a sandbox of its own, over real HTTP, for the tests of the engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from components.bootstrap import build_studio
from components.kie import GenerationRequest
from components.sandbox import SandboxOptions, SandboxServer, start
from components.studio.settings import Settings
from components.studio.studio import Studio
from components.studio.tasks.models import Task, TaskState

DESIGNER = "d" * 32
PATIENCE_SECONDS = 60.0


@dataclass
class StudioFixture:
    """The studio, the far side, and what a test asks of both."""

    studio: Studio
    sandbox: SandboxServer

    def submit(self, prompt: str = "a hill", *, source_id: str | None = None) -> Task:
        """Ask for one picture."""
        [task] = self.studio.submit(DESIGNER, GenerationRequest(prompt=prompt), source_id=source_id)
        return task

    def add_source(self) -> str:
        """A picture to edit; its id."""
        encoded = BytesIO()
        Image.linear_gradient("L").resize((640, 480)).save(encoded, "PNG")
        return self.studio.import_image(DESIGNER, encoded.getvalue(), label="a source").id

    def reload(self, task: Task) -> Task:
        """Where a task stands."""
        return self.studio.task(DESIGNER, task.id)

    def wait_for(self, task: Task, *states: TaskState) -> Task:
        """The task once it is in one of these states."""
        wait_until(lambda: self.reload(task).state in states)
        return self.reload(task)

    def tasks_made(self, prompt: str) -> list[dict[str, Any]]:
        """What the sandbox made and was paid for under this prompt."""
        return [
            entry for entry in self.sandbox.usage_report()["tasks"] if entry["prompt"] == prompt
        ]


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for it, but not for ever."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about")
        time.sleep(0.03)


@contextmanager
def running_studio(
    folder: Path, *, settings: dict[str, Any] | None = None, **options: Any
) -> Iterator[StudioFixture]:
    """A studio that works in this folder, with settings and sandbox options of the test's own."""
    far: dict[str, Any] = {
        "seconds": 0.2,
        "hold_seconds": 0.5,
        "creates_per_10s": 1000,
        "queries_per_s": 1000,
    }
    far |= {"data_dir": folder / "sandbox", "only_own_links": True}
    ours = {"creates_per_10s": 1000, "queries_per_second": 30, **(settings or {})}
    with start(SandboxOptions(**{**far, **options})) as sandbox:
        studio = build_studio(Settings(data_dir=folder, **ours), sandbox)
        try:
            studio.worker.start()
            yield StudioFixture(studio, sandbox)
        finally:
            studio.close()
