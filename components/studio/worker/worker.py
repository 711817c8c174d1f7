"""The engine: threads that send, follow and bring home, whether or not anybody is looking.

One thread asks the agenda what is due; a small pool does it. What a task becomes is decided
by `life.advance` alone and written to the ledger before anything else happens.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from components.studio.db.models import ImageRecord
from components.studio.db.tasks import ExtraTask, TaskRepository
from components.studio.events import EventBus
from components.studio.tasks.models import FINAL, Failure, FailureReason, Task, TaskState
from components.studio.tasks.transitions import (
    StepFailed,
    TaskEvent,
    apply_event,
    recover_after_restart,
)
from components.studio.worker.account import CREATE_WINDOW_SECONDS, AccountLimits, check_account
from components.studio.worker.db_retry import DbRetry
from components.studio.worker.jobs import JobResult, JobRunner, Provider, TransferService
from components.studio.worker.rate_limiter import RateLimitedCaller
from components.studio.worker.scheduler import MAX_CONCURRENT_JOBS, Job, JobKind, Scheduler
from components.studio.worker.stats import WorkerStats

log = logging.getLogger("kontext.engine")


class TaskWorker:
    """Works through the agenda until it is stopped. Safe to call from any thread.

    `clock` is in epoch seconds, `steady` in seconds that never go back. A task is changed by
    `change` alone, so that the agenda learns of changes in the order of the ledger.
    """

    def __init__(
        self,
        *,
        repository: TaskRepository,
        provider: Provider,
        transfers: TransferService,
        scheduler: Scheduler,
        limits: AccountLimits,
        events: EventBus,
        callback_url: Callable[[str], str | None],
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stats = WorkerStats()
        self._repository = repository
        self._scheduler = scheduler
        self._limits = limits
        self._provider = provider
        self._events = events
        self._clock = clock
        self._monotonic = monotonic
        self._update_lock = threading.Lock()  # taken before `_turn`, never after it
        self._condition = threading.Condition()
        self._stopping = threading.Event()
        self._jobs = JobRunner(
            provider=provider,
            transfers=transfers,
            callback_url=callback_url,
            update=self._update_with_retry,
            clock=clock,
            stats=self.stats,
            rate_limited=RateLimitedCaller(
                condition=self._condition,
                queries=limits.queries,
                on_error=lambda error: self._apply_feedback(limits.on_query_result, error),
                monotonic=monotonic,
                stopping=self._stopping,
            ),
        )
        self._db_retry = DbRetry(self._stopping)
        self.hooks = StateChangeHooks(
            stats=self.stats,
            events=events,
            monotonic=monotonic,
            on_edit_failed=lambda task: self._db_retry.run(
                lambda: transfers.invalidate_upload(task)
            ),
            on_finished=self._record_duration,
        )
        self._pool = ThreadPoolExecutor(
            sum(MAX_CONCURRENT_JOBS.values()) + 1, thread_name_prefix="engine"
        )
        self._thread = threading.Thread(target=self._run, name="engine-agenda", daemon=True)

    # Life

    def start(self) -> None:
        """Take up every task that had not ended, then work. Raises LedgerUnavailable."""
        now, wall = self._monotonic(), self._clock()
        for task in self._repository.unfinished():
            if recover_after_restart(task, wall) != task:
                self.update_task(task.id, lambda task: recover_after_restart(task, wall))
            else:
                self._scheduler.upsert(task, now, wall)
        recent = self._repository.count_sent(wall - CREATE_WINDOW_SECONDS, wall)
        self._limits.resume(recent, now)
        self._thread.start()

    def stop(self) -> None:
        """Start nothing more and wait for what is under way; the ledger keeps the rest."""
        self._stopping.set()
        with self._condition:
            self._condition.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def is_running(self) -> bool:
        """Whether tasks are being worked on."""
        return self._thread.is_alive() and not self._stopping.is_set()

    @property
    def is_blocked(self) -> bool:
        """Whether work waits for a ledger that cannot be read or written."""
        return self._db_retry.is_retrying

    # What others tell the engine

    def enqueue(self, task: Task) -> None:
        """A new task has been written to the ledger."""
        with self._condition:
            self._scheduler.upsert(task, self._monotonic(), self._clock())
            self._condition.notify_all()
        self._events.publish(task.user_id)

    def update_task(
        self,
        task_id: str,
        rule: Callable[[Task], Task],
        *,
        image: ImageRecord | None = None,
        extra_task: ExtraTask | None = None,
    ) -> tuple[Task, Task] | None:
        """Apply a rule to a task, in the database and then in the scheduler: (before, after).

        None if there is no such task. Raises what `TaskRepository.update_task` raises.
        """
        changed = self._update(
            lambda: self._repository.update_task(task_id, rule, image=image, extra_task=extra_task)
        )
        if changed is None:
            with self._condition:
                self._scheduler.remove(task_id)
        return changed

    def update_task_by_token(
        self, token: str, rule: Callable[[Task], Task]
    ) -> tuple[Task, Task] | None:
        """The same for the task with this webhook token."""
        return self._update(lambda: self._repository.update_task_by_token(token, rule))

    def _update(self, update: Callable[[], tuple[Task, Task] | None]) -> tuple[Task, Task] | None:
        with self._update_lock:
            changed = update()
            if changed is None:
                return None
            before, after = changed
            with self._condition:
                self._scheduler.upsert(after, self._monotonic(), self._clock())
                self._condition.notify_all()
        if after != before:
            self.hooks.run(before, after)
        return changed

    def poll_now(self, task_id: str) -> None:
        """Look at this task now."""
        with self._condition:
            self._scheduler.poll_now(task_id)
            self._condition.notify_all()

    def recheck_account(self) -> None:
        """Look now whether the key and the credit are good again."""
        with self._condition:
            self._limits.breaker.probe_now(self._monotonic())
            self._condition.notify_all()

    # What others ask the engine

    def queue(self) -> list[Task]:
        """What waits to be sent, first to go first."""
        with self._condition:
            return self._scheduler.queue()

    @property
    def pause_reason(self) -> FailureReason | None:
        """What keeps the whole queue from being sent, if anything does."""
        with self._condition:
            return self._limits.breaker.reason

    def typical_seconds(self, task: Task) -> float | None:
        """How long such a task usually takes."""
        with self._condition:
            return self._scheduler.typical_seconds(task.request.model, editing=task.is_edit)

    # The loop

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                for job in self._wait_for_jobs():
                    self._pool.submit(self._run_job, job)
            except Exception:
                # Without this thread nothing would ever be done again.
                log.exception("the agenda failed")
                self._stopping.wait(1.0)

    def _wait_for_jobs(self) -> list[Job]:
        with self._condition:
            now = self._monotonic()
            jobs = self._scheduler.pop_due(now)
            if not jobs:
                self._condition.wait(self._scheduler.seconds_until_next(now) + 0.001)
            return jobs

    def _run_job(self, job: Job) -> None:
        try:
            if job.kind is JobKind.CHECK_ACCOUNT:
                self._check_account()
            else:
                self._run_task_job(job)
        except Exception:
            # The pool would keep it to itself: nobody reads what its futures hold.
            log.exception("job failed", extra={"step": job.kind, "task": job.task_id})
        finally:
            with self._condition:
                self._scheduler.complete(job, self._monotonic())
                self._condition.notify_all()

    def _run_task_job(self, job: Job) -> None:
        task = self._db_retry.run(lambda: self._repository.task(job.task_id))
        if task is None:
            with self._condition:
                self._scheduler.remove(job.task_id)
            return
        try:
            outcome = self._dispatch(job, task)
        except Exception:
            # A fault of ours must leave the task in a state that somebody goes on from.
            log.exception("step failed", extra={"step": job.kind, "task": task.id})
            outcome = JobResult(StepFailed(Failure(FailureReason.INTERNAL), may_retry=True))
        if job.kind is JobKind.SUBMIT:
            self._apply_feedback(self._limits.on_create_result, outcome.event)
        else:
            self._apply_feedback(self._limits.on_query_result, outcome.query_result)
        report = outcome.event
        if report is not None:
            self._update_with_retry(
                task.id,
                lambda task: _add_jitter(task, apply_event(task, report, self._clock())),
                image=outcome.image,
            )

    def _dispatch(self, job: Job, task: Task) -> JobResult:
        match job.kind:
            case JobKind.SUBMIT:
                return self._jobs.submit(task)
            case JobKind.DOWNLOAD:
                return self._jobs.download(task, poll_first=job.poll_first)
            case _:
                return self._jobs.poll(task)

    def _apply_feedback(
        self, rule: Callable[[TaskEvent | None, float], None], event: TaskEvent | None
    ) -> None:
        """Let what one task was told slow or stop the others."""
        with self._condition:
            before = self._limits.breaker.reason
            rule(event, self._monotonic())
            after = self._limits.breaker.reason
        if after is not before:
            log.warning("sending is held", extra={"by": after})
            self._events.publish_all()

    def _check_account(self) -> None:
        queue = self.queue()
        trouble = check_account(self._provider, [task.price for task in queue], self.pause_reason)
        with self._condition:
            if trouble is None:
                self._limits.breaker.half_open()
                self._scheduler.release_all(self._monotonic())
            else:
                self._limits.breaker.probe_failed(trouble, self._monotonic())
            self._condition.notify_all()
        self._events.publish_all()

    def _record_duration(self, task: Task) -> None:
        with self._condition:
            self._scheduler.record_duration(task)

    def _update_with_retry(
        self,
        task_id: str,
        rule: Callable[[Task], Task],
        *,
        image: ImageRecord | None = None,
        extra_task: ExtraTask | None = None,
    ) -> tuple[Task, Task] | None:
        return self._db_retry.run(
            lambda: self.update_task(task_id, rule, image=image, extra_task=extra_task)
        )


def _add_jitter(before: Task, after: Task) -> Task:
    """A little later, so that tasks that failed together do not return together."""
    if after.attempts <= before.attempts:
        return after
    most = 0.25 * 2.0 ** min(after.attempts, 5)
    delay = random.uniform(0.0, most)  # noqa: S311 - no secret hangs on it
    return replace(after, retry_at=after.retry_at + delay)


@dataclass(kw_only=True)
class StateChangeHooks:
    """Tells everybody who must know. Safe to call from any thread."""

    stats: WorkerStats
    events: EventBus
    monotonic: Callable[[], float]
    """Seconds that never go back."""
    on_edit_failed: Callable[[Task], object]
    """An edit failed at the service, and its source may be why."""
    on_finished: Callable[[Task], object]
    """A picture is finished: its kind takes about as long as it did."""
    on_charge: Callable[[], object] = lambda: None
    """The service may have charged, or given back."""

    def run(self, before: Task, after: Task) -> None:
        """A task was changed."""
        if after.state is not before.state:
            log.info("state", extra={"task": after.id, "from": before.state, "to": after.state})
        match after.state:
            case TaskState.STORING:
                self.stats.mark_done(after.id, self.monotonic())
            case TaskState.FAILED if after.is_edit and after.provider_id:
                self.on_edit_failed(after)
            case TaskState.DONE:
                self.stats.mark_stored(after.id, self.monotonic())
                self.on_finished(after)
        if after.accepted_at != before.accepted_at or after.state in FINAL:
            self.on_charge()
        self.events.publish(after.user_id)
