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
from components.studio.db.models import PictureRecord
from components.studio.db.tasks import Ledger
from components.studio.identity import designer_of
from components.studio.images.store import Shelf
from components.studio.tasks.models import State, Task


@dataclass(frozen=True)
class DataFolder:
    """A data folder that no app has open."""

    folder: Path
    repository: Ledger

    def add_task(self, token: str, prompt: str, *, state: State = State.UNCONFIRMED) -> Task:
        """Add a task of the user who has this cookie."""
        task = Task(
            id=uuid.uuid4().hex,
            designer=user_id_of(token),
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
        task = self.add_task(token, prompt, state=State.STORING)
        encoded = io.BytesIO()
        Image.linear_gradient("L").resize((880, 1184)).convert("RGB").save(encoded, form.value)
        Shelf(self.folder).put(task.id, form.value, encoded.getvalue())
        record = PictureRecord(
            id=task.id,
            designer=task.designer,
            task_id=task.id,
            format=form.value,
            width_px=880,
            height_px=1184,
            size_bytes=len(encoded.getvalue()),
            created_at=task.created_at,
            label=prompt,
        )
        done = replace(task, state=State.DONE, picture_id=task.id, finished_at=task.created_at)
        self.repository.change_task(task.id, lambda _: done, picture=record)
        return task.id

    def picture_bytes(self, picture_id: str, form: OutputFormat = OutputFormat.JPEG) -> bytes:
        """The stored file."""
        return Shelf(self.folder).read(picture_id, form.value)


@contextmanager
def open_data_folder(folder: Path) -> Iterator[DataFolder]:
    """Open a data folder, and close it before the app starts."""
    repository = Ledger.in_folder(folder)
    try:
        yield DataFolder(folder, repository)
    finally:
        repository.close()


def user_id_of(token: str) -> str:
    """The id under which the database keeps the user of a cookie."""
    user_id = designer_of(token)
    assert user_id is not None
    return user_id
