"""Background worker: submits tasks, polls their status and downloads results.

One thread asks the scheduler for due jobs, a pool runs them. `apply_event` alone decides what a
task becomes; the changed task is stored before anything else happens. Of several replicas one
leads and runs jobs; the schedulers of the others follow the database, to show the queue.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from components.studio.db.administration import QueueOrders
from components.studio.db.database import (
    DatabaseError,
    DbRetry,
    MessageKind,
    busy_database_error,
)
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import ExtraTask, TaskRepository
from components.studio.events import EventBus
from components.studio.tasks.models import FINAL, Failure, FailureReason, Task, TaskState
from components.studio.tasks.transitions import (
    StepFailed,
    TaskEvent,
    apply_event,
    recover_after_restart,
)
from components.studio.worker.account_limits import (
    CREATE_WINDOW_S,
    AccountLimits,
    RateLimitedCaller,
    check_account,
)
from components.studio.worker.jobs import (
    HostPauses,
    JobResult,
    JobRunner,
    Provider,
    TransferService,
    WorkerStats,
)
from components.studio.worker.scheduler import MAX_CONCURRENT_JOBS, Job, JobKind, Scheduler

log = logging.getLogger("kontext.worker")

UPDATE_LOCK_SECONDS = 1.0
REMEMBERED_TURNS_S = 3600.0  # who was served longer ago goes first anyway


class TaskWorker:
    """Runs due jobs until it is stopped. Thread-safe.

    `clock` is in epoch seconds, `monotonic` in monotonic seconds. Tasks are changed through
    `update_task` alone, so that the scheduler sees changes in the order of the database.
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
        folder_problem: Callable[[], DatabaseError | None] = lambda: None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stats = WorkerStats()
        self._repository = repository
        self._scheduler = scheduler
        self._limits = limits
        self._provider = provider
        self._events = events
        self._folder_problem = folder_problem
        self._clock = clock
        self._monotonic = monotonic
        self._update_lock = threading.Lock()  # taken before `_condition`, never after it
        self._condition = threading.Condition()
        self._stopping = threading.Event()
        self._write_error: DatabaseError | None = None
        self._known_problem: str | None = None
        self._leads = False
        self._orders = QueueOrders()
        self._leader_pause: tuple[FailureReason, float | None] | None = None
        self.tell: Callable[[MessageKind, str], object] = lambda _kind, _text: None
        """Tells the other replicas something; set where there are any."""
        self._jobs = JobRunner(
            provider=provider,
            transfers=transfers,
            callback_url=callback_url,
            update=self._update_with_retry,
            clock=clock,
            stats=self.stats,
            hosts=HostPauses(monotonic, on_answer=self._fetch_from),
            rate_limited=RateLimitedCaller(
                condition=self._condition,
                queries=limits.queries,
                on_error=lambda error: self._apply_to_limits(limits.on_query_result, error),
                monotonic=monotonic,
                stopping=self._stopping,
            ),
            storage_problem=folder_problem,
        )
        self._db_retry = DbRetry(self._stopping, on_change=events.publish_all)
        self.hooks = StateChangeHooks(
            stats=self.stats,
            events=events,
            monotonic=monotonic,
            on_edit_failed=lambda task: self._db_retry.run(
                lambda: transfers.invalidate_upload(task)
            ),
            on_finished=self._record_duration,
        )
        # One thread for each concurrent job, and one for the check of the account.
        self._pool = ThreadPoolExecutor(
            sum(MAX_CONCURRENT_JOBS.values()) + 1, thread_name_prefix="worker-job"
        )
        self._thread = threading.Thread(target=self._run, name="worker-scheduler", daemon=True)

    # Start and stop

    def start(self, *, leads: bool = True) -> None:
        """Schedule every unfinished task, then work; only watch if another replica leads.

        Raises DatabaseError.
        """
        if leads:
            self.take_over()
        self._thread.start()

    def take_over(self) -> None:
        """Run jobs from now on: this process leads. Raises DatabaseError."""
        now, wall = self._monotonic(), self._clock()
        unfinished = self._repository.unfinished()
        with self._condition:
            running = self._scheduler.running_tasks()  # jobs that this process still works on
        for task in unfinished:
            is_polled = task.state in {TaskState.GENERATING, TaskState.STILL_RUNNING}
            if task.id not in running and recover_after_restart(task, wall) != task:
                self.update_task(task.id, lambda task: recover_after_restart(task, wall))
            else:
                self._schedule(task)
            if is_polled:
                self._scheduler.poll_now(task.id)  # it may have been ready for long
        self._follow_ended(unfinished)
        recent_creates = self._repository.count_sent(wall - CREATE_WINDOW_S, wall)
        turns = self._repository.users_in_turn(wall - REMEMBERED_TURNS_S)
        with self._condition:
            self._scheduler.resume_turns(turns)
            self._limits.resume(recent_creates, now, was_querying=bool(unfinished))
            self._leads = True
            self._condition.notify_all()
        self._tell_pause()
        self._events.publish_all()

    def step_down(self, *, wait_seconds: float = 0.0) -> None:
        """Start no more jobs: another replica leads. Waits so long for creates under way."""
        with self._condition:
            self._leads = False
            self._condition.wait_for(
                lambda: not self._scheduler.is_submitting(), timeout=wait_seconds
            )

    def read_again(self) -> None:
        """Read all that may have changed while other replicas were not heard. DatabaseError."""
        unfinished = self._repository.unfinished()
        turns = self._repository.users_in_turn(self._clock() - REMEMBERED_TURNS_S)
        with self._condition:
            self._scheduler.resume_turns(turns)
        for task in unfinished:
            self._schedule(task)
        self._follow_ended(unfinished)
        self.tell(MessageKind.ASK_PAUSE, "")
        self._events.publish_all()

    def _follow_ended(self, unfinished: list[Task]) -> None:
        """Follow the tasks that ended while other replicas were not heard."""
        with self._condition:
            ended = self._scheduler.task_ids() - {task.id for task in unfinished}
        for task_id in ended:
            self.follow_change(task_id)

    def follow_change(self, task_id: str) -> None:
        """Another replica has changed this task. Raises DatabaseError."""
        with self._update_lock:  # schedulers see changes in the order of the database
            task = self._repository.task(task_id)
            if task is None:
                with self._condition:
                    self._scheduler.remove(task_id)
                return
            self._schedule(task)
        self.hooks.run_elsewhere(task)

    def _schedule(self, task: Task) -> None:
        with self._condition:
            self._scheduler.upsert(task, self._monotonic(), self._clock())
            self._condition.notify_all()

    def stop(self) -> None:
        """Start no more jobs and wait for running ones; the database keeps the rest."""
        self._stopping.set()
        with self._condition:
            self._condition.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def is_running(self) -> bool:
        """Whether jobs are being run."""
        return self._thread.is_alive() and not self._stopping.is_set()

    @property
    def leads(self) -> bool:
        """Whether this process works on tasks; of several replicas one does."""
        with self._condition:
            return self._leads

    @property
    def storage_problem(self) -> DatabaseError | None:
        """Why nothing is sent, or why work waits for the database; known without reading it."""
        return self._folder_problem() or self._write_error or self._db_retry.error

    def check_storage(self) -> None:
        """Find out whether the data folder can be written, and tell all pages of a change.

        Nothing else would notice before the next image is paid for.
        """
        try:
            self._repository.database.check_writable()
        except DatabaseError as error:
            self._write_error = error
        else:
            self._write_error = None
        problem = self.storage_problem
        found = None if problem is None else str(problem)
        if found != self._known_problem:
            log.warning("storage checked", extra={"reason": found or "it can be written again"})
            self._known_problem = found
            if problem is None:
                with self._condition:
                    self._scheduler.release_all(self._monotonic())
                    self._scheduler.release_storing(self._monotonic())
                    self._condition.notify_all()
            self._events.publish_all()

    # Commands

    def enqueue(self, task: Task) -> None:
        """Schedule a task that was just inserted."""
        self._schedule(task)
        self._events.ring(task.user_id)

    def update_task(
        self,
        task_id: str,
        transition: Callable[[Task], Task],
        *,
        image: ImageRecord | None = None,
        extra_task: ExtraTask | None = None,
        only_as_leader: bool = False,
    ) -> tuple[Task, Task] | None:
        """Change a task in the database and then in the scheduler: (before, after).

        None if there is no such task. Raises what `TaskRepository.update_task` raises.
        """
        changed = self._update(
            lambda: self._repository.update_task(
                task_id,
                transition,
                image=image,
                extra_task=extra_task,
                only_as_leader=only_as_leader,
            )
        )
        if changed is None:
            with self._condition:
                self._scheduler.remove(task_id)
        return changed

    def update_task_by_token(
        self, token: str, transition: Callable[[Task], Task]
    ) -> tuple[Task, Task] | None:
        """The same for the task with this webhook token."""
        return self._update(lambda: self._repository.update_task_by_token(token, transition))

    def _update(self, update: Callable[[], tuple[Task, Task] | None]) -> tuple[Task, Task] | None:
        # Who holds the lock may wait for the database: a person must not wait in a line for it.
        if not self._update_lock.acquire(timeout=UPDATE_LOCK_SECONDS):
            raise busy_database_error()
        try:
            changed = update()
            if changed is None:
                return None
            before, after = changed
            self._schedule(after)
        finally:
            self._update_lock.release()
        if after != before:
            self.hooks.run(before, after)
        return changed

    def poll_now(self, task_id: str) -> None:
        """Poll this task now."""
        with self._condition:
            self._scheduler.poll_now(task_id)
            self._condition.notify_all()
            leads = self._leads
        if not leads:
            self.tell(MessageKind.POLL, task_id)

    def obey(self, orders: QueueOrders) -> None:
        """Hold the queue or let it go on, and put people first, as an admin wants it."""
        with self._condition:
            is_new = self._orders != orders
            self._orders = orders
            self._scheduler.is_held = orders.is_held
            self._scheduler.put_first(orders.first)
            self._condition.notify_all()
        if is_new:
            self._events.publish_all()

    def recheck_account(self) -> None:
        """Check now whether key and credits are good again."""
        with self._condition:
            self._limits.breaker.probe_now(self._monotonic())
            self._condition.notify_all()
            leads = self._leads
        if not leads:
            self.tell(MessageKind.RECHECK, "")

    def _tell_pause(self) -> None:
        """Tell all replicas whether the queue is paused; the leader alone knows."""
        with self._condition:
            if not self._leads:
                return
        reason, until = self._account_pause, self.paused_until
        self.tell(MessageKind.PAUSE, "" if reason is None else f"{reason} {until or ''}")

    def receive(self, kind: MessageKind, text: str) -> None:
        """Another replica tells something about tasks or the account. Raises DatabaseError."""
        match kind:
            case MessageKind.TASK:
                self.follow_change(text)
            case MessageKind.POLL if self._leads:
                self.poll_now(text)
            case MessageKind.RECHECK if self._leads:
                self.recheck_account()
            case MessageKind.ASK_PAUSE:
                self._tell_pause()
            case MessageKind.PAUSE if not self._leads:
                reason, _, until = text.partition(" ")
                pause = (FailureReason(reason), float(until) if until else None) if text else None
                with self._condition:
                    self._leader_pause = pause
                self._events.publish_all()

    # Status

    def queue(self) -> list[Task]:
        """Tasks that wait to be submitted, in order."""
        with self._condition:
            return self._scheduler.queue()

    @property
    def pause_reason(self) -> FailureReason | None:
        """Why no task is submitted; None if the queue is not paused."""
        return FailureReason.HELD if self._orders.is_held else self._account_pause

    @property
    def _account_pause(self) -> FailureReason | None:
        with self._condition:
            if not self._leads:
                return self._leader_pause and self._leader_pause[0]
            return self._limits.breaker.reason

    @property
    def paused_until(self) -> float | None:
        """When a pause that the provider asked for ends, in epoch seconds; None without one."""
        with self._condition:
            if not self._leads:
                return self._leader_pause and self._leader_pause[1]
            if self._limits.breaker.reason is not FailureReason.RATE_LIMITED:
                return None
            seconds = self._limits.breaker.seconds_until_probe(self._monotonic()) or 0.0
            return self._clock() + max(0.0, seconds)

    def typical_seconds(self, task: Task) -> float | None:
        """The usual seconds that such a task takes; None before the first one."""
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
                log.exception("scheduling failed")
                self._stopping.wait(1.0)

    def _wait_for_jobs(self) -> list[Job]:
        with self._condition:
            if not self._leads:
                self._condition.wait()
                return []
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
            # Nobody reads the pool's futures, so the error would be lost.
            log.exception("job failed", extra={"kind": job.kind, "task_id": job.task_id})
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
            result = self._dispatch(job, task)
        except Exception:
            # A bug must leave the task in a state that can be continued from.
            log.exception("task job failed", extra={"kind": job.kind, "task_id": task.id})
            result = JobResult(StepFailed(Failure(FailureReason.INTERNAL), may_retry=True))
        if job.kind is JobKind.SUBMIT:
            self._apply_to_limits(self._limits.on_create_result, result.event)
        else:
            self._apply_to_limits(self._limits.on_query_result, result.query_result)
        event = result.event
        if event is not None:
            self._update_with_retry(
                task.id,
                lambda task: _add_jitter(task, apply_event(task, event, self._clock())),
                image=result.image,
            )

    def _dispatch(self, job: Job, task: Task) -> JobResult:
        match job.kind:
            case JobKind.SUBMIT:
                return self._jobs.submit(task)
            case JobKind.DOWNLOAD:
                return self._jobs.download(task, poll_first=job.poll_first)
            case _:
                return self._jobs.poll(task)

    def _apply_to_limits(
        self, handle: Callable[[TaskEvent | None, float], None], event: TaskEvent | None
    ) -> None:
        """Let the result of one task slow down or pause the others."""
        with self._condition:
            before = self._limits.breaker.reason
            handle(event, self._monotonic())
            after = self._limits.breaker.reason
        if after is not before:
            log.warning("queue paused", extra={"reason": after})
            self._tell_pause()
            self._events.publish_all()

    def _check_account(self) -> None:
        queue = self.queue()
        reason = check_account(self._provider, [task.price for task in queue], self._account_pause)
        with self._condition:
            if reason is None:
                self._limits.breaker.half_open()
                self._scheduler.release_all(self._monotonic())
            else:
                self._limits.breaker.probe_failed(reason, self._monotonic())
            self._condition.notify_all()
        self._tell_pause()
        self._events.publish_all()

    def _fetch_from(self, host: str) -> None:
        """A result host answers again: fetch all that waited for it."""
        with self._condition:
            self._scheduler.release_downloads(host, self._monotonic())
            self._condition.notify_all()

    def _record_duration(self, task: Task) -> None:
        with self._condition:
            self._scheduler.record_duration(task)

    def _update_with_retry(
        self,
        task_id: str,
        transition: Callable[[Task], Task],
        *,
        image: ImageRecord | None = None,
        extra_task: ExtraTask | None = None,
        only_as_leader: bool = False,
    ) -> tuple[Task, Task] | None:
        return self._db_retry.run(
            lambda: self.update_task(
                task_id,
                transition,
                image=image,
                extra_task=extra_task,
                only_as_leader=only_as_leader,
            )
        )


def _add_jitter(before: Task, after: Task) -> Task:
    """Add a random delay to a retry, so that tasks that failed together spread out.

    At most 0.5 s after the first failure, doubled with each one up to 8 s.
    """
    if after.attempts <= before.attempts:
        return after
    max_delay = 0.25 * 2.0 ** min(after.attempts, 5)
    delay = random.uniform(0.0, max_delay)  # noqa: S311 - no secret depends on it
    return replace(after, retry_at=after.retry_at + delay)


@dataclass(kw_only=True)
class StateChangeHooks:
    """Side effects of a state change. Thread-safe."""

    stats: WorkerStats
    events: EventBus
    monotonic: Callable[[], float]
    """Monotonic seconds."""
    on_edit_failed: Callable[[Task], object]
    """An edit failed at the provider, and its source may be why."""
    on_finished: Callable[[Task], object]
    """An image is finished: add its duration to the estimate."""
    on_edit_done: Callable[[Task], object] = lambda _task: None
    """The raw answer of an edit is stored."""
    on_edit_state: Callable[[Task], object] = lambda _task: None
    """An edit has passed to another state."""
    on_charge: Callable[[], object] = lambda: None
    """The provider may have charged or refunded."""

    def run(self, before: Task, after: Task) -> None:
        """Run the side effects of a change."""
        if after.state is not before.state:
            log.info("state", extra={"task_id": after.id, "from": before.state, "to": after.state})
        match after.state:
            case TaskState.STORING:
                self.stats.mark_done(after.id, self.monotonic())
            case TaskState.FAILED if after.is_edit and after.provider_id:
                self.on_edit_failed(after)
            case TaskState.DONE:
                self.stats.mark_stored(after.id, self.monotonic())
                self.on_finished(after)
                if after.is_edit and before.state is not TaskState.DONE:
                    self.on_edit_done(after)
        if after.is_edit and after.state is not before.state:
            self.on_edit_state(after)
        if after.accepted_at != before.accepted_at or after.state in FINAL:
            self.on_charge()
        self.events.ring(after.user_id)

    def run_elsewhere(self, after: Task) -> None:
        """Run the side effects of a change that another replica has made."""
        if after.state is TaskState.DONE:
            self.on_finished(after)
            if after.is_edit:
                self.on_edit_done(after)
        if after.is_edit:
            self.on_edit_state(after)
        if after.state in FINAL:
            self.on_charge()
        self.events.ring(after.user_id)
