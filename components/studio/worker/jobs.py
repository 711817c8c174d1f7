"""The steps of a task: send it, ask after it, bring it home. Each ends in a report about it.

What a step does before it costs money is written down first; what becomes of the task by the
report is not decided here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Protocol

from components.kie import GenerationRequest, KontextError, OutcomeUnknown, RateLimited, TaskReport
from components.studio.db.models import PictureRecord
from components.studio.db.tasks import Beside, ServiceIdTaken
from components.studio.tasks.models import State, Task
from components.studio.tasks.transitions import (
    Accepted,
    Hindered,
    Report,
    Stored,
    advance,
    claimed,
    left_behind,
    sent,
)
from components.studio.worker.rate_limited_caller import Metered
from components.studio.worker.stats import Tally

log = logging.getLogger("kontext.steps")

Relink = Callable[[str], str]
"""Another link to a picture of the service, for one that does not work. Raises KontextError."""


class Service(Protocol):
    """What is asked of the service's client."""

    def create(self, request: GenerationRequest) -> str: ...
    def query(self, task_id: str) -> TaskReport: ...
    def credits(self) -> Decimal: ...
    def download_url(self, url: str) -> str: ...


class Hands(Protocol):
    """What is left to others: pictures going out and pictures coming in."""

    def lend_source(self, task: Task) -> str:
        """Where the service can read the picture to edit. Raises Hindrance."""

    def bring_home(self, task: Task, relink: Relink | None) -> PictureRecord:
        """Fetch, verify and store the result; `relink` may be asked. Raises Hindrance."""

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
    answer: Report | None = None
    """What a query was answered, on the way or as the report itself."""


class Change(Protocol):
    """Changes a task in ledger and agenda, however long it takes; None when the studio closes.

    Raises ServiceIdTaken, with nothing changed.
    """

    def __call__(
        self,
        task_id: str,
        rule: Callable[[Task], Task],
        *,
        beside: Beside | None = ...,
    ) -> tuple[Task, Task] | None: ...


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
    metered: Metered

    def send(self, task: Task) -> Outcome:
        """Create the task at the service, with its source uploaded before."""
        if task.is_edit:
            return self._send_edit(task)
        changed = self.change(
            task.id, lambda task: sent(claimed(task), self.clock()), beside=left_behind
        )
        claim = _ours_to_send(task, changed)
        return Outcome() if claim is None else Outcome(self._create(claim, input_image=None))

    def _send_edit(self, task: Task) -> Outcome:
        changed = self.change(task.id, claimed, beside=left_behind)
        if _ours_to_send(task, changed) is None:
            return Outcome()
        try:
            source_url = self.hands.lend_source(task)
        except Hindrance as hindrance:
            return Outcome(hindrance.hindered)
        changed = self.change(task.id, lambda task: sent(task, self.clock()))
        claim = _ours_to_send(task, changed)
        return Outcome() if claim is None else Outcome(self._create(claim, input_image=source_url))

    def _create(self, task: Task, *, input_image: str | None) -> Report:
        return self._noted(task, self._answer_to_create(task, input_image))

    def _answer_to_create(self, task: Task, input_image: str | None) -> Report:
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
            self._note("create", task, error)
            return error
        except Exception:
            # It may have left before the fault: taken for lost, and so never sent again.
            log.exception("create failed", extra={"task": task.id})
            return OutcomeUnknown("A fault of the studio.")
        return Accepted(service_id)

    def _noted(self, task: Task, report: Report) -> Report:
        """Write an id down before anything else; one that another task has is not taken."""
        service_id = _named_in(report)
        if service_id is None:
            return report
        # The log knows the id even if the ledger cannot be written from now on.
        log.info("accepted", extra={"task": task.id, "service_id": service_id})
        try:
            self.change(task.id, lambda task: advance(task, report, self.clock()))
        except ServiceIdTaken:
            log.warning("id of another task", extra={"task": task.id, "service_id": service_id})
            return OutcomeUnknown("The service gave the id of another task.")
        return report

    def ask(self, task: Task) -> Outcome:
        """Ask the service how the task is doing."""
        if task.service_id is None:
            return Outcome()
        answer = self._answer_to_query(task, task.service_id)
        return Outcome(answer, answer=answer)

    def _answer_to_query(self, task: Task, service_id: str) -> Report:
        self.tally.query()
        try:
            return self.service.query(service_id)
        except KontextError as error:
            self._note("query", task, error)
            return error

    def fetch(self, task: Task, *, ask_first: bool) -> Outcome:
        """Bring the result home; with `ask_first`, by the links that the service names now.

        An answer of no use leaves the links as they are: they may work by now.
        """
        answer = self.ask(task).report if ask_first else None
        if isinstance(answer, TaskReport):
            changed = self.change(task.id, lambda task: advance(task, answer, self.clock()))
            if changed is None:
                return Outcome()
            task = changed[1]
        if task.state is not State.STORING:
            return Outcome(answer=answer)
        try:
            # At the first try the link mostly works; and no worker has to wait for a turn.
            relink = partial(self._relink, task) if ask_first else None
            picture = self.hands.bring_home(task, relink)
        except Hindrance as hindrance:
            return Outcome(hindrance.hindered, answer=answer)
        return Outcome(Stored(picture.id), picture, answer)

    def _relink(self, task: Task, url: str) -> str:
        try:
            return self.metered.call(lambda: self.service.download_url(url))
        except KontextError as error:
            self._note("link", task, error)
            raise

    def _note(self, call: str, task: Task, error: KontextError) -> None:
        why = type(error).__name__  # its words may quote the prompt
        log.warning("call failed", extra={"call": call, "task": task.id, "why": why})
        if isinstance(error, RateLimited):
            self.tally.rejection()


def _named_in(report: Report) -> str | None:
    """The id that the answer to a create named."""
    match report:
        case Accepted(service_id) | OutcomeUnknown(task_id=str(service_id)):
            return service_id
    return None


def _ours_to_send(task: Task, changed: tuple[Task, Task] | None) -> Task | None:
    """The task as it is sent, if the claim of one that was queued stands in the ledger.

    The state before is no proof of the contrary: a commit may fail and yet have been written.
    """
    if changed is None or task.state is not State.QUEUED:
        return None
    return changed[1] if changed[1].state is State.SUBMITTING else None
