"""A running studio and its own sandbox, connected over real HTTP."""

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
from components.studio.keep_process import RunKeepJob
from components.studio.settings import Settings
from components.studio.studio import Studio
from components.studio.tasks.models import Task, TaskState

USER_ID = "d" * 32
TIMEOUT_S = 60.0


@dataclass
class StudioFixture:
    """A studio and its sandbox, with the steps that tests share."""

    studio: Studio
    sandbox: SandboxServer

    def submit(self, prompt: str = "a hill", *, source_id: str | None = None) -> Task:
        """Submit one task."""
        [task] = self.studio.tasks.submit(
            USER_ID, GenerationRequest(prompt=prompt), source_id=source_id
        )
        return task

    def add_source(self) -> str:
        """Import an image to edit; returns its id."""
        encoded = BytesIO()
        Image.linear_gradient("L").resize((640, 480)).save(encoded, "PNG")
        return self.studio.image_importer.from_bytes(
            USER_ID, encoded.getvalue(), label="a source"
        ).id

    def reload(self, task: Task) -> Task:
        """The task as it is now."""
        return self.studio.task(USER_ID, task.id)

    def wait_for(self, task: Task, *states: TaskState) -> Task:
        """Wait until the task is in one of these states."""
        wait_until(lambda: self.reload(task).state in states)
        return self.reload(task)

    def counted(self, name: str) -> float | None:
        """What the worker has counted: "creates", "queries" or "rejected"."""
        return self.studio.worker_metrics.get_sample_value(f"kontext_{name}_total")

    def tasks_made(self, prompt: str) -> list[dict[str, Any]]:
        """The tasks that the sandbox created and charged for this prompt."""
        return [
            entry for entry in self.sandbox.usage_report()["tasks"] if entry["prompt"] == prompt
        ]


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds. Raises TimeoutError."""
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition did not become true")
        time.sleep(0.03)


@contextmanager
def running_studio(
    folder: Path,
    *,
    settings: dict[str, Any] | None = None,
    keep_job: RunKeepJob | None = None,
    **options: Any,
) -> Iterator[StudioFixture]:
    """Run a studio with short pauses in this folder; `options` are those of its sandbox.

    `keep_job` stands in for the process that puts the source's pixels back.
    """
    sandbox_options: dict[str, Any] = {
        "seconds": 0,
        "hold_seconds": 0.5,
        "creates_per_10s": 1000,
        "queries_per_s": 1000,
    }
    sandbox_options |= {"data_dir": folder / "sandbox", "only_own_links": True}
    quick: dict[str, Any] = {
        "creates_per_10s": 1000,
        "queries_per_second": 30,
        "pause_factor": 0.1,
        "keep_rest": "never",
    }
    with start(SandboxOptions(**{**sandbox_options, **options})) as sandbox:
        studio = build_studio(Settings(data_dir=folder, **{**quick, **(settings or {})}), sandbox)
        try:
            if keep_job is not None:
                studio.keeping.run_job = keep_job
            studio.start(leads=True)
            yield StudioFixture(studio, sandbox)
        finally:
            studio.close()
