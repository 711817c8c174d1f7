"""Turns tasks and images into cards for the image grid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from components.studio import OUTPUT_SIZES, Model
from components.studio.db.gallery import TRASH_RETENTION_S
from components.studio.db.models import ImageRecord, TaskWithImage
from components.studio.export import download_name
from components.studio.result_checks import mismatches
from components.studio.tasks.models import FailureReason, Task, TaskState
from components.studio.tasks.transitions import recheck
from components.ui.messages import STATE_LABELS, task_message
from components.ui.widgets.image_grid import Action, Card

EDIT = Action("edit", "Edit this", "edit")
DOWNLOAD = Action("download", "Download", "download")
DOWNLOAD_WITHOUT_METADATA = Action(
    "download_plain", "Download without metadata", "download", minor=True
)
REMIX = Action("remix", "Remix", "remix")
RECHECK = Action("look", "Look again", "retry")
STAR = Action("star", "Star")
DELETE = Action("delete", "Delete")
LINEAGE = Action("lineage", "Lineage", minor=True)
COMPARE = Action("compare", "Compare with its source", "compare", minor=True)
COPY_PROMPT = Action("copy_prompt", "Copy prompt", "copy", minor=True)
COPY_IMAGE = Action("copy_picture", "Copy picture", "picture", minor=True)
RESTORE = Action("restore", "Restore")
PURGE = Action("purge", "Delete for good", "delete")
ASSIGN_TASK_ID = Action("claim", "I have its task id", "link")
RESUBMIT = Action("send", "Not made: send again", "retry")
DISMISS = Action("dismiss", "Dismiss", "dismiss")

RESULT_LIFETIME_S = 14 * 24 * 3600.0
CARD_STATE = {TaskState.SUBMITTING: "generating", TaskState.STORING: "generating"}
_SECONDARY_ACTIONS = (COPY_PROMPT, COPY_IMAGE, DOWNLOAD_WITHOUT_METADATA)
_SHORT_MODEL = {Model.PRO: "Pro", Model.MAX: "Max"}


def image_url(image: ImageRecord) -> str:
    """URL of an image."""
    return f"/app/static/pictures/{image.id}"


def download_url(image: ImageRecord) -> str:
    """URL that downloads an image as a file."""
    return f"/app/static/downloads/{image.id}"


def thumbnail_url(image_id: str) -> str:
    """URL of a thumbnail."""
    return f"/app/static/thumbnails/{image_id}"


def build_card(
    entry: TaskWithImage,
    *,
    queue_position: int | None = None,
    pause_reason: FailureReason | None = None,
    typical_seconds: float | None = None,
    group: str = "",
    in_gallery: bool = False,
) -> Card:
    """The card of a task, with its image if there is one.

    In the gallery it has more actions.
    """
    task, image = entry.task, entry.image
    source = entry.source if entry.source and entry.source.deleted_at is None else None
    text = task_message(task, queue_position=queue_position, pause_reason=pause_reason)
    width, height = _size(entry)
    return Card(
        id=task.id,
        state=CARD_STATE.get(task.state, task.state.value),
        state_word=STATE_LABELS[task.state],
        prompt=task.request.prompt,
        alt=f"{task.request.prompt} ({'edited' if task.is_edit else 'made'} picture)",
        headline=text.headline,
        advice=text.advice,
        created_ms=_ms(task.created_at),
        started_ms=_optional_ms(task.sent_at),
        finished_ms=_optional_ms(task.finished_at),
        expected_seconds=typical_seconds,
        thumbnail_url=thumbnail_url(image.id) + _in_trash(image) if image else None,
        picture_url=image_url(image) + _in_trash(image) if image else None,
        download_url=download_url(image) if image else None,
        file_name=download_name(image) if image else "",
        before_thumbnail_url=thumbnail_url(source.id) if source else None,
        width_px=width,
        height_px=height,
        details=_detail_lines(task, image),
        note=" ".join(mismatches(task.request, image, entry.source)) if image else "",
        actions=_actions(entry, in_gallery=in_gallery),
        starred=image is not None and image.starred,
        expires_ms=_optional_ms(_result_expires_at(task, image)),
        group=group,
    )


def build_source_card(image: ImageRecord) -> Card:
    """The card of an imported image, among the steps that were made from it."""
    shape = f"{image.width_px}×{image.height_px}"
    return Card(
        id=image.id,
        state=TaskState.DONE.value,
        state_word=STATE_LABELS[TaskState.DONE],
        prompt=image.label,
        alt=f"{image.label} (source picture)",
        created_ms=_ms(image.created_at),
        thumbnail_url=thumbnail_url(image.id),
        picture_url=image_url(image),
        download_url=download_url(image),
        file_name=download_name(image),
        width_px=image.width_px,
        height_px=image.height_px,
        details=("Brought in", image.format.upper(), shape),
        actions=(EDIT, DOWNLOAD, LINEAGE, COPY_IMAGE),
    )


def expected_size(aspect_ratio: str | None) -> tuple[int, int]:
    """The expected size in pixels of a ratio (docs/kie-api.md, Sizes)."""
    sizes: Mapping[str, tuple[int, int]] = OUTPUT_SIZES
    return sizes.get(aspect_ratio or "", (1024, 1024))


def day_label(created_at: float, now: float, zone: tzinfo | None) -> str:
    """The heading of a day: Today, Yesterday, or the date."""
    day = datetime.fromtimestamp(created_at, zone).date()
    today = datetime.fromtimestamp(now, zone).date()
    match (today - day).days:
        case 0:
            return "Today"
        case 1:
            return "Yesterday"
        case _:
            return f"{day:%A}, {day.day} {day:%B %Y}"


def _actions(entry: TaskWithImage, *, in_gallery: bool) -> tuple[Action, ...]:
    task, image = entry.task, entry.image
    if image is not None and image.deleted_at is not None:
        return (RESTORE, PURGE)
    match task.state:
        case TaskState.DONE:
            has_source = entry.source is not None and entry.source.deleted_at is None
            relatives = (LINEAGE, *((COMPARE,) if has_source else ())) if in_gallery else ()
            return (STAR, EDIT, REMIX, DOWNLOAD, DELETE, *relatives, *_SECONDARY_ACTIONS)
        case TaskState.REFUSED:
            return (REMIX, DISMISS)
        case TaskState.FAILED if recheck(task, 0.0) is not task:
            return (RECHECK, REMIX, DISMISS)
        case TaskState.FAILED:
            return (REMIX, DISMISS)
        case TaskState.UNCONFIRMED:
            return (ASSIGN_TASK_ID, RESUBMIT, REMIX)
        case TaskState.STILL_RUNNING:
            return (RECHECK, REMIX)
        case _:
            return (REMIX,)


def _in_trash(image: ImageRecord) -> str:
    """An image in the trash is served only to the trash view."""
    return "?trash=1" if image.deleted_at is not None else ""


def _result_expires_at(task: Task, image: ImageRecord | None) -> float | None:
    """When the result expires at the provider, in epoch seconds; None for stored images.

    Results are kept for 14 days (docs/kie-api.md, Query). The card shows the time only where
    something keeps the image from being downloaded.
    """
    if image is not None:
        return None if image.deleted_at is None else image.deleted_at + TRASH_RETENTION_S
    failed = task.state is TaskState.STORING and task.failure is not None
    lost = task.failure is not None and task.failure.reason is FailureReason.DOWNLOAD_FAILED
    waits = task.state is TaskState.STILL_RUNNING or failed or lost
    since = task.finished_at or task.accepted_at
    return since + RESULT_LIFETIME_S if since is not None and waits else None


def _detail_lines(task: Task, image: ImageRecord | None) -> tuple[str, ...]:
    request = task.request
    ratio = request.aspect_ratio or ("Match input" if task.is_edit else "")
    size = f"{image.width_px}×{image.height_px}" if image else ""
    made_as = (image.format if image else request.output_format.value).upper()
    return tuple(part for part in (_SHORT_MODEL[request.model], ratio, made_as, size) if part)


def _size(entry: TaskWithImage) -> tuple[int, int]:
    """The real size, or the expected one: of the ratio, or of the source."""
    ratio = entry.task.request.aspect_ratio
    shape = entry.image or (entry.source if ratio is None else None)
    return (shape.width_px, shape.height_px) if shape else expected_size(ratio)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _optional_ms(seconds: float | None) -> int | None:
    return None if seconds is None else _ms(seconds)
