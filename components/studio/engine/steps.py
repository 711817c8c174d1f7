"""The steps of a task: send it, ask after it, bring it home. Each ends in a report about it.

What a step does before it costs money is written down first; what becomes of the task by the
report is not decided here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from components.kontext import (
    GenerationRequest,
    KontextError,
    OutcomeUnknown,
    RateLimited,
    TaskReport,
)
from components.studio.engine.tally import Tally
from components.studio.ledger.ledger import LedgerUnavailable
from components.studio.ledger.records import PictureRecord
from components.studio.tasks.life import Accepted, Hindered, Report, Stored, advance, claimed, sent
from components.studio.tasks.task import State, Task

log = logging.getLogger("kontext.steps")


class Service(Protocol):
    """What is asked of the service's client."""

    def create(self, request: GenerationRequest) -> str: ...
    def query(self, task_id: str) -> TaskReport: ...
    def credits(self) -> Decimal: ...


class Hands(Protocol):
    """What is left to others: pictures going out and pictures coming in."""

    def lend_source(self, task: Task) -> str:
        """Where the service can read the picture to edit. Raises Hindrance."""

    def bring_home(self, task: Task) -> PictureRecord:
        """Fetch, verify and store the result. Raises Hindrance."""

    def distrust_source(self, task: Task) -> None:
        """An edit failed at the service: do not lend it the same copy again."""


class Hindrance(Exception):
    """A step of our own could not be done now."""

    def __init__(self, hindered: Hindered) -> None:
        super().__init__(hindered.obstacle.trouble)
        self.hindered = hindered


@dataclass(frozen=True)
class Outcome:
    """What a step found out, and the picture that it stored; no report: nothing was done."""

    report: Report | None = None
    picture: PictureRecord | None = None


Change = Callable[[str, Callable[[Task], Task]], tuple[Task, Task] | None]
"""Changes a task in ledger and agenda, however long it takes; None when the studio closes."""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Does one step of one task. Safe to call from any thread, one step of a task at a time."""

    service: Service
    hands: Hands
    callback_url: Callable[[str], str | None]
    change: Change
    clock: Callable[[], float]
    """Epoch seconds."""
    tally: Tally
    holder_of: Callable[[str], Task | None]
    """The task here that has this id of the service. Raises LedgerUnavailable."""

    def send(self, task: Task) -> Outcome:
        """Create the task at the service, with its source uploaded before."""
        if task.is_edit:
            return self._send_edit(task)
        changed = self.change(task.id, lambda task: sent(claimed(task), self.clock()))
        if not _is_ours_to_send(task, changed):
            return Outcome()
        return Outcome(self._create(task, input_image=None))

    def _send_edit(self, task: Task) -> Outcome:
        changed = self.change(task.id, claimed)
        if not _is_ours_to_send(task, changed):
            return Outcome()
        try:
            source_url = self.hands.lend_source(task)
        except Hindrance as hindrance:
            return Outcome(hindrance.hindered)
        changed = self.change(task.id, lambda task: sent(task, self.clock()))
        if not _is_ours_to_send(task, changed):
            return Outcome()
        return Outcome(self._create(task, input_image=source_url))

    def _create(self, task: Task, *, input_image: str | None) -> Report:
        try:
            request = replace(
                task.request,
                input_image=input_image,
                callback_url=self.callback_url(task.token),
            )
            self.tally.create()
            log.debug("create", extra={"task": task.id, "prompt": request.prompt})
            service_id = self.service.create(request)
        except KontextError as error:
            self._count(error)
            return error
        except Exception:
            # It may have left before the fault: taken for lost, and so never sent again.
            log.exception("create failed", extra={"task": task.id})
            return OutcomeUnknown("A fault of the studio.")
        # The log knows the id even if the ledger cannot be written from now on.
        log.info("accepted", extra={"task": task.id, "service_id": service_id})
        if self._belongs_to_another(task, service_id):
            return OutcomeUnknown("The service gave the id of another task.")
        return Accepted(service_id)

    def _belongs_to_another(self, task: Task, service_id: str) -> bool:
        try:
            holder = self.holder_of(service_id)
            return holder is not None and holder.id != task.id
        except LedgerUnavailable:
            return False  # the id is worth more than the doubt

    def ask(self, task: Task) -> Outcome:
        """Ask the service how the task is doing."""
        if task.service_id is None:
            return Outcome()
        self.tally.query()
        try:
            return Outcome(self.service.query(task.service_id))
        except KontextError as error:
            self._count(error)
            return Outcome(error)

    def fetch(self, task: Task, *, ask_first: bool) -> Outcome:
        """Bring the result home; with `ask_first`, by the links that the service names now.

        An answer of no use leaves the links as they are: they may work by now.
        """
        if ask_first:
            answer = self.ask(task).report
            if isinstance(answer, TaskReport):
                changed = self.change(task.id, lambda task: advance(task, answer, self.clock()))
                if changed is None:
                    return Outcome()
                task = changed[1]
        if task.state is not State.STORING:
            return Outcome()
        try:
            picture = self.hands.bring_home(task)
        except Hindrance as hindrance:
            return Outcome(hindrance.hindered)
        return Outcome(Stored(picture.id), picture)

    def _count(self, error: KontextError) -> None:
        if isinstance(error, RateLimited):
            self.tally.rejection()


def _is_ours_to_send(task: Task, changed: tuple[Task, Task] | None) -> bool:
    """Whether the claim of a task that was queued stands in the ledger.

    The state before is no proof of the contrary: a commit may fail and yet have been written.
    """
    if changed is None or task.state is not State.QUEUED:
        return False
    return changed[1].state is State.SUBMITTING
