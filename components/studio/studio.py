"""The studio: everything a page may ask for, in a designer's terms.

The one face of this room. It owns no thread and no screen; it puts the ledger, the shelf and
the engine together and keeps one designer's things from another's.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from components.kie import CallbackHint, GenerationRequest, InvalidRequest, KontextClient
from components.studio.credits import BalanceWatch
from components.studio.db.gallery import Archive
from components.studio.db.models import Entry, PictureRecord
from components.studio.db.prompts import Notebook
from components.studio.db.spending import Spend, spent_by
from components.studio.db.tasks import Ledger, ServiceIdTaken
from components.studio.drafts import Drafts
from components.studio.events import Bell
from components.studio.export import ExportItem, collect_export_items
from components.studio.fault_injection import DrillRoom
from components.studio.images.ingest import ingest_image
from components.studio.images.store import ImageStore
from components.studio.lineage import Family, family_of
from components.studio.safe_fetch.client import SafeHttpClient
from components.studio.settings import Settings
from components.studio.task_import import Homecoming, Homecomings, checked_id
from components.studio.tasks.models import State, Task, Trouble, new_token
from components.studio.tasks.transitions import (
    Accepted,
    advance,
    called_back,
    disproved,
    looked_again,
    sent_again,
)
from components.studio.worker.worker import Engine

log = logging.getLogger("kontext.studio")

MOST_VARIANTS = 4
SAME_PRESS_SECONDS = 1.0


class NotYours(LookupError):
    """No such task or picture, or it belongs to another designer: the two are not told apart."""


@dataclass(kw_only=True)
class Studio:
    """One installation at work. Methods raise LedgerUnavailable when the ledger cannot serve."""

    settings: Settings
    client: KontextClient = field(repr=False)
    ledger: Ledger
    shelf: ImageStore
    archive: Archive
    engine: Engine
    bell: Bell
    fetch: SafeHttpClient
    drill: DrillRoom | None = None
    """Only where the sandbox plays the service."""
    clock: Callable[[], float] = time.time
    notebook: Notebook = field(init=False)
    drafts: Drafts = field(init=False)
    balance: BalanceWatch = field(init=False)

    def __post_init__(self) -> None:
        self.notebook = Notebook(self.ledger)
        self.drafts = Drafts(self.notebook)
        self.balance = BalanceWatch(self.client.credits)
        self.engine.aftermath.charged = self.balance.stir
        self._homecomings = Homecomings(
            self.ledger, ask=self.client.query, price=self.settings.price, clock=self.clock
        )

    # Asking for pictures

    def submit(
        self,
        designer: str,
        request: GenerationRequest,
        *,
        source_id: str | None = None,
        variants: int = 1,
    ) -> list[Task]:
        """Write down one task per variant and return at once; the engine does the rest.

        A second press on the same values within a second returns the tasks of the first.
        Raises InvalidRequest, and NotYours for a source of somebody else's.
        """
        if source_id is not None:
            request.check_as_edit()
            self.picture(designer, source_id)
        now = self.clock()
        first = Task(
            id=uuid.uuid4().hex,
            designer=designer,
            batch=uuid.uuid4().hex,
            request=request,
            source_id=source_id,
            token=new_token(),
            price=self.settings.price(request.model),
            created_at=now,
        )
        others = [
            replace(first, id=uuid.uuid4().hex, token=new_token())
            for _ in range(min(max(variants, 1), MOST_VARIANTS) - 1)
        ]
        new = [first, *others]
        written = self.ledger.add_tasks(new, unless_since=now - SAME_PRESS_SECONDS)
        if written[0].batch == first.batch:
            for task in written:
                self.engine.take_up(task)
        return written

    def look_again(self, designer: str, task_id: str) -> Task:
        """Watch a task anew whose result may still be at the service."""
        return self._changed(designer, task_id, lambda task: looked_again(task, self.clock()))

    def send_again(self, designer: str, task_id: str) -> Task:
        """Send an unconfirmed task again: its designer knows that it was not made."""
        return self._changed(designer, task_id, sent_again)

    def confirm(self, designer: str, task_id: str, service_id: str) -> Task:
        """Give an unconfirmed task the id that the service knows it by.

        Raises InvalidRequest for what cannot be an id, or is the id of another task of this
        designer's. An id that the service does not know, or knows for another prompt, leaves it
        unconfirmed; so does one of another designer's, which is not told apart from those.
        """
        named = Accepted(checked_id(service_id), proven=False)
        try:
            return self._changed(designer, task_id, lambda task: advance(task, named, self.clock()))
        except ServiceIdTaken as taken:
            if taken.holder.designer == designer:
                raise InvalidRequest(
                    "task_id", "This task id belongs to another picture here: copy the right one."
                ) from taken
        return self._changed(designer, task_id, disproved)

    def adopt(self, designer: str, service_id: str) -> Homecoming:
        """Bring home a task by the id that the service knows it by; may take 15 seconds.

        One that is here already is looked at again. Raises what `Homecomings.find` raises.
        """
        found = self._homecomings.find(designer, checked_id(service_id))
        if found.is_new:
            self.engine.take_up(found.task)
            return found
        if found.task.state is State.UNCONFIRMED:
            return replace(found, task=self.confirm(designer, found.task.id, service_id))
        return replace(found, task=self.look_again(designer, found.task.id))

    def dismiss(self, designer: str, task_id: str) -> None:
        """Take an ended task without a picture off the list."""
        self.ledger.dismiss(designer, task_id)
        self.bell.ring(designer)

    def heed_callback(self, token: str, hint: CallbackHint) -> None:
        """Look at the task that bears this token; an unknown token is as good as none.

        The callback is a hint: all that is taken from it is the id of a task that lost its own.
        """
        task = self.ledger.task_by_token(token)
        if task is None:
            return
        try:
            changed = self.engine.change(
                task.id, lambda task: called_back(task, hint.task_id, self.clock())
            )
            is_its_own = changed is not None and changed[1].service_id == hint.task_id
        except ServiceIdTaken:
            is_its_own = False
        if not is_its_own:
            # It may be a picture that was paid for: with its id it can be brought home by hand.
            log.warning(
                "callback for another task", extra={"task": task.id, "service_id": hint.task_id}
            )
        self.engine.hasten(task.id)

    # What a designer sees

    def entries(self, designer: str, *, limit: int, offset: int = 0) -> list[Entry]:
        """A designer's tasks, newest first, each with its picture if it has one."""
        return self.ledger.entries(designer, limit=limit, offset=offset)

    def picture(self, designer: str, picture_id: str) -> PictureRecord:
        """A picture of this designer's that was not thrown away. Raises NotYours."""
        found = self.ledger.picture(picture_id)
        if found is None or found.designer != designer or found.deleted_at is not None:
            raise NotYours
        return found

    def task(self, designer: str, task_id: str) -> Task:
        """A task of this designer's. Raises NotYours."""
        found = self.ledger.task(task_id)
        if found is None or found.designer != designer:
            raise NotYours
        return found

    def family(self, designer: str, picture_id: str, *, with_thrown: bool = False) -> Family:
        """The picture with all it came from and led to. Raises NotYours.

        What was thrown away is left out, unless the gaps are asked for.
        """
        self.picture(designer, picture_id)
        family = family_of(self.ledger, designer, picture_id)
        return family if with_thrown else family.kept()

    def running_edits(self, designer: str, family: Family) -> list[Entry]:
        """The edits of a family's pictures that have not made a picture, newest first."""
        edits = self.ledger.edits_of(designer, [step.picture.id for step in family.steps])
        return [entry for entry in reversed(edits) if entry.picture is None]

    def choose_source(self, designer: str, picture_id: str | None) -> None:
        """Put a picture of this designer's on the desk, or clear it. Raises NotYours."""
        if picture_id is not None:
            self.picture(designer, picture_id)
        self.ledger.put_on_desk(designer, picture_id)

    def chosen_source(self, designer: str) -> PictureRecord | None:
        """The picture on the desk: it stays over a reload, a restart and a change of page."""
        picture_id = self.ledger.on_desk(designer)
        try:
            return None if picture_id is None else self.picture(designer, picture_id)
        except NotYours:
            return None  # it was deleted since

    def place_in_queue(self) -> dict[str, int]:
        """For each task that waits to be sent, its place: 1 goes first."""
        return {task.id: place for place, task in enumerate(self.engine.queue(), start=1)}

    @property
    def held_by(self) -> Trouble | None:
        """What keeps the whole queue from being sent: the key or the credit."""
        return self.engine.held_by

    def spent(self, designer: str, *, since: float = 0.0) -> Spend:
        """What a designer has spent since then, in epoch seconds."""
        return spent_by(self.ledger, designer, since=since)

    # Bringing pictures in

    def bring_in(self, designer: str, data: bytes, *, label: str) -> PictureRecord:
        """Keep a copy of a picture to edit. Raises InvalidImageError, or OSError from the disk."""
        taken = ingest_image(data)
        record = PictureRecord(
            id=uuid.uuid4().hex,
            designer=designer,
            task_id=None,
            format=taken.format,
            width_px=taken.width_px,
            height_px=taken.height_px,
            size_bytes=len(taken.data),
            created_at=self.clock(),
            label=label,
            notes=taken.notes,
        )
        self.shelf.save(record.id, record.format, taken.data)
        self.ledger.add_picture(record)
        return record

    def bring_in_from(self, designer: str, url: str) -> PictureRecord:
        """The same from a web address. Raises FetchError as well."""
        return self.bring_in(designer, self.fetch.get_image(url), label=url)

    def exported(self, designer: str, picture_ids: Iterable[str]) -> Iterator[ExportItem]:
        """Pictures of this designer's to take along, with their making; others are left out."""
        return collect_export_items(self.ledger, self.shelf, designer, picture_ids)

    def picture_file(self, record: PictureRecord) -> Path:
        """Where the file of a picture lies."""
        return self.shelf.image_path(record.id, record.format)

    def thumbnail_file(self, record: PictureRecord) -> Path:
        """Where the thumbnail of a picture lies."""
        return self.shelf.thumbnail_path(record.id)

    def close(self) -> None:
        """Stop working; every unfinished task goes on at the next start."""
        self.engine.stop()
        self.balance.close()
        self.drafts.close()
        self.ledger.close()
        self.client.close()

    def _changed(self, designer: str, task_id: str, rule: Callable[[Task], Task]) -> Task:
        self.task(designer, task_id)
        changed = self.engine.change(task_id, rule)
        if changed is None:
            raise NotYours
        return changed[1]
