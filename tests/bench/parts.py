"""Parts of the app without the app: each beside another operation, as a ratio."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from statistics import median

from PIL import Image

from components.kie import GenerationRequest, Model
from components.sandbox.prompts.parse_prompt import parse_prompt
from components.sandbox.renderer.render import render
from components.studio.db.tasks import TaskRepository
from components.studio.images.store import make_thumbnails
from components.studio.tasks.models import TaskState
from components.studio.worker.account_limits import AccountLimits
from components.studio.worker.scheduler import DurationEstimator, Scheduler
from components.ui.form.prompt_hints import lint_prompt
from tests.bench.rows import Row
from tests.support.factories import NOW, make_task
from tests.support.image_corpus import encoded

ROUNDS = 9
USER_ID = "d" * 32


def measure(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median seconds of a few runs."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def compare(
    what: str, run: Callable[[], object], against: str, run_against: Callable[[], object]
) -> Row:
    """Measure two operations one after the other."""
    return Row(what, 1000 * measure(run), "ms", 1000 * measure(run_against), against)


def scheduler_with(tasks: int) -> Scheduler:
    """A scheduler with this many generating tasks, none of them due."""
    scheduler = Scheduler(
        AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10),
        {
            (model, editing): DurationEstimator([100.0])
            for model in Model
            for editing in (False, True)
        },
    )
    for number in range(tasks):
        generating = make_task(str(number), state=TaskState.GENERATING, polling_since=NOW)
        scheduler.upsert(generating, 0.0, NOW)
    return scheduler


def write_and_fsync(folder: Path) -> None:
    """The least that a durable write of one row can cost."""
    with (folder / "one").open("wb") as file:
        file.write(b"x" * 1000)
        file.flush()
        os.fsync(file.fileno())


def database_rows(folder: Path) -> list[Row]:
    """The database with a thousand tasks of one user."""
    with closing(TaskRepository.in_folder(folder)) as repository:
        request = GenerationRequest(prompt="a hill " * 20)
        tasks = [make_task(request=request, created_at=NOW + number) for number in range(1000)]
        repository.add_tasks(tasks)
        one = tasks[0].id
        return [
            compare(
                "database: a page of 24 among 1,000",
                lambda: repository.recent_tasks(USER_ID, limit=24),
                "one row",
                lambda: repository.task(one),
            ),
            compare(
                "database: all 1,000",
                lambda: repository.recent_tasks(USER_ID, limit=1000),
                "a page of 24",
                lambda: repository.recent_tasks(USER_ID, limit=24),
            ),
            compare(
                "database: add a task",
                lambda: repository.add_tasks([make_task(request=request)]),
                "an fsynced file",
                lambda: write_and_fsync(folder),
            ),
            compare(
                "database: update a task",
                lambda: repository.update_task(
                    one, lambda task: replace(task, attempts=task.attempts + 1)
                ),
                "an fsynced file",
                lambda: write_and_fsync(folder),
            ),
        ]


def image_rows() -> list[Row]:
    """Images of about one megapixel."""
    picture = Image.linear_gradient("L").resize((1024, 1024)).convert("RGB")
    jpeg = encoded(picture, "JPEG")
    return [
        compare(
            "sandbox: render one megapixel",
            lambda: render(parse_prompt("a hill at dawn", 1, (1024, 1024)), (1024, 1024)),
            "Pillow's resize of it",
            lambda: picture.resize((1400, 1400), Image.Resampling.LANCZOS),
        ),
        compare(
            "thumbnails of one megapixel",
            lambda: make_thumbnails(jpeg),
            "Pillow's decoding of it",
            lambda: Image.open(BytesIO(jpeg)).load(),
        ),
    ]


def hint_rows() -> list[Row]:
    """The longest prompts that are hard to search; twice the length should be twice the cost."""
    return [
        compare(
            f"prompt hints: 5,000 characters of {piece!r}",
            lambda piece=piece: lint_prompt((piece * 5000)[:5000], editing=True, translate=False),
            "2,500",
            lambda piece=piece: lint_prompt((piece * 5000)[:2500], editing=True, translate=False),
        )
        for piece in ("“", "'a", "say ", "don't change ", "background ", "{", "«»")
    ]


def rows() -> Iterator[Row]:
    """All rows of this file."""
    thousand, hundred = scheduler_with(1000), scheduler_with(100)
    yield compare(
        "scheduler: find due jobs among 1,000 tasks",
        lambda: thousand.pop_due(1.0),
        "among 100",
        lambda: hundred.pop_due(1.0),
    )
    with tempfile.TemporaryDirectory(prefix="kontext-bench-") as folder:
        yield from database_rows(Path(folder))
    yield from image_rows()
    yield from hint_rows()
