"""The reckoning: what the service's book says was made, against what the ledger knows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from components.studio.db.tasks import Ledger
from components.studio.images.store import Shelf
from components.studio.tasks.models import State, Task
from tests.chaos.worker import DESIGNERS


@dataclass(frozen=True)
class Reckoning:
    """Counts of tasks; `paid` in credits. `lost` and `paid_twice` name the prompts."""

    made: int
    paid: float
    stored: int
    refused: int
    failed: int
    unconfirmed: int
    lost: tuple[str, ...]
    paid_twice: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is lost and nothing was paid twice."""
        return not self.lost and not self.paid_twice

    def __str__(self) -> str:
        return "\n".join(
            (
                f"made         {self.made:6}",
                f"paid         {self.paid:6g} credits",
                f"stored       {self.stored:6}",
                f"refused      {self.refused:6}",
                f"failed       {self.failed:6}",
                f"unconfirmed  {self.unconfirmed:6}",
                f"lost         {len(self.lost):6}  {', '.join(self.lost)}".rstrip(),
                f"paid twice   {len(self.paid_twice):6}  {', '.join(self.paid_twice)}".rstrip(),
            )
        )


def reckon(book: Mapping[str, Any], folder: Path, asked: Sequence[str]) -> Reckoning:
    """Compare the sandbox's book with a data folder that nobody is at work in.

    Lost is a prompt that was asked for and has no row; a picture made that the ledger has not
    stored, does not know the id of and does not show as unconfirmed; and a stored picture whose
    file is not whole.
    """
    repository = Ledger.in_folder(folder)
    try:
        rows = [
            entry.task for name in DESIGNERS for entry in repository.entries(name, limit=100_000)
        ]
        tasks = {task.request.prompt: task for task in rows}
        states = Counter(task.state for task in rows)
        times_made = Counter(entry["prompt"] for entry in book["tasks"])
        lost = {prompt for prompt in asked if prompt not in tasks}
        lost |= {e["prompt"] for e in book["tasks"] if not _is_known(tasks.get(e["prompt"]), e)}
        lost |= {
            task.request.prompt
            for task in rows
            if task.state is State.DONE and not _is_whole(folder, task)
        }
    finally:
        repository.close()
    return Reckoning(
        made=len(book["tasks"]),
        paid=sum(entry["paid"] for entry in book["tasks"]),
        stored=states[State.DONE],
        refused=states[State.REFUSED],
        failed=states[State.FAILED],
        unconfirmed=states[State.UNCONFIRMED],
        lost=tuple(sorted(lost)),
        paid_twice=tuple(sorted(prompt for prompt, times in times_made.items() if times > 1)),
    )


def _is_known(task: Task | None, entry: Mapping[str, Any]) -> bool:
    """Whether the ledger shows this made picture, so that its designer can still come by it."""
    if task is None:
        return False
    return task.state is State.UNCONFIRMED or task.service_id == entry["taskId"]


def _is_whole(folder: Path, task: Task) -> bool:
    try:
        data = Shelf(folder).read(task.id, task.request.output_format.value)
        with Image.open(BytesIO(data)) as picture:
            picture.load()
    except OSError:
        return False
    return Shelf(folder).thumbnail_path(task.id).is_file()
