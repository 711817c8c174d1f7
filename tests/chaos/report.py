"""Compare what the sandbox created and charged with what the database knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from components.studio.db.database import Database
from components.studio.db.tasks import TaskRepository
from components.studio.images.object_store import ObjectStore
from components.studio.images.store import ImageStore
from components.studio.tasks.models import Task, TaskState
from tests.chaos.worker import USER_IDS


@dataclass(frozen=True)
class Report:
    """Counts of tasks; `paid` in credits. `lost` and `paid_twice` hold prompts."""

    created: int
    paid: float
    stored: int
    refused: int
    failed: int
    unconfirmed: int
    lost: tuple[str, ...]
    paid_twice: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost and nothing was paid twice."""
        return not self.lost and not self.paid_twice

    def __str__(self) -> str:
        return "\n".join(
            (
                f"created      {self.created:6}",
                f"paid         {self.paid:6g} credits",
                f"stored       {self.stored:6}",
                f"refused      {self.refused:6}",
                f"failed       {self.failed:6}",
                f"unconfirmed  {self.unconfirmed:6}",
                f"lost         {len(self.lost):6}  {', '.join(self.lost)}".rstrip(),
                f"paid twice   {len(self.paid_twice):6}  {', '.join(self.paid_twice)}".rstrip(),
            )
        )


def build_report(
    usage: Mapping[str, Any],
    folder: Path,
    submitted: Sequence[str],
    *,
    database_url: str | None = None,
    objects: ObjectStore | None = None,
) -> Report:
    """Compare the sandbox's usage report with a data folder that no process is using.

    `database_url` is that of PostgreSQL, if the rows stand there; `objects` has the pictures, if
    the folder has not.

    Lost is a submitted prompt without a row; a created task that the database has not stored,
    does not know by its id and does not show as unconfirmed; or a stored image with a bad file.
    """
    if database_url is None:
        repository = TaskRepository.in_folder(folder)
    else:
        repository = TaskRepository(Database(database_url))
    try:
        rows = [
            entry.task
            for user in USER_IDS
            for entry in repository.recent_tasks(user, limit=100_000)
        ]
    finally:
        repository.close()
    tasks = {task.request.prompt: task for task in rows}
    states = Counter(task.state for task in rows)
    times_created = Counter(entry["prompt"] for entry in usage["tasks"])
    lost = {prompt for prompt in submitted if prompt not in tasks}
    lost |= {e["prompt"] for e in usage["tasks"] if not _is_known(tasks.get(e["prompt"]), e)}
    lost |= {
        task.request.prompt
        for task in rows
        if task.state is TaskState.DONE and not _has_whole_files(ImageStore(folder, objects), task)
    }
    return Report(
        created=len(usage["tasks"]),
        paid=sum(entry["paid"] for entry in usage["tasks"]),
        stored=states[TaskState.DONE],
        refused=states[TaskState.REFUSED],
        failed=states[TaskState.FAILED],
        unconfirmed=states[TaskState.UNCONFIRMED],
        lost=tuple(sorted(lost)),
        paid_twice=tuple(sorted(prompt for prompt, times in times_created.items() if times > 1)),
    )


def _is_known(task: Task | None, entry: Mapping[str, Any]) -> bool:
    """Whether the user can still get at this created task."""
    if task is None:
        return False
    return task.state is TaskState.UNCONFIRMED or task.provider_id == entry["taskId"]


def _has_whole_files(store: ImageStore, task: Task) -> bool:
    try:
        data = store.read(task.id, task.request.output_format.value)
        with Image.open(BytesIO(data)) as picture:
            picture.load()
    except OSError:
        return False
    return store.thumbnail_file(task.id).exists()
