"""What the ledger keeps besides tasks: pictures, and a task together with its picture."""

from __future__ import annotations

from dataclasses import dataclass

from components.studio.tasks.models import Task


@dataclass(frozen=True, kw_only=True)
class ImageRecord:
    """What is known of a picture file. Sizes in pixels and bytes, times in epoch seconds."""

    id: str
    user_id: str
    task_id: str | None
    """The task that made it, or None for a picture that was brought in."""
    format: str
    width_px: int
    height_px: int
    size_bytes: int
    created_at: float
    label: str = ""
    """What a person calls it; never part of a path."""
    notes: tuple[str, ...] = ()
    upload_url: str | None = None
    """Where the service can read it, good until about a day after `uploaded_at`."""
    uploaded_at: float | None = None
    starred: bool = False
    chosen_at: float | None = None
    """When it was put in front of the other variants of its press."""
    deleted_at: float | None = None
    """When it was thrown away; its file stays until the trash is emptied."""


@dataclass(frozen=True)
class TaskWithImage:
    """A task with the picture it made, if it made one, and the one it started from."""

    task: Task
    image: ImageRecord | None
    source: ImageRecord | None = None
