"""Pictures on their way out, complete but for what a test is about, and the ZIP of them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal

from components.kie import GenerationRequest, Model
from components.studio.db.models import PictureRecord
from components.studio.export import Exported, stream_zip
from components.studio.tasks.models import State, Task

NOW = 1_795_000_000.0

MakeItem = Callable[..., Exported]
"""Makes a picture that has its file, from its prompt and, where it matters, its number."""


def number_of(number: int) -> str:
    return f"{number:032x}"


def task_of(number: int, prompt: str, *, source: int | None = None) -> Task:
    return Task(
        id=number_of(number),
        designer="anna",
        batch=number_of(number),
        request=GenerationRequest(prompt=prompt, model=Model.MAX, aspect_ratio="16:9"),
        source_id=None if source is None else number_of(source),
        token=f"token-{number}",
        price=Decimal("7.5"),
        created_at=NOW,
        finished_at=NOW + 20,
        state=State.DONE,
        picture_id=number_of(number),
    )


def record_of(number: int, label: str = "", *, task: Task | None = None) -> PictureRecord:
    return PictureRecord(
        id=number_of(number),
        designer="anna",
        task_id=task and task.id,
        format="jpeg",
        width_px=96,
        height_px=64,
        size_bytes=1,
        created_at=NOW,
        label=task.request.prompt if task else label,
    )


def zipped(*entries: Exported, plain: bool = False) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(entries, plain=plain, made_at=NOW))))
    assert archive.testzip() is None
    return archive


def manifest_of(archive: zipfile.ZipFile) -> list[dict[str, object]]:
    pictures: list[dict[str, object]] = json.loads(archive.read("manifest.json"))["pictures"]
    return pictures
