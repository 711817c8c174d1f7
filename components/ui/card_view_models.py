"""From an entry of the ledger to a card on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from components.studio import SIZES, Model
from components.studio.db.gallery import TRASH_SECONDS
from components.studio.db.models import Entry, PictureRecord
from components.studio.export import download_name
from components.studio.result_checks import surprises
from components.studio.tasks.models import State, Task, Trouble
from components.studio.tasks.transitions import looked_again
from components.ui.messages import STATE_WORDS, wording
from components.ui.widgets.image_grid import Action, Card

EDIT = Action("edit", "Edit this", "edit")
DOWNLOAD = Action("download", "Download", "download")
PLAIN = Action("download_plain", "Download without metadata", "download", minor=True)
REMIX = Action("remix", "Remix", "remix")
LOOK = Action("look", "Look again", "retry")
STAR = Action("star", "Star")
DELETE = Action("delete", "Delete")
LINEAGE = Action("lineage", "Lineage", minor=True)
COMPARE = Action("compare", "Compare with its source", "compare", minor=True)
COPY_PROMPT = Action("copy_prompt", "Copy prompt", "copy", minor=True)
COPY_PICTURE = Action("copy_picture", "Copy picture", "picture", minor=True)
RESTORE = Action("restore", "Restore")
PURGE = Action("purge", "Delete for good", "delete")
CLAIM = Action("claim", "I have its task id", "link")
SEND = Action("send", "Not made: send again", "retry")
DISMISS = Action("dismiss", "Dismiss", "dismiss")

RESULT_SECONDS = 14 * 24 * 3600.0
CARD_STATE = {State.SUBMITTING: "generating", State.STORING: "generating"}
_MINOR = (COPY_PROMPT, COPY_PICTURE, PLAIN)
_SHORT_MODEL = {Model.PRO: "Pro", Model.MAX: "Max"}


def picture_url(picture: PictureRecord) -> str:
    """Where a browser finds the picture."""
    return f"/app/static/pictures/{picture.id}"


def download_url(picture: PictureRecord) -> str:
    """Where a browser gets the picture as a file."""
    return f"/app/static/downloads/{picture.id}"


def thumbnail_url(picture_id: str) -> str:
    """Where a browser finds the thumbnail of a picture."""
    return f"/app/static/thumbnails/{picture_id}"


def card_of(
    entry: Entry,
    *,
    place: int | None = None,
    held_by: Trouble | None = None,
    typical_seconds: float | None = None,
    group: str = "",
    in_gallery: bool = False,
) -> Card:
    """The card of a task, with its picture if there is one.

    In the gallery it can do more: it has a place among its relatives there.
    """
    task, picture = entry.task, entry.picture
    source = entry.source if entry.source and entry.source.deleted_at is None else None
    words = wording(task, place=place, held_by=held_by)
    width, height = _size(entry)
    return Card(
        id=task.id,
        state=CARD_STATE.get(task.state, task.state.value),
        state_word=STATE_WORDS[task.state],
        prompt=task.request.prompt,
        alt=f"{task.request.prompt} ({'edited' if task.is_edit else 'made'} picture)",
        headline=words.headline,
        advice=words.advice,
        created_ms=_ms(task.created_at),
        started_ms=_optional_ms(task.sent_at),
        finished_ms=_optional_ms(task.finished_at),
        expected_seconds=typical_seconds,
        thumbnail_url=thumbnail_url(picture.id) + _in_trash(picture) if picture else None,
        picture_url=picture_url(picture) + _in_trash(picture) if picture else None,
        download_url=download_url(picture) if picture else None,
        file_name=download_name(picture) if picture else "",
        before_thumbnail_url=thumbnail_url(source.id) if source else None,
        width_px=width,
        height_px=height,
        details=_details(task, picture),
        note=" ".join(surprises(task.request, picture, entry.source)) if picture else "",
        actions=_actions(entry, in_gallery=in_gallery),
        starred=picture is not None and picture.starred,
        expires_ms=_optional_ms(_lost_at(task, picture)),
        group=group,
    )


def card_of_source(picture: PictureRecord) -> Card:
    """The card of a picture that was brought in, among the steps that were made of it."""
    shape = f"{picture.width_px}×{picture.height_px}"
    return Card(
        id=picture.id,
        state=State.DONE.value,
        state_word=STATE_WORDS[State.DONE],
        prompt=picture.label,
        alt=f"{picture.label} (source picture)",
        created_ms=_ms(picture.created_at),
        thumbnail_url=thumbnail_url(picture.id),
        picture_url=picture_url(picture),
        download_url=download_url(picture),
        file_name=download_name(picture),
        width_px=picture.width_px,
        height_px=picture.height_px,
        details=("Brought in", picture.format.upper(), shape),
        actions=(EDIT, DOWNLOAD, LINEAGE, COPY_PICTURE),
    )


def size_of(aspect_ratio: str | None) -> tuple[int, int]:
    """The size in pixels that is expected for a ratio (contract.md §8)."""
    sizes: Mapping[str, tuple[int, int]] = SIZES
    return sizes.get(aspect_ratio or "", (1024, 1024))


def day_of(created_at: float, now: float, zone: tzinfo | None) -> str:
    """The heading a picture stands under: Today, Yesterday, or the date."""
    day = datetime.fromtimestamp(created_at, zone).date()
    today = datetime.fromtimestamp(now, zone).date()
    match (today - day).days:
        case 0:
            return "Today"
        case 1:
            return "Yesterday"
        case _:
            return f"{day:%A}, {day.day} {day:%B %Y}"


def _actions(entry: Entry, *, in_gallery: bool) -> tuple[Action, ...]:
    task, picture = entry.task, entry.picture
    if picture is not None and picture.deleted_at is not None:
        return (RESTORE, PURGE)
    match task.state:
        case State.DONE:
            has_source = entry.source is not None and entry.source.deleted_at is None
            relatives = (LINEAGE, *((COMPARE,) if has_source else ())) if in_gallery else ()
            return (STAR, EDIT, REMIX, DOWNLOAD, DELETE, *relatives, *_MINOR)
        case State.REFUSED:
            return (REMIX, DISMISS)
        case State.FAILED if looked_again(task, 0.0) is not task:
            return (LOOK, REMIX, DISMISS)
        case State.FAILED:
            return (REMIX, DISMISS)
        case State.UNCONFIRMED:
            return (CLAIM, SEND, REMIX)
        case State.STILL_RUNNING:
            return (LOOK, REMIX)
        case _:
            return (REMIX,)


def _in_trash(picture: PictureRecord) -> str:
    """A picture in the trash is shown to those alone who ask for the trash."""
    return "?trash=1" if picture.deleted_at is not None else ""


def _lost_at(task: Task, picture: PictureRecord | None) -> float | None:
    """When the picture is gone for good, in epoch seconds; None for our own copies.

    The service keeps a result for 14 days (contract.md §3). That is worth a clock only where
    something keeps the picture from coming.
    """
    if picture is not None:
        return None if picture.deleted_at is None else picture.deleted_at + TRASH_SECONDS
    hindered = task.state is State.STORING and task.obstacle is not None
    lost = task.obstacle is not None and task.obstacle.trouble is Trouble.RESULT_LOST
    waits = task.state is State.STILL_RUNNING or hindered or lost
    since = task.finished_at or task.accepted_at
    return since + RESULT_SECONDS if since is not None and waits else None


def _details(task: Task, picture: PictureRecord | None) -> tuple[str, ...]:
    request = task.request
    ratio = request.aspect_ratio or ("Match input" if task.is_edit else "")
    size = f"{picture.width_px}×{picture.height_px}" if picture else ""
    made_as = (picture.format if picture else request.output_format.value).upper()
    return tuple(part for part in (_SHORT_MODEL[request.model], ratio, made_as, size) if part)


def _size(entry: Entry) -> tuple[int, int]:
    """The real size, or the one that is expected: of the ratio, or of what it shall match."""
    ratio = entry.task.request.aspect_ratio
    shape = entry.picture or (entry.source if ratio is None else None)
    return (shape.width_px, shape.height_px) if shape else size_of(ratio)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _optional_ms(seconds: float | None) -> int | None:
    return None if seconds is None else _ms(seconds)
