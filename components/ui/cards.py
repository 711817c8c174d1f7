"""From an entry of the ledger to a card on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from components.studio import SIZES, Model
from components.studio.naming import download_name
from components.studio.records import Entry, PictureRecord
from components.studio.tasks import State, Task
from components.ui.sheet import Action, Card
from components.ui.words import STATE_WORDS, wording

EDIT = Action("edit", "Edit this", "edit")
DOWNLOAD = Action("download", "Download", "download")
REMIX = Action("remix", "Remix", "remix")
LOOK = Action("look", "Look again", "retry")
SEND = Action("send", "Not made: send again", "retry")
DISMISS = Action("dismiss", "Dismiss", "dismiss")

_CARD_STATE = {State.SUBMITTING: "generating", State.STORING: "generating"}
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
    typical_seconds: float | None = None,
    group: str = "",
) -> Card:
    """The card of a task, with its picture if there is one."""
    task, picture = entry.task, entry.picture
    words = wording(task, place=place)
    width, height = _size(task, picture)
    return Card(
        id=task.id,
        state=_CARD_STATE.get(task.state, task.state.value),
        state_word=STATE_WORDS[task.state],
        prompt=task.request.prompt,
        alt=f"{task.request.prompt} ({'edited' if task.is_edit else 'made'} picture)",
        headline=words.headline,
        advice=words.advice,
        created_ms=_ms(task.created_at),
        started_ms=_optional_ms(task.sent_at),
        finished_ms=_optional_ms(task.finished_at),
        expected_seconds=typical_seconds,
        thumbnail_url=thumbnail_url(picture.id) if picture else None,
        picture_url=picture_url(picture) if picture else None,
        download_url=download_url(picture) if picture else None,
        file_name=download_name(picture) if picture else "",
        before_thumbnail_url=thumbnail_url(task.source_id) if task.source_id else None,
        width_px=width,
        height_px=height,
        details=_details(task, picture),
        actions=_actions(task),
        group=group,
    )


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


def _actions(task: Task) -> tuple[Action, ...]:
    match task.state:
        case State.DONE:
            return (EDIT, REMIX, DOWNLOAD)
        case State.REFUSED:
            return (REMIX, DISMISS)
        case State.FAILED if task.service_id:
            return (LOOK, REMIX, DISMISS)
        case State.FAILED:
            return (REMIX, DISMISS)
        case State.UNCONFIRMED:
            return (SEND, REMIX)
        case State.STILL_RUNNING:
            return (LOOK, REMIX)
        case _:
            return (REMIX,)


def _details(task: Task, picture: PictureRecord | None) -> tuple[str, ...]:
    request = task.request
    ratio = request.aspect_ratio or ("Match input" if task.is_edit else "")
    size = f"{picture.width_px}×{picture.height_px}" if picture else ""
    made_as = (picture.format if picture else request.output_format.value).upper()
    return tuple(part for part in (_SHORT_MODEL[request.model], ratio, made_as, size) if part)


def _size(task: Task, picture: PictureRecord | None) -> tuple[int, int]:
    """The real size, or the one that is expected for the ratio (contract.md §8)."""
    if picture is not None:
        return picture.width_px, picture.height_px
    sizes: Mapping[str, tuple[int, int]] = SIZES
    return sizes.get(task.request.aspect_ratio or "", (1024, 1024))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _optional_ms(seconds: float | None) -> int | None:
    return None if seconds is None else _ms(seconds)
