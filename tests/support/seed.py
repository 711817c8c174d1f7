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

    def add_task(
        self, token: str, prompt: str, *, state: TaskState = TaskState.UNCONFIRMED
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
        )
        self.repository.add_tasks([task])
        return task

    def add_picture(self, token: str, prompt: str, form: OutputFormat = OutputFormat.JPEG) -> str:
        """Add a finished image of the user who has this cookie; returns its id."""
        task = self.add_task(token, prompt, state=TaskState.STORING)
        encoded = io.BytesIO()
        Image.linear_gradient("L").resize((880, 1184)).convert("RGB").save(encoded, form.value)
        ImageStore(self.folder).save(task.id, form.value, encoded.getvalue())
        record = ImageRecord(
            id=task.id,
            user_id=task.user_id,
            task_id=task.id,
            format=form.value,
            width_px=880,
            height_px=1184,
            size_bytes=len(encoded.getvalue()),
            created_at=task.created_at,
            label=prompt,
        )
        done = replace(task, state=TaskState.DONE, image_id=task.id, finished_at=task.created_at)
        self.repository.update_task(task.id, lambda _: done, image=record)
        return task.id

    def picture_bytes(self, image_id: str, form: OutputFormat = OutputFormat.JPEG) -> bytes:
        """The stored file."""
        return ImageStore(self.folder).read(image_id, form.value)


@contextmanager
def open_data_folder(folder: Path) -> Iterator[DataFolder]:
    """Open a data folder, and close it before the app starts."""
    repository = TaskRepository.in_folder(folder)
    try:
        yield DataFolder(folder, repository)
    finally:
        repository.close()
