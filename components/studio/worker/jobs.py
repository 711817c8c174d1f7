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

from components.kie import (
    GenerationRequest,
    KieError,
    RateLimitError,
    TaskStatus,
    UnknownOutcomeError,
)
from components.studio.db.models import ImageRecord
from components.studio.db.tasks import DuplicateTaskId, ExtraTask
from components.studio.tasks.models import Task, TaskState
from components.studio.tasks.transitions import (
    Accepted,
    ResultStored,
    StepFailed,
    TaskEvent,
    apply_event,
    claim,
    fork_previous_attempt,
    mark_sent,
)
from components.studio.worker.rate_limiter import RateLimitedCaller
from components.studio.worker.stats import WorkerStats

log = logging.getLogger("kontext.steps")

RefreshUrl = Callable[[str], str]
"""Another link to a picture of the service, for one that does not work. Raises KontextError."""


class Provider(Protocol):
    """What is asked of the service's client."""

    def create(self, request: GenerationRequest) -> str: ...
    def query(self, task_id: str) -> TaskStatus: ...
    def credits(self) -> Decimal: ...
    def download_url(self, url: str) -> str: ...


class TransferService(Protocol):
    """What is left to others: pictures going out and pictures coming in."""

    def upload_source(self, task: Task) -> str:
        """Where the service can read the picture to edit. Raises Hindrance."""

    def download_result(self, task: Task, refresh_url: RefreshUrl | None) -> ImageRecord:
        """Fetch, verify and store the result; `relink` may be asked. Raises Hindrance."""

    def invalidate_upload(self, task: Task) -> None:
        """An edit failed at the service: do not lend it the same copy again."""


class StepError(Exception):
    """A step of our own could not be done now."""

    def __init__(self, failed: StepFailed) -> None:
        super().__init__(failed.failure.reason)
        self.failed = failed


@dataclass(frozen=True)
class JobResult:
    """What a step found out, and the picture that it stored; no report: nothing was done."""

    event: TaskEvent | None = None
    image: ImageRecord | None = None
    query_result: TaskEvent | None = None
    """What a query was answered, on the way or as the report itself."""


class TaskUpdater(Protocol):
    """Changes a task in ledger and agenda, however long it takes; None when the studio closes.

    Raises ServiceIdTaken, with nothing changed.
    """

    def __call__(
        self,
        task_id: str,
        rule: Callable[[Task], Task],
        *,
        extra_task: ExtraTask | None = ...,
    ) -> tuple[Task, Task] | None: ...


@dataclass(frozen=True, kw_only=True)
class JobRunner:
    """Does one step of one task. Safe to call from any thread, one step of a task at a time."""

    provider: Provider
    transfers: TransferService
    callback_url: Callable[[str], str | None]
    update: TaskUpdater
    clock: Callable[[], float]
    """Epoch seconds."""
    stats: WorkerStats
    rate_limited: RateLimitedCaller

    def submit(self, task: Task) -> JobResult:
        """Create the task at the service, with its source uploaded before."""
        if task.is_edit:
            return self._submit_edit(task)
        changed = self.update(
            task.id,
            lambda task: mark_sent(claim(task), self.clock()),
            extra_task=fork_previous_attempt,
        )
        claimed = _claimed_task(task, changed)
        return (
            JobResult() if claimed is None else JobResult(self._create(claimed, input_image=None))
        )

    def _submit_edit(self, task: Task) -> JobResult:
        changed = self.update(task.id, claim, extra_task=fork_previous_attempt)
        if _claimed_task(task, changed) is None:
            return JobResult()
        try:
            source_url = self.transfers.upload_source(task)
        except StepError as error:
            return JobResult(error.failed)
        changed = self.update(task.id, lambda task: mark_sent(task, self.clock()))
        claimed = _claimed_task(task, changed)
        return (
            JobResult()
            if claimed is None
            else JobResult(self._create(claimed, input_image=source_url))
        )

    def _create(self, task: Task, *, input_image: str | None) -> TaskEvent:
        return self._persist_task_id(task, self._call_create(task, input_image))

    def _call_create(self, task: Task, input_image: str | None) -> TaskEvent:
        try:
            request = replace(
                task.request,
                input_image=input_image,
                callback_url=self.callback_url(task.token),
            )
            self.stats.count_create()
            log.debug("create", extra={"task": task.id, "prompt": request.prompt})
            provider_id = self.provider.create(request)
        except KieError as error:
            self._log_failed_call("create", task, error)
            return error
        except Exception:
            # It may have left before the fault: taken for lost, and so never sent again.
            log.exception("create failed", extra={"task": task.id})
            return UnknownOutcomeError("A fault of the studio.")
        return Accepted(provider_id)

    def _persist_task_id(self, task: Task, report: TaskEvent) -> TaskEvent:
        """Write an id down before anything else; one that another task has is not taken."""
        provider_id = _provider_id_in(report)
        if provider_id is None:
            return report
        # The log knows the id even if the ledger cannot be written from now on.
        log.info("accepted", extra={"task": task.id, "service_id": provider_id})
        try:
            self.update(task.id, lambda task: apply_event(task, report, self.clock()))
        except DuplicateTaskId:
            log.warning("id of another task", extra={"task": task.id, "service_id": provider_id})
            return UnknownOutcomeError("The service gave the id of another task.")
        return report

    def poll(self, task: Task) -> JobResult:
        """Ask the service how the task is doing."""
        if task.provider_id is None:
            return JobResult()
        answer = self._call_query(task, task.provider_id)
        return JobResult(answer, query_result=answer)

    def _call_query(self, task: Task, provider_id: str) -> TaskEvent:
        self.stats.count_query()
        try:
            return self.provider.query(provider_id)
        except KieError as error:
            self._log_failed_call("query", task, error)
            return error

    def download(self, task: Task, *, poll_first: bool) -> JobResult:
        """Bring the result home; with `ask_first`, by the links that the service names now.

        An answer of no use leaves the links as they are: they may work by now.
        """
        answer = self.poll(task).event if poll_first else None
        if isinstance(answer, TaskStatus):
            changed = self.update(task.id, lambda task: apply_event(task, answer, self.clock()))
            if changed is None:
                return JobResult()
            task = changed[1]
        if task.state is not TaskState.STORING:
            return JobResult(query_result=answer)
        try:
            # At the first try the link mostly works; and no worker has to wait for a turn.
            refresh_url = partial(self._refresh_url, task) if poll_first else None
            image = self.transfers.download_result(task, refresh_url)
        except StepError as error:
            return JobResult(error.failed, query_result=answer)
        return JobResult(ResultStored(image.id), image, answer)

    def _refresh_url(self, task: Task, url: str) -> str:
        try:
            return self.rate_limited.call(lambda: self.provider.download_url(url))
        except KieError as error:
            self._log_failed_call("link", task, error)
            raise

    def _log_failed_call(self, call: str, task: Task, error: KieError) -> None:
        why = type(error).__name__  # its words may quote the prompt
        log.warning("call failed", extra={"call": call, "task": task.id, "why": why})
        if isinstance(error, RateLimitError):
            self.stats.count_rejection()


def _provider_id_in(report: TaskEvent) -> str | None:
    """The id that the answer to a create named."""
    match report:
        case Accepted(provider_id) | UnknownOutcomeError(task_id=str(provider_id)):
            return provider_id
    return None


def _claimed_task(task: Task, changed: tuple[Task, Task] | None) -> Task | None:
    """The task as it is sent, if the claim of one that was queued stands in the ledger.

    The state before is no proof of the contrary: a commit may fail and yet have been written.
    """
    if changed is None or task.state is not TaskState.QUEUED:
        return None
    return changed[1] if changed[1].state is TaskState.SUBMITTING else None
