"""The jobs of a task: submit, poll, download. Each returns an event about the task.

A job stores that it begins before it does what costs money. `tasks/transitions.py` decides what
the task becomes by the event.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram

from components.kie import (
    GenerationRequest,
    KieError,
    RateLimitError,
    TaskStatus,
    UnknownOutcomeError,
)
from components.studio.db.database import LeadershipLost
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import DuplicateTaskId, ExtraTask
from components.studio.tasks.models import Task, TaskState
from components.studio.tasks.transitions import (
    Accepted,
    HostPaused,
    ResultStored,
    StepFailed,
    TaskEvent,
    apply_event,
    claim,
    fork_previous_attempt,
    mark_sent,
    release,
)
from components.studio.worker.account_limits import RateLimitedCaller

log = logging.getLogger("kontext.jobs")

STORED_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
MAX_TRACKED_TASKS = 10_000

MAX_CLAIM_S = 5.0  # from the claim to the create: a leader that is gone is replaced after ten
MAX_HOST_PAUSE_S = 60.0  # one result whose host fails for it alone delays others by at most this

RefreshUrl = Callable[[str], str]
"""Another URL for an image whose URL does not work. Raises KieError."""


class Provider(Protocol):
    """The calls of the client that jobs need."""

    def create(self, request: GenerationRequest) -> str: ...
    def query(self, task_id: str) -> TaskStatus: ...
    def credits(self) -> Decimal: ...
    def download_url(self, url: str) -> str: ...


class TransferService(Protocol):
    """Transfers of images to and from the provider."""

    def upload_source(self, task: Task) -> str:
        """A URL where the provider can read the source. Raises StepError."""

    def download_result(self, task: Task, refresh_url: RefreshUrl | None) -> ImageRecord:
        """Download, verify and store the result; may call `refresh_url`. Raises StepError."""

    def invalidate_upload(self, task: Task) -> None:
        """An edit failed at the provider: do not reuse this upload."""


class StepError(Exception):
    """A step on our side failed."""

    def __init__(self, failed: StepFailed) -> None:
        super().__init__(failed.failure.reason)
        self.failed = failed


@dataclass(frozen=True)
class JobResult:
    """The event that a job produced and the image that it stored; no event: nothing was done."""

    event: TaskEvent | None = None
    image: ImageRecord | None = None
    query_result: TaskEvent | None = None
    """The answer to a query, if one was sent."""


class TaskUpdater(Protocol):
    """Changes a task in database and scheduler: (before, after), or None at shutdown.

    Retries while the database fails. Raises DuplicateTaskId, with nothing changed; with
    `only_as_leader` also LeadershipLost.
    """

    def __call__(
        self,
        task_id: str,
        transition: Callable[[Task], Task],
        *,
        extra_task: ExtraTask | None = ...,
        only_as_leader: bool = ...,
    ) -> tuple[Task, Task] | None: ...


@dataclass(frozen=True, kw_only=True)
class JobRunner:
    """Runs one job of one task. Thread-safe; at most one job of a task at a time."""

    provider: Provider
    transfers: TransferService
    callback_url: Callable[[str], str | None]
    update: TaskUpdater
    clock: Callable[[], float]
    """Epoch seconds."""
    stats: WorkerStats
    rate_limited: RateLimitedCaller
    hosts: HostPauses
    monotonic: Callable[[], float] = time.monotonic
    storage_problem: Callable[[], Exception | None] = lambda: None
    """Why an image that is paid for now could not be kept."""

    def submit(self, task: Task) -> JobResult:
        """Send the create of a queued task; upload the source of an edit first.

        Nothing is sent while the data folder could not keep the image; the task stays queued. The
        same holds where another replica leads by now.
        """
        if task.state is not TaskState.QUEUED or self._is_held_back(task):
            return JobResult()
        try:
            return self._submit_edit(task) if task.is_edit else self._submit_new(task)
        except LeadershipLost:
            return JobResult()

    def _submit_new(self, task: Task) -> JobResult:
        begun = self.monotonic()
        changed = self.update(
            task.id,
            lambda task: mark_sent(claim(task), self.clock()),
            extra_task=fork_previous_attempt,
            only_as_leader=True,
        )
        return self._create(changed, begun, input_image=None)

    def _submit_edit(self, task: Task) -> JobResult:
        changed = self.update(task.id, claim, extra_task=fork_previous_attempt, only_as_leader=True)
        if _submitting_task(changed) is None:
            return JobResult()
        try:
            source_url = self.transfers.upload_source(task)
        except StepError as error:
            return JobResult(error.failed)
        begun = self.monotonic()
        changed = self.update(
            task.id, lambda task: mark_sent(task, self.clock()), only_as_leader=True
        )
        return self._create(changed, begun, input_image=source_url)

    def _create(
        self, changed: tuple[Task, Task] | None, begun: float, *, input_image: str | None
    ) -> JobResult:
        """Send the create of a task that was marked as sent after `begun`, in monotonic seconds."""
        task = _submitting_task(changed)
        if task is None:
            return JobResult()
        # Asked again: an upload, or a database that was busy, may have taken minutes. A process
        # that was frozen meanwhile does not know whether another one leads.
        if self._is_held_back(task) or self.monotonic() - begun > MAX_CLAIM_S:
            self.update(task.id, lambda now: _release_same(now, task, self.clock()))
            return JobResult()
        return JobResult(self._persist_task_id(task, self._call_create(task, input_image)))

    def _is_held_back(self, task: Task) -> bool:
        problem = self.storage_problem()
        if problem is not None:
            log.error("create held back", extra={"task_id": task.id, "reason": str(problem)})
        return problem is not None

    def _call_create(self, task: Task, input_image: str | None) -> TaskEvent:
        try:
            request = replace(
                task.request,
                input_image=input_image,
                callback_url=self.callback_url(task.token),
            )
            self.stats.creates.inc()
            provider_id = self.provider.create(request)
        except KieError as error:
            self._log_failed_call("create", task, error)
            return error
        except Exception:
            # The create may have left before the failure, so it is never sent again.
            log.exception("create failed", extra=_paid_by(task))
            return UnknownOutcomeError("A fault of the studio.")
        return Accepted(provider_id)

    def _persist_task_id(self, task: Task, event: TaskEvent) -> TaskEvent:
        """Store the task id before anything else; an id of another task is rejected."""
        provider_id = _named_task_id(event)
        if provider_id is None:
            return event
        # The log has the id even if the database cannot be written from now on.
        log.info("accepted", extra={**_paid_by(task), "provider_id": provider_id})
        try:
            self.update(task.id, lambda task: apply_event(task, event, self.clock()))
        except DuplicateTaskId:
            log.warning(
                "provider id belongs to another task",
                extra={"task_id": task.id, "provider_id": provider_id},
            )
            return UnknownOutcomeError("The service gave the id of another task.")
        return event

    def poll(self, task: Task) -> JobResult:
        """Query the provider for the task's status."""
        if task.provider_id is None:
            return JobResult()
        event = self._call_query(task, task.provider_id)
        return JobResult(event, query_result=event)

    def _call_query(self, task: Task, provider_id: str) -> TaskEvent:
        self.stats.queries.inc()
        try:
            return self.provider.query(provider_id)
        except KieError as error:
            self._log_failed_call("query", task, error)
            return error

    def download(self, task: Task, *, poll_first: bool) -> JobResult:
        """Download the result; with `poll_first`, from the URLs that a query names now.

        A query without a usable answer leaves the stored URLs: they may work by now. A host that
        failed for another task is asked only if a person asks.
        """
        is_asked_for = task.attempts > 0 and task.failure is None
        if not is_asked_for and (seconds := self.hosts.seconds_to_wait(task.result_host)):
            return JobResult(HostPaused(seconds))
        status = self.poll(task).event if poll_first else None
        if isinstance(status, TaskStatus):
            changed = self.update(task.id, lambda task: apply_event(task, status, self.clock()))
            if changed is None:
                return JobResult()
            task = changed[1]
        if task.state is not TaskState.STORING:
            return JobResult(query_result=status)
        # The first URL mostly works, so a first download need not wait for the rate limiter.
        refresh_url = partial(self._refresh_url, task) if poll_first else None
        try:
            image = self.transfers.download_result(task, refresh_url)
        except StepError as error:
            self.hosts.record(task.result_host, answers=not error.failed.host_failed)
            return JobResult(error.failed, query_result=status)
        self.hosts.record(task.result_host, answers=True)
        return JobResult(ResultStored(image.id), image, status)

    def _refresh_url(self, task: Task, url: str) -> str:
        try:
            return self.rate_limited.call(lambda: self.provider.download_url(url))
        except KieError as error:
            self._log_failed_call("download_url", task, error)
            raise

    def _log_failed_call(self, call: str, task: Task, error: KieError) -> None:
        reason = type(error).__name__  # its message may quote the prompt
        log.warning("call failed", extra={"call": call, **_paid_by(task), "reason": reason})
        if isinstance(error, RateLimitError):
            self.stats.rejected.inc()


def _release_same(now: Task, claimed: Task, at: float) -> Task:
    """Give back what was claimed, unless somebody has claimed it again."""
    is_same = (now.token, now.sent_at) == (claimed.token, claimed.sent_at)
    return release(now, at) if is_same else now


def _paid_by(task: Task) -> dict[str, str]:
    """Log fields by which spending is attributed: the user id is a hash."""
    return {"task_id": task.id, "user_id": task.user_id}


def _named_task_id(event: TaskEvent) -> str | None:
    """The task id that the answer to a create named."""
    match event:
        case Accepted(provider_id) | UnknownOutcomeError(task_id=str(provider_id)):
            return provider_id
    return None


def _submitting_task(changed: tuple[Task, Task] | None) -> Task | None:
    """The task to send, if the database has it as claimed.

    The state before may be claimed, too: a commit that failed may still have been written.
    """
    if changed is None or changed[1].state is not TaskState.SUBMITTING:
        return None
    return changed[1]


@dataclass
class HostPauses:
    """Result hosts that fail: one task asks for all of them, later each time. Thread-safe."""

    monotonic: Callable[[], float]
    """Monotonic seconds."""
    on_answer: Callable[[str], None]
    """Called with a host that answers again."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._failing: dict[str, tuple[int, float]] = {}  # how often asked, and when again

    def seconds_to_wait(self, host: str) -> float:
        """0.0 lets this task ask the host, and no other one until the next pause is over."""
        with self._lock:
            asked, ask_at = self._failing.get(host, (0, 0.0))
            now = self.monotonic()
            if asked and now < ask_at:
                return ask_at - now
            if asked:
                pause = min(2.0 ** min(asked, 6), MAX_HOST_PAUSE_S)
                self._failing[host] = (asked + 1, now + pause)
            return 0.0

    def record(self, host: str, *, answers: bool) -> None:
        """The host was asked."""
        with self._lock:
            was_failing = host in self._failing
            if answers:
                self._failing.pop(host, None)
            else:
                self._failing.setdefault(host, (1, self.monotonic() + 1.0))
        if answers and was_failing:
            self.on_answer(host)


class WorkerStats:
    """Counters since the process started, as `/metrics` shows them. Thread-safe."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.creates = Counter("kontext_creates", "Creates sent.", registry=self.registry)
        self.queries = Counter("kontext_queries", "Queries sent.", registry=self.registry)
        self.rejected = Counter(
            "kontext_rejected", "Calls answered with 429.", registry=self.registry
        )
        self._stored = Histogram(
            "kontext_done_to_stored_seconds",
            "From the provider's success to the image on disk.",
            buckets=STORED_BUCKETS_S,
            registry=self.registry,
        )
        self._lock = threading.Lock()
        self._done_at: OrderedDict[str, float] = OrderedDict()

    def mark_done(self, task_id: str, now: float) -> None:
        """The provider was first seen to have a result; `now` is monotonic."""
        with self._lock:
            self._done_at.setdefault(task_id, now)
            if len(self._done_at) > MAX_TRACKED_TASKS:
                self._done_at.popitem(last=False)

    def mark_stored(self, task_id: str, now: float) -> None:
        """The image is stored; not counted if an earlier process saw it done."""
        with self._lock:
            done_at = self._done_at.pop(task_id, None)
        if done_at is not None:
            self._stored.observe(now - done_at)
