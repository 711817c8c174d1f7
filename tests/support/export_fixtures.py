"""Builds items to export, and reads the exported ZIP."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal

from components.kie import GenerationRequest, Model
from components.studio.db.tables import ImageRecord
from components.studio.export import ExportItem, stream_zip
from components.studio.tasks.models import Task, TaskState

NOW = 1_795_000_000.0

MakeItem = Callable[..., ExportItem]
"""Makes an item with its file, from a prompt and an optional number."""


def id_of(number: int) -> str:
    return f"{number:032x}"


def task_of(number: int, prompt: str, *, source: int | None = None) -> Task:
    return Task(
        id=id_of(number),
        user_id="anna",
        batch=id_of(number),
        request=GenerationRequest(prompt=prompt, model=Model.MAX, aspect_ratio="16:9"),
        source_id=None if source is None else id_of(source),
        token=f"token-{number}",
        price=Decimal("7.5"),
        created_at=NOW,
        finished_at=NOW + 20,
        state=TaskState.DONE,
        image_id=id_of(number),
    )


def image_of(number: int, label: str = "", *, task: Task | None = None) -> ImageRecord:
    return ImageRecord(
        id=id_of(number),
        user_id="anna",
        task_id=task and task.id,
        format="jpeg",
        width_px=96,
        height_px=64,
        size_bytes=1,
        created_at=NOW,
        label=task.request.prompt if task else label,
    )


def export_zip(*entries: ExportItem, strip_metadata: bool = False) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(
        io.BytesIO(b"".join(stream_zip(entries, strip_metadata=strip_metadata, made_at=NOW)))
    )
    assert archive.testzip() is None
    return archive


def read_manifest(archive: zipfile.ZipFile) -> list[dict[str, object]]:
    pictures: list[dict[str, object]] = json.loads(archive.read("manifest.json"))["pictures"]
    return pictures
