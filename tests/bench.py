"""How much things cost, each against another thing in the same run: `python -m tests.bench`.

Ratios and not times, so that a slow machine tells the same as a fast one.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from statistics import median

from PIL import Image

from components.kontext import GenerationRequest, Model
from components.sandbox.prompts.parse_prompt import parse_prompt
from components.sandbox.renderer.render import render
from components.studio.engine.account import Account
from components.studio.engine.agenda import Agenda
from components.studio.engine.pacing import Typical
from components.studio.intake.intake import thumbnail
from components.studio.ledger.ledger import Ledger
from components.studio.tasks.task import State
from tests.bench_gallery import FEW, MANY, gallery_costs
from tests.studio.corpus import encoded
from tests.studio.making import NOW, a_task

ROUNDS = 9
DESIGNER = "d" * 32


@dataclass(frozen=True)
class Line:
    """One comparison: the cost of `what`, in times the cost of `against`."""

    what: str
    against: str
    seconds: float
    against_seconds: float

    def __str__(self) -> str:
        ratio = self.seconds / self.against_seconds
        milliseconds = self.seconds * 1000
        return f"{self.what:44} {milliseconds:9.2f} ms  {ratio:8.2f} × {self.against}"


def cost(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of some rounds, in seconds."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return median(taken)


def compare(
    what: str, work: Callable[[], object], against: str, other: Callable[[], object]
) -> Line:
    """Time two pieces of work one after the other."""
    return Line(what, against, cost(work), cost(other))


def an_agenda(tasks: int) -> Agenda:
    """An agenda that follows so many tasks, none of them due."""
    agenda = Agenda(
        Account.with_limits(creates_per_10s=20, queries_per_second=10),
        {(model, editing): Typical([100.0]) for model in Model for editing in (False, True)},
    )
    for number in range(tasks):
        watched = a_task(str(number), state=State.GENERATING, watched_since=NOW)
        agenda.put(watched, 0.0, NOW)
    return agenda


def fsynced(folder: Path) -> None:
    """What the durable writing of one row costs at the least."""
    with (folder / "one").open("wb") as file:
        file.write(b"x" * 1000)
        file.flush()
        os.fsync(file.fileno())


def ledger_lines(folder: Path) -> list[Line]:
    """The ledger with a thousand tasks of one designer."""
    with closing(Ledger.in_folder(folder)) as ledger:
        request = GenerationRequest(prompt="a hill " * 20)
        tasks = [a_task(request=request, created_at=NOW + number) for number in range(1000)]
        ledger.add_tasks(tasks)
        one = tasks[0].id
        return [
            compare(
                "ledger: a page of 24 among 1,000",
                lambda: ledger.entries(DESIGNER, limit=24),
                "one row",
                lambda: ledger.task(one),
            ),
            compare(
                "ledger: all 1,000",
                lambda: ledger.entries(DESIGNER, limit=1000),
                "a page of 24",
                lambda: ledger.entries(DESIGNER, limit=24),
            ),
            compare(
                "ledger: a new task",
                lambda: ledger.add_tasks([a_task(request=request)]),
                "an fsynced file",
                lambda: fsynced(folder),
            ),
            compare(
                "ledger: a change of a task",
                lambda: ledger.change_task(one, lambda task: replace(task, tries=task.tries + 1)),
                "an fsynced file",
                lambda: fsynced(folder),
            ),
        ]


def picture_lines() -> list[Line]:
    """Pictures of about one megapixel."""
    picture = Image.linear_gradient("L").resize((1024, 1024)).convert("RGB")
    jpeg = encoded(picture, "JPEG")
    return [
        compare(
            "sandbox: paint one megapixel",
            lambda: render(parse_prompt("a hill at dawn", 1, (1024, 1024)), (1024, 1024)),
            "Pillow's resize of it",
            lambda: picture.resize((1400, 1400), Image.Resampling.LANCZOS),
        ),
        compare(
            "thumbnail of one megapixel",
            lambda: thumbnail(jpeg),
            "Pillow's decoding of it",
            lambda: Image.open(BytesIO(jpeg)).load(),
        ),
    ]


def main() -> int:
    """Print the table."""
    thousand, hundred = an_agenda(1000), an_agenda(100)
    lines = [
        compare(
            "agenda: take among 1,000 tasks",
            lambda: thousand.take(1.0),
            "among 100",
            lambda: hundred.take(1.0),
        )
    ]
    with tempfile.TemporaryDirectory(prefix="kontext-bench-") as folder:
        lines += ledger_lines(Path(folder))
    lines += picture_lines()
    with tempfile.TemporaryDirectory(prefix="kontext-bench-") as folder:
        lines += [
            Line(f"gallery of {MANY:,}: {what}", f"of {FEW}", many, few)
            for what, (many, few) in gallery_costs(Path(folder) / "data").items()
        ]
    sys.stdout.write("\n".join(map(str, lines)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
