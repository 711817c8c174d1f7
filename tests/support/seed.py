"""Write images and tasks to a data folder before the app is started on it."""

from __future__ import annotations

import io
import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from PIL import Image

from components.kie import GenerationRequest, OutputFormat
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.images.store import ImageStore
from components.studio.tasks.models import Task, TaskState
from tests.support.identity import user_id_of


@dataclass(frozen=True)
class DataFolder:
    """A data folder that no app has open."""

    folder: Path
    repository: TaskRepository
    store: ImageStore

    def add_task(
        self,
        token: str,
        prompt: str,
        *,
        state: TaskState = TaskState.UNCONFIRMED,
        source_id: str | None = None,
    ) -> Task:
        """Add a task of the user who has this cookie."""
        task = Task(
            id=uuid.uuid4().hex,
            user_id=user_id_of(token),
            batch=uuid.uuid4().hex,
            request=GenerationRequest(prompt=prompt),
            token=secrets.token_urlsafe(32),
            price=Decimal(5),
            created_at=time.time(),
            state=state,
            source_id=source_id,
        )
        self.repository.add_tasks([task])
        return task

    def add_picture(
        self,
        token: str,
        prompt: str,
        form: OutputFormat = OutputFormat.JPEG,
        *,
        picture: Image.Image | None = None,
        source_id: str | None = None,
    ) -> str:
        """Add a finished image of the user who has this cookie; returns its id."""
        task = self.add_task(token, prompt, state=TaskState.STORING, source_id=source_id)
        encoded = io.BytesIO()
        if picture is None:
            picture = Image.linear_gradient("L").resize((880, 1184)).convert("RGB")
        picture.save(encoded, form.value)
        self.store.save(task.id, form.value, encoded.getvalue())
        record = ImageRecord(
            id=task.id,
            user_id=task.user_id,
            task_id=task.id,
            format=form.value,
            width_px=picture.width,
            height_px=picture.height,
            size_bytes=len(encoded.getvalue()),
            created_at=task.created_at,
            label=prompt,
        )
        done = replace(task, state=TaskState.DONE, image_id=task.id, finished_at=task.created_at)
        self.repository.update_task(task.id, lambda _: done, image=record)
        return task.id

    def add_source(self, token: str, data: bytes) -> str:
        """Add a PNG that was brought in, and select it as the source; returns its id."""
        record = self._store(uuid.uuid4().hex, token, data)
        self.repository.add_image(record)
        self.repository.set_selected_source(record.user_id, record.id)
        return record.id

    def add_edit(self, token: str, source_id: str, data: bytes) -> str:
        """Add a finished edit of this source, whose raw answer is a PNG; returns its id."""
        task = self.add_task(token, "Paint it red", state=TaskState.STORING, source_id=source_id)
        record = replace(self._store(task.id, token, data), task_id=task.id)
        done = replace(task, state=TaskState.DONE, image_id=task.id, finished_at=task.created_at)
        self.repository.update_task(task.id, lambda _: done, image=record)
        return task.id

    def _store(self, image_id: str, token: str, data: bytes) -> ImageRecord:
        self.store.save(image_id, "png", data)
        with Image.open(io.BytesIO(data)) as image:
            width_px, height_px = image.size
        return ImageRecord(
            id=image_id,
            user_id=user_id_of(token),
            task_id=None,
            format="png",
            width_px=width_px,
            height_px=height_px,
            size_bytes=len(data),
            created_at=time.time(),
            label="mine.png",
        )

    def image_file(self, image_id: str, form: OutputFormat = OutputFormat.PNG) -> Path:
        """Where an image is stored."""
        return self.store.image_file(image_id, form.value).path

    def picture_bytes(self, image_id: str, form: OutputFormat = OutputFormat.JPEG) -> bytes:
        """The stored file."""
        return self.store.read(image_id, form.value)


@contextmanager
def open_data_folder(folder: Path) -> Iterator[DataFolder]:
    """Open a data folder, and close it before the app starts."""
    repository = TaskRepository.in_folder(folder)
    try:
        yield DataFolder(folder, repository, ImageStore(folder))
    finally:
        repository.close()
