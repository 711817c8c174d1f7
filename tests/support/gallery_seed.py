"""Write a gallery of many images in one transaction."""

from __future__ import annotations

import io
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from PIL import Image

from components.kie import GenerationRequest
from components.studio.db.tables import ImageRecord, image_to_row, images, task_to_row, tasks
from components.studio.db.tasks import TaskRepository
from components.studio.images.store import ImageStore
from components.studio.tasks.models import Task, TaskState

ANNA = "a" * 32
HOUR = 3600.0
COLOURS = ("teal", "coral", "goldenrod", "slateblue", "olive", "indianred", "steelblue")


@dataclass(frozen=True)
class SeedImage:
    """A task submitted `hours` ago, with its image if done; one `batch` holds variants."""

    prompt: str = "A harbour"
    hours: float = 0.0
    state: TaskState = TaskState.DONE
    user_id: str = ANNA
    source_id: str | None = None
    batch: str = ""
    size: tuple[int, int] = (1392, 752)
    starred: bool = False
    request: dict[str, Any] = field(default_factory=dict)


def seed_gallery(
    folder: Path,
    repository: TaskRepository,
    seeds: Sequence[SeedImage],
    store: ImageStore | None = None,
) -> list[str]:
    """Write tasks, images and small files; returns the ids, which both share.

    The files go into the folder unless another store is given.
    """
    built = [_build(seed) for seed in seeds]
    made = [picture for _, picture in built if picture is not None]
    with repository.database.write_transaction() as connection:
        connection.execute(sa.insert(tasks), [task_to_row(task) for task, _ in built])
        if made:
            connection.execute(sa.insert(images), [image_to_row(picture) for picture in made])
    shelf = store or ImageStore(folder)
    for number, picture in enumerate(made):
        data = _file(COLOURS[number % len(COLOURS)], picture.width_px, picture.height_px)
        for file in (shelf.image_file(picture.id, "jpeg"), shelf.thumbnail_file(picture.id)):
            if file.path is None:
                file.write(data)
                continue
            file.path.parent.mkdir(parents=True, exist_ok=True)
            file.path.write_bytes(data)  # no fsync for each
    return [task.id for task, _ in built]


def _build(seed: SeedImage) -> tuple[Task, ImageRecord | None]:
    name, made_at = uuid.uuid4().hex, time.time() - seed.hours * HOUR
    is_done = seed.state is TaskState.DONE
    task = Task(
        id=name,
        user_id=seed.user_id,
        batch=seed.batch or name,
        request=GenerationRequest(**{"prompt": seed.prompt, **seed.request}),
        token=name,
        price=Decimal(5),
        created_at=made_at,
        source_id=seed.source_id,
        state=seed.state,
        sent_at=made_at,
        finished_at=made_at + 12 if is_done else None,
        image_id=name if is_done else None,
    )
    if not is_done:
        return task, None
    width, height = seed.size
    return task, ImageRecord(
        id=name,
        user_id=seed.user_id,
        task_id=name,
        format="jpeg",
        width_px=width,
        height_px=height,
        size_bytes=600,
        created_at=made_at + 12,
        label=seed.prompt,
        starred=seed.starred,
    )


_encoded: dict[tuple[str, int, int], bytes] = {}


def _file(colour: str, width_px: int, height_px: int) -> bytes:
    """A small image of these proportions, encoded once."""
    key = (colour, width_px, height_px)
    if key not in _encoded:
        encoded = io.BytesIO()
        Image.new("RGB", (width_px // 8, height_px // 8), colour).save(encoded, "JPEG")
        _encoded[key] = encoded.getvalue()
    return _encoded[key]
