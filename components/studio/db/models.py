"""Database records besides tasks: images, and a task together with its image."""

from __future__ import annotations

from dataclasses import dataclass

from components.studio.tasks.models import Task


@dataclass(frozen=True, kw_only=True)
class ImageRecord:
    """An image file. Sizes in pixels and bytes, times in epoch seconds."""

    id: str
    user_id: str
    task_id: str | None
    """The task that made it, or None for an imported image."""
    format: str
    width_px: int
    height_px: int
    size_bytes: int
    created_at: float
    label: str = ""
    """The name a person gave it; never part of a path."""
    notes: tuple[str, ...] = ()
    upload_url: str | None = None
    """Where kie.ai can read it, valid until about a day after `uploaded_at`."""
    uploaded_at: float | None = None
    starred: bool = False
    chosen_at: float | None = None
    """When it was set as the cover of its submission."""
    deleted_at: float | None = None
    """When it was moved to the trash; its file stays until the trash is purged."""


@dataclass(frozen=True)
class TaskWithImage:
    """A task with the image it made, if any, and the image it started from."""

    task: Task
    image: ImageRecord | None
    source: ImageRecord | None = None
