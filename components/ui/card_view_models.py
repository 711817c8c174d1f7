"""Turns tasks and images into cards for the image grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from components.studio.db.sharing import PictureCollection
from components.studio.db.tables import ImageRecord, TaskWithImage
from components.studio.export import download_name
from components.studio.tasks.models import (
    STOPPED_BY_USER,
    UNFINISHED,
    FailureReason,
    Task,
    TaskState,
    shown_state,
)
from components.studio.tasks.transitions import can_stop_watching, is_unsent, recheck, requeue
from components.ui.messages import (
    MATCH_INPUT,
    format_credits,
    format_models,
    format_size,
    state_label,
    task_message,
)
from components.ui.model_pairs import comparison_obstacle, has_both_models
from components.ui.result_checks import expected_size, mismatches
from components.ui.urls import download_url, image_url, in_collection, thumbnail_url
from components.ui.widgets.image_grid import Action, Card, Submission

EDIT = Action("edit", "Edit this", "edit")
CHANGE = Action("change", "Change…")
DOWNLOAD = Action("download", "Download", "download")
DOWNLOAD_ALL = Action("download_all", "Download all", "download")
DELETE_ALL = Action("delete", "Delete all")
DOWNLOAD_WITHOUT_METADATA = Action(
    "download_plain", "Download without metadata", "download", minor=True
)
REMIX = Action("remix", "Remix", "remix")
REMIX_BOTH = Action("remix_both", "Remix", "remix")
COMPARE_MODELS = Action("compare_models", "Compare", "compare")
RECHECK = Action("look", "Look again", "retry")
STAR = Action("star", "Star")
DELETE = Action("delete", "Delete")
LINEAGE = Action("lineage", "Lineage", minor=True)
COMPARE = Action("compare", "Compare with its source", "compare", minor=True)
COPY_PROMPT = Action("copy_prompt", "Copy prompt", "copy", minor=True)
COPY_IMAGE = Action("copy_picture", "Copy picture", "picture", minor=True)
SHARE = Action("share", "Share…", "link", minor=True)
COLLECT = Action("collect", "Add to collection…", "collect")
TAKE_OUT = Action("take_out", "Take out of the collection", "dismiss")
EDIT_COPY = Action("edit_copy", "Edit this", "edit")
RESTORE = Action("restore", "Restore")
PURGE = Action("purge", "Delete for good", "delete")
ASSIGN_TASK_ID = Action("claim", "I have its task id", "link")
RESUBMIT = Action("send", "Not made: send again", "retry")
TRY_AGAIN = Action("send", "Try again", "retry")
RETRY = Action("retry", "Try again", "retry")
REWRITE = Action("remix", "Rewrite", "edit")
WITHDRAW = Action("withdraw", "Do not send", "dismiss")
STOP_WATCHING = Action("unwatch", "Stop watching: it stays paid for", "dismiss")
DISMISS = Action("dismiss", "Dismiss", "dismiss")

UNKNOWN_SIZE = (1024, 1024)
DAY_S = 24 * 3600.0
RESULT_LIFETIME_S = 14 * DAY_S
TRASH_DAYS = 14
_SECONDARY_ACTIONS = (SHARE, COPY_PROMPT, COPY_IMAGE, DOWNLOAD_WITHOUT_METADATA)
_SOURCE_ACTIONS = (STAR, EDIT, CHANGE, DOWNLOAD, DELETE, LINEAGE, SHARE, COPY_IMAGE)


def build_card(
    entry: TaskWithImage,
    *,
    queue_position: int | None = None,
    pause_reason: FailureReason | None = None,
    expected_seconds: float | None = None,
    color: str | None = None,
    in_gallery: bool = False,
    trash_days: int = TRASH_DAYS,
    describe_moment: Callable[[float], str] = lambda _: "later",
    retry_price: Decimal | None = None,
) -> Card:
    """The card of a task, with its image if there is one.

    In the gallery it has more actions. `color` is the image's average color. `describe_moment`
    says when something to come happens. `retry_price` is what it costs to make it once more, in
    credits; one that is sent again costs what it did.
    """
    task, image = entry.task, entry.image
    source = entry.source if entry.source and entry.source.deleted_at is None else None
    message = task_message(
        task,
        queue_position=queue_position,
        pause_reason=pause_reason,
        describe_moment=describe_moment,
    )
    width, height = _size(entry)
    reason = task.failure.reason if task.failure else None
    return Card(
        id=task.id,
        state=card_state(shown_state(task.state, has_image=image is not None), reason),
        state_word=state_label(task),
        prompt=task.request.prompt,
        alt=f"{task.request.prompt} ({'edited' if task.is_edit else 'made'} picture)",
        headline=message.headline,
        advice=message.advice,
        created_ms=_ms(task.created_at),
        started_ms=_optional_ms(task.sent_at),
        finished_ms=None if reason in STOPPED_BY_USER else _optional_ms(task.finished_at),
        expected_seconds=expected_seconds,
        thumbnail_url=thumbnail_url(image) if image else None,
        picture_url=image_url(image) if image else None,
        download_url=download_url(image) if image else None,
        file_name=download_name(image) if image else "",
        before_thumbnail_url=thumbnail_url(source) if source else None,
        color=color,
        width_px=width,
        height_px=height,
        details=_detail_lines(task, image),
        note=_note(entry),
        actions=_with_prices(_actions(entry, in_gallery=in_gallery), task, retry_price),
        starred=image is not None and image.starred,
        expires_ms=_optional_ms(_result_expires_at(task, image, trash_days)),
    )


def build_submission(variants: Sequence[TaskWithImage]) -> Submission:
    """The heading of a submission's cards; at least one variant is given."""
    first = variants[0]
    done = [entry for entry in variants if entry.image is not None]
    sizes = {(entry.image.width_px, entry.image.height_px) for entry in done if entry.image}
    notes = dict.fromkeys(note for entry in done if (note := _note(entry)))
    shown = done[0] if done and len(sizes) == 1 else replace(first, image=None)
    models = format_models(entry.task.request.model for entry in variants)
    has_ended = any(entry.task.state not in UNFINISHED for entry in variants)
    actions: list[Action] = [REMIX]
    if has_both_models(variants):
        obstacle = comparison_obstacle(variants)
        actions = [replace(COMPARE_MODELS, disabled_reason=obstacle), REMIX_BOTH]
    if done:
        actions.append(DOWNLOAD if len(variants) == 1 else DOWNLOAD_ALL)
    if has_ended:
        actions.append(DELETE if len(variants) == 1 else DELETE_ALL)
    return Submission(
        id=first.task.batch,
        prompt=first.task.request.prompt,
        details=(models, *_detail_lines(shown.task, shown.image)[1:]),
        note=" ".join(notes),
        actions=tuple(actions),
    )


def build_source_card(
    image: ImageRecord, *, color: str | None = None, trash_days: int = TRASH_DAYS
) -> Card:
    """The card of an image that was brought in. `color` is its average color."""
    in_trash = image.deleted_at is not None
    return Card(
        id=image.id,
        state=TaskState.DONE.value,
        state_word="",
        prompt=image.label,
        alt=f"{image.label} (source picture)",
        created_ms=_ms(image.created_at),
        thumbnail_url=thumbnail_url(image),
        picture_url=image_url(image),
        download_url=download_url(image),
        file_name=download_name(image),
        color=color,
        width_px=image.width_px,
        height_px=image.height_px,
        details=("Brought in", image.own_format.upper(), format_size(*image.own_size_px)),
        actions=(RESTORE, PURGE) if in_trash else _SOURCE_ACTIONS,
        starred=image.starred,
        expires_ms=_optional_ms(_trash_ends_at(image, trash_days)),
    )


def build_collection_card(image: ImageRecord, collection: PictureCollection) -> Card:
    """The card of a picture in a collection of another person, to look at and to edit a copy."""
    by = f"Shared by {collection.owner_name}" if collection.owner_name else "Shared here"
    return Card(
        id=image.id,
        state=TaskState.DONE.value,
        state_word="",
        prompt=by,
        alt=f"{by} (picture)",
        created_ms=_ms(image.created_at),
        thumbnail_url=in_collection(thumbnail_url(image), collection.id),
        picture_url=in_collection(image_url(image), collection.id),
        color=image.color,
        width_px=image.width_px,
        height_px=image.height_px,
        details=(collection.name, format_size(image.width_px, image.height_px)),
        actions=(EDIT_COPY, COPY_IMAGE),
        group=collection.name,
    )


def card_state(state: TaskState, reason: FailureReason | None) -> str:
    """The state of a card, which does not tell the phases of generating apart.

    What a user has stopped is "stopped".
    """
    if state is TaskState.FAILED and reason in STOPPED_BY_USER:
        return "stopped"
    if state in (TaskState.SUBMITTING, TaskState.STORING):
        return TaskState.GENERATING.value
    return state.value


def _actions(entry: TaskWithImage, *, in_gallery: bool) -> tuple[Action, ...]:
    task, image = entry.task, entry.image
    if image is not None and image.deleted_at is not None:
        return (RESTORE, PURGE)
    stop = (WITHDRAW,) if is_unsent(task) else (STOP_WATCHING,) if can_stop_watching(task) else ()
    match shown_state(task.state, has_image=image is not None):
        case TaskState.DONE:
            has_source = entry.source is not None and entry.source.deleted_at is None
            tree_actions = (LINEAGE, *((COMPARE,) if has_source else ())) if in_gallery else ()
            return (STAR, EDIT, CHANGE, REMIX, DOWNLOAD, DELETE, *tree_actions, *_SECONDARY_ACTIONS)
        case TaskState.REFUSED:
            return (REWRITE, RETRY, DISMISS)
        case TaskState.FAILED if requeue(task) is not task:
            return (TRY_AGAIN, REMIX, DISMISS)
        case TaskState.FAILED if recheck(task, 0.0) is not task:
            return (RECHECK, REMIX, DISMISS)
        case TaskState.FAILED:
            return (RETRY, REMIX, DISMISS)
        case TaskState.UNCONFIRMED:
            return (ASSIGN_TASK_ID, RESUBMIT, REMIX)
        case TaskState.STILL_RUNNING:
            return (RECHECK, REMIX, *stop)
        case TaskState.STORING if task.failure is not None:
            return (RECHECK, REMIX, *stop)
        case _:
            return (REMIX, *stop)


def _with_prices(
    actions: tuple[Action, ...], task: Task, retry_price: Decimal | None
) -> tuple[Action, ...]:
    """The actions; those that are paid for say their price."""
    if retry_price is None:
        return actions
    prices = {RETRY: retry_price, TRY_AGAIN: task.price, RESUBMIT: task.price}
    return tuple(
        replace(action, label=f"{action.label} · {format_credits(prices[action])}")
        if action in prices
        else action
        for action in actions
    )


def _result_expires_at(task: Task, image: ImageRecord | None, trash_days: int) -> float | None:
    """When the result expires at the provider, in epoch seconds; None for stored images.

    Results are kept for 14 days (docs/kie-api.md, Query). The card shows the time only where
    something keeps the image from being downloaded.
    """
    if image is not None:
        return _trash_ends_at(image, trash_days)
    storing_failed = task.state is TaskState.STORING and task.failure is not None
    gave_up = task.failure is not None and task.failure.reason is FailureReason.DOWNLOAD_FAILED
    is_missing = task.state is TaskState.STILL_RUNNING or storing_failed or gave_up
    since = task.finished_at or task.accepted_at
    return since + RESULT_LIFETIME_S if since is not None and is_missing else None


def _trash_ends_at(image: ImageRecord, days: int) -> float | None:
    return None if image.deleted_at is None else image.deleted_at + days * DAY_S


def _note(entry: TaskWithImage) -> str:
    """How the image differs from what was requested."""
    if entry.image is None:
        return ""
    return " ".join(mismatches(entry.task.request, entry.image, entry.source))


def _detail_lines(task: Task, image: ImageRecord | None) -> tuple[str, ...]:
    request = task.request
    ratio = request.aspect_ratio or (MATCH_INPUT.lower() if task.is_edit else "")
    file_format = (image.format if image else request.output_format).upper()
    size = format_size(image.width_px, image.height_px) if image else ""
    details = (format_models([request.model]), ratio, file_format, size)
    return tuple(detail for detail in details if detail)


def _size(entry: TaskWithImage) -> tuple[int, int]:
    """The real size, or the expected one."""
    if entry.image is not None:
        return entry.image.width_px, entry.image.height_px
    return expected_size(entry.task.request.aspect_ratio, entry.source) or UNKNOWN_SIZE


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _optional_ms(seconds: float | None) -> int | None:
    return None if seconds is None else _ms(seconds)
